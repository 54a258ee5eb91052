"""The outer application under the real web server: pages, files, the live stream, uploads."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

from stoa.config.asgi import Outer
from stoa.config.wsgi import application as django
from stoa.kit import postgres
from stoa.kit.live import announcement
from tests.live import LiveStoa, answering, free_port, on_present_database
from tests.stage import Stage

pytestmark = pytest.mark.slow


def listen(live: LiveStoa, *topics: str) -> Any:
    return httpx.stream("GET", f"{live.address}/live", params={"topic": topics}, timeout=60)


def notify(payload: str) -> None:
    with psycopg.connect(on_present_database(settings.STOA).database_url, autocommit=True) as session:
        session.execute("SELECT pg_notify('stoa_live', %s)", [payload])


def announce(topic: str, **facts: Any) -> None:
    notify(announcement(topic, **facts))


def events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a stream, one after the other."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


@pytest.fixture
def live_hub(cloned_db) -> Iterator[LiveStoa]:
    """The outer application alone, its hub on this test's database."""
    port = free_port()
    with answering(Outer(on_present_database(settings.STOA), {}, echo), port):
        yield LiveStoa(f"http://localhost:{port}")


def echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    """A WSGI application that counts what it is sent, and says whom it sees."""
    size = 0
    while part := environ["wsgi.input"].read(65_536):
        size += len(part)
    start("200 OK", [("content-type", "application/json")])
    seen = {"size": size, "scheme": environ["wsgi.url_scheme"], "from": environ["REMOTE_ADDR"]}
    return [json.dumps(seen).encode()]


def test_pages_come_from_django_and_files_from_memory_under_names_that_last(live_stoa):
    page = httpx.get(f"{live_stoa.address}/", timeout=60)
    style = httpx.get(live_stoa.address + staticfiles_storage.url("site/base.css"), timeout=60)
    assert page.status_code == 200
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert style.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert style.headers["content-encoding"] == "gzip"
    assert style.request.url.path in page.text


@pytest.mark.parametrize(
    "path", ["/static/../settings.py", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/", "/static/none"]
)
def test_no_other_file_is_served(live_stoa, path):
    assert httpx.get(live_stoa.address + path, timeout=60).status_code == 404


def test_a_listener_hears_what_is_announced_on_its_topics_alone(live_hub):
    with listen(live_hub, "record", "round:2") as stream:
        heard = events(stream.iter_lines())
        assert next(heard) == ("hello", {})
        announce("round:1")
        announce("round:2", phase="vote")
        announce("record", size=7)
        assert next(heard) == ("change", {"topic": "round:2", "phase": "vote"})
        assert next(heard) == ("change", {"topic": "record", "size": 7})
        assert stream.headers["content-type"] == "text/event-stream"
        assert stream.headers["cache-control"] == "no-store"


def test_what_is_no_announcement_is_passed_over(live_hub):
    with listen(live_hub, "record") as stream:
        heard = events(stream.iter_lines())
        assert next(heard) == ("hello", {})
        for payload in ("", "nonsense", "[]", "{}", '{"topic": 7}', '{"topic": "person:abc"}'):
            notify(payload)
        announce("record", size=8)
        assert next(heard) == ("change", {"topic": "record", "size": 8})


def test_a_private_thing_has_no_topic():
    for topic in ("person:k3zt2nqx5w7abcde", "draft:7d1a-55", "Record", "round:", ""):
        with pytest.raises(ValueError, match="is not the form of a public topic"):
            announcement(topic)


def test_a_listener_is_told_to_fetch_afresh_after_the_database_was_lost(live_hub, cloned_db):
    with listen(live_hub, "record") as stream:
        heard = events(stream.iter_lines())
        assert next(heard) == ("hello", {})
        superuser = postgres.Postgres(settings.STOA.data).url("superuser", "postgres")
        with psycopg.connect(superuser, autocommit=True) as session:
            ended = session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND query LIKE 'LISTEN%%'",
                [cloned_db],
            ).fetchall()
        assert ended == [(True,)]
        assert next(heard) == ("hello", {})
        announce("record", size=9)
        assert next(heard) == ("change", {"topic": "record", "size": 9})


@pytest.mark.parametrize(
    "query", ["", "?topic=", "?topic=Round", "?topic=person:abc", "?" + "&".join(["topic=record"] * 21)]
)
def test_a_stream_without_proper_topics_is_refused_with_the_remedy(live_hub, query):
    answer = httpx.get(f"{live_hub.address}/live{query}", timeout=60)
    assert (answer.status_code, answer.text) == (400, "Name one to 20 topics, such as ?topic=record&topic=round:1.\n")


def test_open_streams_end_when_the_server_stops(cloned_db):
    port = free_port()
    outer = Outer(settings.STOA, {}, echo)
    ended = threading.Event()

    def keep_listening(started: threading.Event) -> None:
        with listen(LiveStoa(f"http://localhost:{port}"), "record") as stream:
            started.set()
            for _ in stream.iter_bytes():
                pass
        ended.set()

    with answering(outer, port):
        started = threading.Event()
        listener = threading.Thread(target=keep_listening, args=[started])
        listener.start()
        assert started.wait(60)
    listener.join(60)
    assert ended.is_set()


def numbered() -> Any:
    """A WSGI application each of whose pages has a number of its own, and holds for ever."""
    numbers = itertools.count()

    def page(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("content-type", "text/html")])
        return [b"page %d" % next(numbers)]

    return page


def test_what_is_announced_ends_every_page_that_each_process_kept(cloned_db):
    pages = numbered()
    with contextlib.ExitStack() as stack:
        addresses = []
        for _ in range(2):
            found = dataclasses.replace(on_present_database(settings.STOA), port=free_port())
            stack.enter_context(answering(Outer(found, {}, pages), found.port))
            addresses.append(f"http://localhost:{found.port}/")
            httpx.get(addresses[-1], timeout=60)
            await_ears(cloned_db, len(addresses))
        for address in addresses:
            before = httpx.get(address, timeout=60).text
            notify("anything")
            while httpx.get(address, timeout=60).text == before:
                pass


def await_ears(database: str, count: int) -> None:
    """Until so many processes listen."""
    superuser = postgres.Postgres(settings.STOA.data).url("superuser", "postgres")
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND query LIKE 'LISTEN%%'"
    with psycopg.connect(superuser, autocommit=True) as session:
        while session.execute(asked, [database]).fetchone() != (count,):
            time.sleep(0.01)


def test_without_the_cache_each_visitor_gets_a_page_of_their_own(cloned_db):
    pages = numbered()
    found = dataclasses.replace(on_present_database(settings.STOA), port=free_port())
    with answering(Outer(found, {}, pages, keeps=False), found.port):
        assert [httpx.get(f"http://localhost:{found.port}/").text for _ in range(3)] == ["page 0", "page 1", "page 2"]


def test_an_upload_arrives_whole(live_hub):
    answer = httpx.post(f"{live_hub.address}/", content=b"x" * 20_000_000, timeout=60)
    assert answer.json()["size"] == 20_000_000


def test_one_who_leaves_in_the_middle_of_an_upload_harms_nobody_else(live_hub):
    port = httpx.URL(live_hub.address).port
    for _ in range(2 * postgres.THREADS):
        with socket.create_connection(("localhost", port)) as half:
            half.sendall(b"POST / HTTP/1.1\r\nhost: stoa.test\r\ncontent-length: 100000\r\n\r\nonly this")
    assert httpx.post(f"{live_hub.address}/", content=b"whole", timeout=60).json()["size"] == 5


def test_only_a_trusted_proxy_says_who_asks():
    claims = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    for trusted, seen in (((), ("127.0.0.1", "http")), (("127.0.0.1/32",), ("192.0.2.7", "https"))):
        port = free_port()
        with answering(Outer(dataclasses.replace(settings.STOA, proxy=trusted), {}, echo), port):
            answer = httpx.get(f"http://127.0.0.1:{port}/", headers=claims, timeout=60).json()
        assert (answer["from"], answer["scheme"]) == seen


def test_pages_know_of_https_from_a_trusted_proxy_alone(live_stoa):
    round_ = Stage().round()
    claims = {"X-Forwarded-Proto": "https"}
    found = on_present_database(settings.STOA)
    for trusted, scheme in (((), "http"), (("127.0.0.1/32",), "https")):
        port = free_port()
        outer = Outer(dataclasses.replace(found, proxy=trusted), {}, django)
        with answering(outer, port):
            address = f"127.0.0.1:{port}{round_.get_absolute_url()}"
            page = httpx.get(f"http://{address}", headers=claims, timeout=60).text
        assert f"{scheme}://{address}" in page
