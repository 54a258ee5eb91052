"""Gives entries their places: one transaction a batch empties `pending` into gapless positions, grows the tiles, signs the head."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Sequence

from django.db import DatabaseError, close_old_connections, connection, transaction

from stoa.kit import clock
from stoa.methods.merkle import leaf_hash
from stoa.methods.tiles import Frontier, Tile
from stoa.record.keys import signed_checkpoint

LOCK = 0x53_54_4F_41
BATCH = 1000
PAUSE_SECONDS = 0.25
CHANNEL = "stoa_live"
log = logging.getLogger(__name__)


def sequence(limit: int = BATCH) -> int:
    """Place up to `limit` waiting entries and publish a checkpoint over them; returns how many. Safe to run anywhere, twice.

    An advisory lock lets one sequencer work at a time; a crash at any point rolls the whole batch back.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        rows = _take(limit)
        if not rows:
            return 0
        frontier = place([(entry_id, bytes(body)) for entry_id, body in rows])
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps({"topic": "record", "size": frontier.size})])
    return len(rows)


def _take(limit: int) -> list[tuple[int, bytes]]:
    """The first waiting entries, taken from those that wait: by lists of ids, so that no plan depends on statistics."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM record_pending WHERE entry_id = ANY(ARRAY("
            "SELECT entry_id FROM record_pending ORDER BY entry_id LIMIT %s)) RETURNING entry_id",
            [limit],
        )
        taken = [entry_id for (entry_id,) in cursor.fetchall()]
        cursor.execute("SELECT id, body FROM record_entry WHERE id = ANY(%s) ORDER BY id", [taken])
        rows: list[tuple[int, bytes]] = cursor.fetchall()
    return rows


def place(rows: Sequence[tuple[int, bytes]]) -> Frontier:
    """Give entries, each by its id and body, the next places in this order; grow the tiles and publish the head.

    To be called in a transaction that holds the sequencer's lock.
    """
    size = placed()
    with connection.cursor() as cursor, cursor.copy("COPY record_placement (position, entry_id) FROM STDIN") as copy:
        for offset, (entry_id, _) in enumerate(rows):
            copy.write_row((size + offset, entry_id))
    frontier, changed = Frontier.read(size, _read_tile).extend([leaf_hash(body) for _, body in rows])
    for tile in changed:
        _grow(tile)
    publish(frontier)
    return frontier


def placed() -> int:
    """How many entries have a place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position) + 1, 0) FROM record_placement")
        return int(cursor.fetchone()[0])


def publish(frontier: Frontier) -> None:
    """Sign and store the head over this frontier."""
    root = frontier.root()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_checkpoint (size, root, note, at) VALUES (%s, %s, %s, %s)",
            [frontier.size, root, signed_checkpoint(frontier.size, root), clock.now()],
        )


def run_forever(stop: threading.Event) -> None:
    """The worker's loop: place what waits at least every quarter of a second, until told to stop."""
    while not stop.is_set():
        try:
            busy = sequence() == BATCH
        except DatabaseError:
            log.exception("sequencing failed; it is tried again")
            close_old_connections()
            busy = False
            time.sleep(1)
        if not busy:
            stop.wait(PAUSE_SECONDS)


def _read_tile(level: int, index: int, width: int) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashes FROM record_tile WHERE level = %s AND index = %s", [level, index])
        row = cursor.fetchone()
    return bytes(row[0])[: 32 * width] if row else b""


def _grow(tile: Tile) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT record_grow_tile(%s, %s, %s)", [tile.level, tile.index, tile.hashes])
