"""Reads of the log: heads, tiles, bundles and blobs as they are served, entries and their proofs, histories."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Subquery
from django.db.models.expressions import RawSQL

from stoa.kit import clock
from stoa.kit.addresses import path_to
from stoa.kit.prepared import prepare
from stoa.kit.registry import Shown
from stoa.methods.commitment import text_commitment
from stoa.methods.merkle import EMPTY_ROOT, HASH_SIZE
from stoa.methods.tiles import TiledTree, TilePath, tile_width
from stoa.record.events import DaySealed
from stoa.record.keys import signed_checkpoint
from stoa.record.models import Blob, Checkpoint, Entry, Placement, Text
from stoa.record.words import Said, say

STRAGGLERS = timedelta(minutes=10)
"""A sealed act counts to the day on which it began; one that began just before midnight may end this much later."""

PER_PAGE = 50
CHUNK = 1000
MOST_POINTS = 200
BEYOND_ANY = 2**40
"""Tiles from here on no log has, and the database could not count their entries."""

# In plain SQL, since a reader of the whole log asks for thousands of tiles, and the bundles are put together where they lie.
_SIZE = "(SELECT size FROM record_checkpoint ORDER BY size DESC LIMIT 1)"
_TILE = f"SELECT substring(hashes FROM 1 FOR %s), {_SIZE} FROM record_tile WHERE level = %s AND index = %s"  # noqa: S608 - no input
_TILES = (
    "SELECT level, index, hashes FROM record_tile"
    " JOIN unnest(%s::int[], %s::bigint[]) AS wanted (level, index) USING (level, index)"
)
_PROVEN = (
    "SELECT size, note, body FROM (SELECT size, note FROM record_checkpoint ORDER BY size DESC LIMIT 1) AS head"
    " JOIN record_placement ON position < size JOIN record_entry ON record_entry.id = entry_id WHERE position = %s"
)
_BUNDLE = (
    "SELECT count(*), string_agg(substring(int4send(octet_length(body)) FROM 3) || body, '' ORDER BY position)"  # noqa: S608 - as above
    " FROM record_placement JOIN record_entry ON record_entry.id = entry_id"
    f" WHERE position >= %s AND position < least(%s, {_SIZE})"
)
"""An entry bundle: each entry after its length in two bytes, as `stoa.methods.tiles.encode_bundle` makes it."""


def head() -> Checkpoint:
    """The latest signed head; before the first entry, one over the empty tree, which every log begins with."""
    latest = Checkpoint.objects.order_by("-size").first()
    return latest or Checkpoint(size=0, root=EMPTY_ROOT, note=signed_checkpoint(0, EMPTY_ROOT))


def published() -> Subquery:
    """For use within another query: how many entries the latest head covers."""
    return Subquery(Checkpoint.objects.order_by("-size").values("size")[:1])


def tile(path: TilePath) -> bytes | None:
    """The bytes that a path names, as the latest head covers them; None where it covers less. One query."""
    if path.index >= BEYOND_ANY:
        return None
    return _bundle(path) if path.level is None else _hashes(path, path.level)


def blob(sha256: str) -> bytes | None:
    """The public body of this name. One query."""
    body = Blob.objects.filter(sha256=sha256).values_list("body", flat=True).first()
    return None if body is None else bytes(body)


def history(subjects: Sequence[str], viewer_id: str | None, *, most: int = 200) -> list[Said]:
    """What the record says of these objects (`kind:id`), newest first: each with position, `at`, sentence, address."""
    return say(_about(most)({"subjects": [*subjects]}), viewer_id)


@cache
def _about(most: int) -> Callable[[Mapping[str, Any]], list[Placement]]:
    return prepare(lambda subjects: last_about(subjects, most)[:most], ["subjects"])


def last_about(subjects: Any, most: int) -> QuerySet[Placement]:
    """The last entries about each of these objects, newest first: no more are looked at, however many there are."""
    positions = RawSQL(  # noqa: S611 - nothing typed stands in the statement
        "SELECT last.position FROM unnest(%s::text[]) AS wanted (subject), LATERAL ("  # noqa: S608 - as above
        " SELECT position FROM record_entry JOIN record_placement ON entry_id = record_entry.id"
        f" WHERE record_entry.subject = wanted.subject AND position < {_SIZE}"
        " ORDER BY record_entry.id DESC LIMIT %s) AS last",
        [subjects, most],
    )
    return placements().filter(position__in=positions)


def placements() -> QuerySet[Placement]:
    """All entries that the latest head covers, newest first."""
    return Placement.objects.select_related("entry").filter(position__lt=published()).order_by("-position")


def placement(position: int) -> Placement | None:
    """The entry at a position."""
    return placements().filter(position=position).first()


def show_entries(ids: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """How entries are named elsewhere, by their place: they are public as soon as the signed head covers them."""
    del viewer_id
    wanted = [i for i in ids if i.isdecimal() and len(i) < 19]
    found = Placement.objects.filter(position__in=wanted, position__lt=published())
    return {
        str(position): Shown(f"entry {position}", path_to("record:entry", position))
        for position in found.values_list("position", flat=True)
    }


def in_chunks(rows: QuerySet[Placement], viewer_id: str | None) -> Iterator[Said]:
    """Every entry of a long list in words, some at a time."""
    before: int | None = None
    while chunk := list((rows if before is None else rows.filter(position__lt=before))[:CHUNK]):
        yield from say(chunk, viewer_id)
        before = chunk[-1].position


def growth() -> list[tuple[datetime, int]]:
    """When the log had which size, at some hundreds of heads spread evenly over its length."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT head.at, head.size FROM (SELECT max(size) AS whole FROM record_checkpoint) AS latest,"
            " generate_series(1, %s) AS step,"
            " LATERAL (SELECT at, size FROM record_checkpoint WHERE size >= ceil(whole * step / %s::numeric)"
            " ORDER BY size LIMIT 1) AS head ORDER BY head.size",
            [MOST_POINTS, MOST_POINTS],
        )
        return [(at, size) for at, size in cursor.fetchall()]


def tree(size: int, *, near: Sequence[int] = ()) -> TiledTree:
    """The hash tree of the first `size` entries, read from the tiles: those on the way to the entries `near` in one query."""
    at_hand = _tiles_over([*near, size - 1]) if near else {}
    return TiledTree(size, lambda level, index, width: at_hand.get((level, index)) or _fetch(level, index, width))


@dataclass(frozen=True)
class Proven:
    """An entry's bytes, the proof that it stands at its place under the latest head, and that head as signed."""

    position: int
    body: bytes
    hashes: list[bytes]
    note: str

    def as_file(self) -> str:
        """The proof as a C2SP tlog-proof file."""
        lines = [f"index {self.position}", *(base64.b64encode(node).decode() for node in self.hashes)]
        return "".join(f"{line}\n" for line in ["c2sp.org/tlog-proof@v1", *lines]) + f"\n{self.note}"


def proven(position: int) -> Proven | None:
    """The entry at a position with its proof; None where the latest head covers no such entry. Two queries."""
    if position >= 256 * BEYOND_ANY:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_PROVEN, [position])
        row = cursor.fetchone()
    if row is None:
        return None
    size, note, body = row
    return Proven(position, bytes(body), tree(size, near=[position]).inclusion_proof(position), note)


def consistency_proof(old: int, size: int) -> list[bytes]:
    """The proof that the first `old` entries are the beginning of the first `size`. One query."""
    return tree(size, near=[old - 1, old]).consistency_proof(old)


@dataclass(frozen=True)
class CommittedText:
    """A text that an entry committed to; `text` and `salt` are None once it was erased."""

    name: str
    commitment: str
    text: str | None = None
    salt: str | None = None
    fits: bool = False


def committed_texts(placement: Placement, commitments: Mapping[str, str]) -> list[CommittedText]:
    """The texts of an entry with what is needed to check that they are those that were committed to."""
    kept = {text.name: text for text in Text.objects.filter(entry=placement.entry_id)}
    return [
        _committed(placement.entry.type, name, digest, kept.get(name)) for name, digest in sorted(commitments.items())
    ]


def _committed(entry_type: str, name: str, commitment: str, kept: Text | None) -> CommittedText:
    if kept is None:
        return CommittedText(name, commitment)
    salt = bytes(kept.salt)
    fits = text_commitment(salt, entry_type, name, kept.text) == commitment
    return CommittedText(name, commitment, kept.text, salt.hex(), fits)


def _fetch(level: int, index: int, width: int) -> bytes:
    return tile(TilePath(level, index, width if width < 256 else None)) or b""


def _tiles_over(positions: Sequence[int]) -> dict[tuple[int, int], bytes]:
    """The tiles of every level over these entries, by level and index."""
    wanted = {(level, position >> 8 * (level + 1)) for position in positions for level in range(8)}
    levels, indexes = zip(*sorted(wanted), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_TILES, [list(levels), list(indexes)])
        return {(level, index): bytes(hashes) for level, index, hashes in cursor.fetchall()}


def _hashes(path: TilePath, level: int) -> bytes | None:
    wanted = path.width or 256
    with connection.cursor() as cursor:
        cursor.execute(_TILE, [HASH_SIZE * wanted, level, path.index])
        row = cursor.fetchone()
    return bytes(row[0]) if row and tile_width(level, path.index, row[1] or 0) >= wanted else None


def _bundle(path: TilePath) -> bytes | None:
    start, wanted = 256 * path.index, path.width or 256
    with connection.cursor() as cursor:
        cursor.execute(_BUNDLE, [start, start + wanted])
        count, body = cursor.fetchone()
    return bytes(body) if count == wanted else None


def days_to_seal() -> list[date]:
    """Days that are over and have no sealed entry yet, oldest first."""
    first = Entry.objects.order_by("pk").values_list("at", flat=True).first()
    if first is None:
        return []
    sealed = set(Entry.objects.filter(type=DaySealed.type).values_list("subject", flat=True))
    past = ((clock.now() - STRAGGLERS).date() - first.date()).days
    days = (first.date() + timedelta(days=n) for n in range(past))
    return [day for day in days if f"day:{day.isoformat()}" not in sealed]
