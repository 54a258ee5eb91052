"""The whole server in threads of the test's process, so that the test's clock and database are the server's."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import override_settings
from granian.server.embed import Server
from procrastinate.contrib.django import app as tasks

from stoa.config.asgi import Outer
from stoa.config.static import static_files
from stoa.config.wsgi import application as django
from stoa.kit import outbox
from stoa.kit.environment import Environment
from stoa.kit.postgres import Postgres
from stoa.record.sequencer import sequence


@dataclasses.dataclass(frozen=True)
class LiveStoa:
    """A server that answers at `address`."""

    address: str

    def settle(self) -> None:
        """What the worker would do by now: tasks that are due, mails, places on the record."""
        run_tasks()
        _aside(_work)


def run_tasks() -> None:
    """Run the tasks that are queued and due, and end."""
    _aside(_run_tasks)


def _aside(work: Callable[[], None]) -> None:
    """In a thread of its own: a browser's event loop may run in the test's."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def _run_tasks() -> None:
    connector = tasks.connector.get_worker_connector()
    with tasks.with_connector(connector).open() as working:
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    connections.close_all()


def _work() -> None:
    outbox.deliver_due()
    while sequence():
        pass
    connections.close_all()


@contextmanager
def serving() -> Iterator[LiveStoa]:
    """Serve until the block ends. Links, origin and passkeys follow the address."""
    port = free_port()
    found = dataclasses.replace(settings.STOA, address=f"http://localhost:{port}", port=port)
    with override_settings(STOA=found, CSRF_TRUSTED_ORIGINS=[found.address]):
        outer = Outer(on_present_database(found), static_files(found.static), django)
        with answering(outer, port):
            yield LiveStoa(found.address)


def on_present_database(found: Environment) -> Environment:
    """The same, so that the live stream listens to the database that Django uses at this moment."""
    name = connections.databases["default"]["NAME"]
    return dataclasses.replace(found, database_url=Postgres(found.data).url("app", name))


@contextmanager
def answering(outer: Outer, port: int) -> Iterator[None]:
    """Let the web server call this application until the block ends."""
    thread, stop = _serve(outer, port)
    try:
        _await_answer(f"http://localhost:{port}")
        yield
    finally:
        stop()
        thread.join()
        outer.close()


def _serve(outer: Outer, port: int) -> tuple[threading.Thread, Any]:
    server: Any = Server(outer, address="127.0.0.1", port=port, interface="asginl", websockets=False, log_enabled=False)
    loop = asyncio.new_event_loop()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(server.serve())

    def stop() -> None:
        loop.call_soon_threadsafe(outer.stop_streams)
        loop.call_soon_threadsafe(server.stop)

    thread = threading.Thread(target=run, name="live-stoa")
    thread.start()
    return thread, stop


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_answer(address: str) -> None:
    for _ in range(200):
        with suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=5):
            return
        time.sleep(0.02)
    raise RuntimeError(f"the live server does not answer at {address}")
