"""How tests make a log of any length: entries by COPY, placed by the sequencer itself."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.test import Client

from stoa.methods.note import Checkpoint, VerifierKey, open_note
from stoa.methods.tiles import TiledTree, tile_path
from stoa.record.sequencer import sequence

COLUMNS = "(body, at, type, act, actor, role, charter, subject)"


def insert(bodies: Iterable[bytes]) -> None:
    """Put entries in by COPY, not yet placed."""
    with connection.cursor() as cursor, cursor.copy(f"COPY record_entry {COLUMNS} FROM STDIN") as copy:
        for body in bodies:
            copy.write_row((body, "2026-11-22T12:00:00Z", "test.said", "test.say", "clock", "clock", 1, "test:1"))


def grow(bodies: Iterable[bytes]) -> int:
    """Put entries in and place them in one batch; gives how many were placed."""
    insert(bodies)
    return sequence(limit=1_000_000)


def numbers(count: int, start: int = 0) -> list[bytes]:
    """Leaves that say their own place, as in the published vectors."""
    return [str(i).encode() for i in range(start, start + count)]


def served_head(client: Client) -> Checkpoint:
    """The head as served, its signature checked with the key as served."""
    key = VerifierKey.parse(client.get("/record/vkey").text.removesuffix("\n"))
    return Checkpoint.parse(open_note(client.get("/record/checkpoint").content, [key]).text)


def served_tree(client: Client, size: int) -> TiledTree:
    """A tree read from tiles over HTTP."""

    def fetch(level: int, index: int, width: int) -> bytes:
        answer = client.get(f"/record/{tile_path(level, index, width)}")
        assert answer.status_code == 200
        return answer.content

    return TiledTree(size, fetch)
