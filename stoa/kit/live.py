"""The live stream: what is announced on the database's channel goes to every page that listens, as server-sent events.

A topic is public by its form: a word, or a kind and the public number of an object (`record`, `round:2`). Private objects
have no numbers, so nothing about them can be announced here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg

CHANNEL = "stoa_live"
TOPIC = re.compile(r"[a-z]{1,30}(:[0-9]{1,18})?")
MOST_TOPICS = 20
MOST_LISTENERS = 4000
"""Listeners of one process. The web server is told to admit twice as many requests at once."""

HEARTBEAT_SECONDS = 15.0
_WAITING = 64
_RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)


def announcement(topic: str, **facts: Any) -> str:
    """The payload of a NOTIFY about a topic; `facts` must be public. Raises ValueError where the topic is none."""
    if not TOPIC.fullmatch(topic):
        raise ValueError(f"{topic!r} is not the form of a public topic")
    return json.dumps({"topic": topic, **facts})


def announce(topic: str, **facts: Any) -> None:
    """Tell every page that listens to a topic, once the transaction under way is committed. `facts` must be public."""
    from django.db import connection  # noqa: PLC0415 - the command line reads this module without loading Django

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, announcement(topic, **facts)])


def event(name: str, data: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


class Listener:
    """One open stream: the topics it wants and what waits to be sent to it."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)

    def offer(self, message: bytes | None) -> None:
        """Queue a message; None ends the stream. One who lags that far behind is ended, comes again and fetches afresh."""
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(None)


class Hub:
    """All open streams of one process, fed by one database connection from when something first listens.

    `heard` is called at each announcement, before any stream is told, and whenever some may have been missed.
    """

    def __init__(self, address: str, heard: Callable[[], None] = lambda: None) -> None:
        self._address = address
        self._heard = heard
        self._listeners: set[Listener] = set()
        self._feed: asyncio.Task[None] | None = None
        self._listening = False
        self._stopped = False

    @property
    def full(self) -> bool:
        """Whether no further stream is taken."""
        return self._stopped or len(self._listeners) >= MOST_LISTENERS

    async def stream(self, topics: frozenset[str]) -> AsyncIterator[bytes]:
        """The messages for these topics until the hub stops: `hello` once nothing can be missed any more, and again after a gap.

        A page that gets `hello` fetches its live parts afresh, so no event needs a number and none is kept.
        """
        listener = Listener(topics)
        self._listeners.add(listener)
        if self._listening:
            listener.offer(event("hello", {}))
        self.listen()
        try:
            while (message := await _next(listener.waiting)) is not None:
                yield message
        finally:
            self._listeners.discard(listener)

    def stop(self) -> None:
        """End every stream and take no more. Must be called in the event loop's thread."""
        self._stopped = True
        if self._feed is not None:
            self._feed.cancel()
        for listener in self._listeners:
            listener.offer(None)

    def listen(self) -> None:
        """Hear what is announced from now on, unless that is done already. Must be called in the event loop's thread."""
        if not self._stopped and (self._feed is None or self._feed.done()):
            self._feed = asyncio.create_task(self._forward())

    async def _forward(self) -> None:
        """Pass announcements on. When the connection breaks, make another and let every page fetch what it missed."""
        while not self._stopped:
            try:
                await self._forward_once()
            except psycopg.OperationalError as error:
                log.warning("the live stream lost the database: %s", str(error).splitlines()[0])
                await asyncio.sleep(_RETRY_SECONDS)

    async def _forward_once(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._address, autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._listening = True
            self._heard()
            self._tell_all(event("hello", {}))
            try:
                while not self._stopped:
                    async for notice in connection.notifies(timeout=HEARTBEAT_SECONDS):
                        self._tell(notice.payload)
            finally:
                self._listening = False

    def _tell_all(self, message: bytes) -> None:
        for listener in self._listeners:
            listener.offer(message)

    def _tell(self, payload: str) -> None:
        self._heard()
        with contextlib.suppress(ValueError, TypeError, KeyError):
            data = json.loads(payload)
            message = event("change", data) if TOPIC.fullmatch(data["topic"]) else b""
            for listener in self._listeners:
                if message and data["topic"] in listener.topics:
                    listener.offer(message)


async def _next(waiting: asyncio.Queue[bytes | None]) -> bytes | None:
    """What is next, or a comment that keeps proxies from closing a quiet stream."""
    try:
        return await asyncio.wait_for(waiting.get(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return b": still here\n\n"
