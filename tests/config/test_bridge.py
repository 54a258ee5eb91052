"""The way to Django's threads and back, under the real web server: bodies of every size, answers whole and in parts."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.conf import settings

from stoa.config.asgi import Outer
from stoa.config.bridge import AHEAD, SMALL
from stoa.kit.postgres import THREADS
from tests.live import answering, free_port

going_on = threading.Event()


def application(environ: dict[str, Any], start: Any) -> Iterator[bytes]:
    """Says what it was sent, or gives an answer in many parts; the last waits until it may go on."""
    path = environ["PATH_INFO"]
    start("200 OK", [("Content-Type", "application/octet-stream")])
    if path == "/query":
        yield environ["QUERY_STRING"].encode("ascii")
    elif path == "/parts":
        yield from (f"{number}\n".encode() * 1000 for number in range(20 * AHEAD))
    elif path == "/waits":
        yield b"first"
        going_on.wait(60)
        yield b"last"
    else:
        yield environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))


@pytest.fixture
def address() -> Iterator[str]:
    port = free_port()
    found = dataclasses.replace(settings.STOA, database_url="postgresql://nobody@localhost/nothing")
    with answering(Outer(found, {}, application), port):
        yield f"http://localhost:{port}"


@pytest.mark.parametrize("size", [0, 1, SMALL - 1, SMALL, SMALL + 1, 3 * SMALL])
def test_a_body_of_any_size_arrives_whole(address: str, size: int) -> None:
    sent = bytes(number % 251 for number in range(size))
    assert httpx.post(f"{address}/echo", content=sent, timeout=60).content == sent


@pytest.mark.parametrize(
    ("query", "status", "read"),
    [
        (b"q=caf\xc3\xa9&as=csv", b"200", b"q=caf%C3%A9&as=csv"),
        (b"q=a%C3", b"200", b"q=a%C3"),
        (b"q=\xff%20+", b"400", b""),
    ],
)
def test_a_query_that_is_no_ascii_is_read_or_refused(address: str, query: bytes, status: bytes, read: bytes) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(b"GET /query?" + query + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]
    assert read in answer


def test_an_answer_in_many_parts_arrives_whole_and_in_order(address: str) -> None:
    expected = b"".join(f"{number}\n".encode() * 1000 for number in range(20 * AHEAD))
    assert httpx.get(f"{address}/parts", timeout=60).content == expected


def test_the_first_part_of_an_answer_does_not_wait_for_the_last(address: str) -> None:
    going_on.clear()
    with httpx.stream("GET", f"{address}/waits", timeout=60) as answer:
        parts = answer.iter_raw()
        assert next(parts) == b"first"
        going_on.set()
        assert b"".join(parts) == b"last"


def test_forms_that_are_sent_slowly_hold_no_thread(address: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    slow = [socket.create_connection((host, int(port)), timeout=60) for _ in range(2 * THREADS)]
    for one in slow:
        one.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na")
    assert httpx.post(f"{address}/echo", content=b"quick", timeout=60).content == b"quick"
    for one in slow:
        one.sendall(b"b")
        assert one.recv(4096).startswith(b"HTTP/1.1 200")
        one.close()
