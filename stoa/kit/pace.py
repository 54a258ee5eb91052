"""How often something may be done from one place within a span of time, counted by all processes together."""

from __future__ import annotations

import hashlib
import time

from django.core.cache import cache

from stoa.kit import counts


def take(what: str, by: str, *, most: int, seconds: int) -> bool:
    """Take one of the `most` turns that `by` has for `what` within so many seconds; False where none is left.

    Each turn is a row of its own, so that of two who take the last one at the same time one is told no. Whoever it is
    counted for is kept as a hash, until the span is over.
    """
    span = int(time.time() // seconds)
    name = hashlib.sha256(f"{what}/{by}/{span}".encode()).hexdigest()
    return any(cache.add(f"pace/{name}/{turn}", True, timeout=seconds) for turn in range(most))


def within(what: str, by: str, *, most: int, seconds: int) -> bool:
    """Count that `by` did this once more; False past `most` times within so many seconds. One statement, however many.

    For what is done often and does no harm once or twice too much: many at the same time are counted, not stopped.
    """
    name = hashlib.sha256(f"{what}/{by}".encode()).hexdigest()
    return counts.rise(f"pace/{name}", seconds) <= most
