"""Scenes that many tests begin with, set once in a process through the program's own acts and then put back as rows.

Setting a community up takes some twenty acts; putting its rows back takes a few milliseconds. What is put back is what the
acts left, to the byte, so a test can't tell one from the other but by the clock: a scene is at most an hour old.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from stoa.kit import clock
from stoa.record.models import Entry

WAITING = "record_pending"
"""Filled by a trigger when entries come. A scene leaves its entries waiting: what gives them their place may write more."""

OLDEST = timedelta(hours=1)


@dataclass(frozen=True)
class Kept:
    """What setting a scene left: rows by table, what the test's object holds, and the instant."""

    rows: list[tuple[str, bytes]]
    held: dict[str, Any]
    at: datetime


_kept: dict[type, Kept] = {}


class Scene:
    """What a test begins with: `set` does the acts and fills the object. Not for what is written outside a test's transaction."""

    def __init__(self) -> None:
        if not recall(self):
            before = filled()
            self.set()
            keep(self, before)

    def set(self) -> None:
        """Do the acts; a scene that begins with more does them after these."""
        raise NotImplementedError


def recall(scene: Any) -> bool:
    """Put the rows of this kind of scene back and fill the object; False where it must be set by acts, as at first."""
    kept = _kept.get(type(scene))
    if kept is None or not connection.in_atomic_block or Entry.objects.exists():
        return False
    if not timedelta(0) <= clock.now() - kept.at < OLDEST:
        return False
    with connection.cursor() as cursor:
        for into, rows in kept.rows:
            with cursor.cursor.copy(into) as copy:
                copy.write(rows)
    scene.__dict__.update(deepcopy(kept.held))
    return True


def keep(scene: Any, before: set[str]) -> None:
    """Remember the scene that was just set in tables of which those in `before` were filled already."""
    if not connection.in_atomic_block or "record_entry" in before:
        return
    rows = []
    with connection.cursor() as cursor:
        for table in sorted(filled() - before - {WAITING}):
            columns = _columns(table)
            with cursor.cursor.copy(f'COPY (SELECT {columns} FROM "{table}") TO STDOUT') as copy:
                rows.append((f'COPY "{table}" ({columns}) FROM STDIN', b"".join(copy)))
    _kept[type(scene)] = Kept(rows, deepcopy(scene.__dict__), clock.now())


def filled() -> set[str]:
    """The tables that hold anything."""
    names = connection.introspection.table_names()
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {name for (name,) in cursor.fetchall()}


def _columns(table: str) -> str:
    """Those that can be written, as a list in SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
            " AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
