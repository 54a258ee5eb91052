"""Dates of the community, such as deadlines: each app says which of its own lie ahead, without being imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Coming:
    """A public date: what happens then to what, and where that is. `key` names it for ever, also when it is moved.

    `changes` counts how often it was moved, where it can also become earlier.
    """

    key: str
    title: str
    address: str
    at: datetime
    zone: str = ""
    changes: int | None = None


Find = Callable[[datetime], Iterable[Coming]]
"""Given an instant: the public dates of an app after it."""

_finds: list[Find] = []


def register_dates(find: Find) -> None:
    """Called by an app when it loads."""
    _finds.append(find)


def coming(after: datetime, most: int) -> list[Coming]:
    """The dates of all apps after an instant, the next first."""
    found = (one for find in _finds for one in find(after) if one.at > after)
    return sorted(found, key=lambda one: (one.at, one.key))[:most]
