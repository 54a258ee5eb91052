"""The outer application: live stream, static files, visitors' pages from memory; all else is for Django's WSGI application."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from stoa.config.bridge import Bridge
from stoa.config.proxy import seen_through
from stoa.config.static import PREFIX, StaticFile, static_files
from stoa.config.visitors import Visitors, understands_gzip
from stoa.config.wsgi import application as django
from stoa.kit import postgres
from stoa.kit.environment import Environment, environment
from stoa.kit.live import MOST_TOPICS, TOPIC, Hub
from stoa.kit.unprivileged import tie_to_parent

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

COLLECTED_AFTER = (10_000, 20, 20)
"""A page makes some thousand objects, nearly all of which end by themselves: looking for rings among them can wait."""

_STREAM = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class ClientLeft(OSError):
    """A request broke off in the middle of its body."""


class Outer:
    """One process's application. Streams are ended at the first sign of a stop, since the web server waits for them.

    Without `keeps`, which a benchmark does, visitors' pages are made anew each time.
    """

    def __init__(self, found: Environment, files: dict[str, StaticFile], wsgi: Any, *, keeps: bool = True) -> None:
        self._trusted = found.proxy
        self._files = files
        self._django = Bridge(wsgi, workers=postgres.THREADS)
        names = {found.origin, f"localhost:{found.port}", f"127.0.0.1:{found.port}"}
        self._visitors = Visitors(self._django, names if keeps else ())
        self._hub = Hub(postgres.url(found), self._visitors.purge)
        self._chained = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the process's life."""
        if scope["type"] == "lifespan":
            await self._live_through(receive, send)
        elif scope["path"] == "/health":
            await _say(send, 200, "up")
        elif scope["path"] == "/live":
            await self._stream(scope, receive, send)
        elif scope["path"].startswith(PREFIX):
            await self._static(scope, send)
        else:
            await self._page(seen_through(scope, self._trusted), receive, send)

    def stop_streams(self) -> None:
        """End every stream and take no more. Must be called in the event loop's thread."""
        self._hub.stop()

    def close(self) -> None:
        """End the threads that serve pages, when their last answer is given."""
        self._django.executor.shutdown()

    async def _live_through(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.stop_streams()
        await send({"type": "lifespan.shutdown.complete"})

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._hub.listen()
        if not await self._visitors.answer(scope, send):
            with contextlib.suppress(ClientLeft):
                await self._django(scope, _whole(receive), send)

    async def _static(self, scope: Scope, send: Send) -> None:
        file = self._files.get(scope["path"])
        if scope["method"] not in {"GET", "HEAD"}:
            await _say(send, 405, "Only GET is answered here.")
        elif file is None:
            await _say(send, 404, "There is no such file.")
        else:
            headers, body = file.answer(gzipped=understands_gzip(scope["headers"]))
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        topics = parse_qs(scope["query_string"].decode("latin-1")).get("topic", [])
        if scope["method"] != "GET":
            await _say(send, 405, "Only GET is answered here.")
        elif not 0 < len(topics) <= MOST_TOPICS or not all(map(TOPIC.fullmatch, topics)):
            await _say(send, 400, f"Name one to {MOST_TOPICS} topics, such as ?topic=record&topic=round:1.")
        elif self._hub.full:
            await _say(send, 503, "Too many live pages are open. Reload the page to see what is new.")
        else:
            self._stop_promptly()
            await self._send_events(frozenset(topics), receive, send)

    async def _send_events(self, topics: frozenset[str], receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM})
        sending = asyncio.ensure_future(self._send_each(topics, send))
        leaving = asyncio.ensure_future(_departure(receive))
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send_each(self, topics: frozenset[str], send: Send) -> None:
        async for message in self._hub.stream(topics):
            await send({"type": "http.response.body", "body": message, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _stop_promptly(self) -> None:
        """On the first stream, let SIGINT and SIGTERM end the streams before the web server waits for them."""
        if self._chained or threading.current_thread() is not threading.main_thread():
            return
        self._chained = True
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._then(loop, signal.getsignal(number)))

    def _then(self, loop: asyncio.AbstractEventLoop, before: Any) -> Callable[[int, Any], None]:
        def stop(number: int, frame: Any) -> None:
            loop.call_soon_threadsafe(self._hub.stop)
            if callable(before):
                before(number, frame)

        return stop


def _whole(receive: Receive) -> Receive:
    """A real coroutine around the web server's; one who leaves in the middle of an upload is an error, not its end."""

    async def received() -> Message:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft("the client left before its request was whole")
        return message

    return received


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Send, status: int, sentence: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{sentence}\n".encode()})


def application() -> Outer:
    """Made in each web process, whose life is tied to the server that started it."""
    tie_to_parent()
    found = environment()
    outer = Outer(found, static_files(found.static), django)
    collect_seldom()
    return outer


def collect_seldom() -> None:
    """Look for garbage as a web process does: never among what is there now, seldom among what comes."""
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
