"""What the worker does by the clock: functions that are called every so many seconds, by one worker at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import close_old_connections, connection

PAUSE_SECONDS = 1.0
_LOCKS = {False: 0x53_54_4F_43, True: 0x53_54_4F_44}
log = logging.getLogger(__name__)

Called = Callable[[], Any]


@dataclass
class Regular:
    """A function with its interval, and when it is due next by this process's own monotonic clock."""

    function: Called
    seconds: float
    slow: bool
    due: float = 0.0

    @property
    def name(self) -> str:
        """How the log names it."""
        return f"{self.function.__module__}.{self.function.__qualname__}"


_regulars: list[Regular] = []


def every(seconds: float, *, slow: bool = False) -> Callable[[Called], Called]:
    """Have the worker call this function every so many seconds; it must bear being called twice, and by another worker.

    `slow` is for what waits for other machines: such functions have a thread of their own, so that no vote closes late
    because a mail server does not answer.
    """

    def decorate(function: Called) -> Called:
        _regulars.append(Regular(function, seconds, slow))
        return function

    return decorate


def run_forever(stop: threading.Event) -> None:
    """The worker's loops, until told to stop: one for what is quick, one for what is slow."""
    beside = threading.Thread(target=_loop, args=[stop, True], name="ticker-slow")
    beside.start()
    try:
        _loop(stop, slow=False)
    finally:
        beside.join()


def tick(*, slow: bool) -> None:
    """Call what is due, each in a try of its own: what one raises is logged and keeps nothing else from its turn."""
    for regular in [r for r in _regulars if r.slow == slow]:
        if regular.due > time.monotonic():
            continue
        regular.due = time.monotonic() + regular.seconds - 0.1  # called late by a moment, it keeps its rhythm
        try:
            regular.function()
        except Exception:
            log.exception("%s failed; it is called again in %g s", regular.name, regular.seconds)
            close_old_connections()


class Turn:
    """The right to tick, held in the database by a connection of its own: it ends when the process does."""

    def __init__(self, key: int) -> None:
        self._key = key
        self._session: psycopg.Connection[Any] | None = None
        self._held = False

    def mine(self) -> bool:
        """Whether this process may tick now; False too while the database can't be reached."""
        try:
            if self._session is None:
                self._session = psycopg.connect(**connection.get_connection_params(), autocommit=True)
            ask = "SELECT %s::bigint > 0" if self._held else "SELECT pg_try_advisory_lock(%s)"
            found = self._session.execute(ask, [self._key]).fetchone()
        except psycopg.Error as error:
            log.warning("the ticker can't reach the database: %s", str(error).partition("\n")[0])
            self.end()
            return False
        self._held = bool(found and found[0])
        return self._held

    def end(self) -> None:
        """Let another worker tick."""
        if self._session is not None:
            with suppress(psycopg.Error):
                self._session.close()
        self._session, self._held = None, False


def _loop(stop: threading.Event, slow: bool) -> None:
    turn = Turn(_LOCKS[slow])
    try:
        while not stop.is_set():
            if turn.mine():
                tick(slow=slow)
            stop.wait(PAUSE_SECONDS)
    finally:
        turn.end()
        connection.close()
