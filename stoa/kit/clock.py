"""The one clock: every instant that the program acts on comes from here."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone

ANYWHERE_ON_EARTH = timezone(timedelta(hours=-12), "AoE")

_offset = timedelta(0)


def now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC) + _offset


def steady() -> float:
    """Seconds of a clock that nobody sets, one for all processes of a machine since its start. It travels along."""
    return time.monotonic() + _offset.total_seconds()


def stamp(instant: datetime) -> str:
    """RFC 3339 in UTC with microseconds, the form used on the record."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Let the clock of this whole process run on from another instant, for rehearsals and tests."""
    global _offset  # noqa: PLW0603 - the offset is the process's clock, shared by its threads on purpose
    before = _offset
    _offset = to - datetime.now(UTC)
    try:
        yield
    finally:
        _offset = before
