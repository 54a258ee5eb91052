"""Reads what a log has published beyond a backup, from its own address or a mirror's, and holds it to the log's key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from hashlib import sha256
from typing import Any

from stoa.kit.faults import Fault
from stoa.methods.canonical import NotCanonical, parse_object
from stoa.methods.note import Checkpoint
from stoa.methods.tiles import ENTRY_LIMIT, TILE_WIDTH, BadTile, bundle_path, decode_bundle, tile_path, tile_width
from stoa.record.tail import Tail, demand_continues, opened_head
from stoa.verify.faults import Broken, Misused, Unreachable
from stoa.verify.source import LARGEST_BLOB, LARGEST_NOTE
from stoa.verify.web import Web, address

_HASH = re.compile("[0-9a-f]{64}")
_NO_BLOB = frozenset({"root", "seed", "bundle"})
"""Facts that are hashes and never name a public body."""


class OutOfReach(Fault):
    """Nothing that is published could be read there."""


def read_tail(place: str, backup: Checkpoint, vkey: str) -> tuple[Checkpoint, Tail]:
    """The head published at an address, and what it has beyond the backup's.

    Raises `OutOfReach` where no log can be read, `Contradicts` where it is not the one that the backup is of.
    """
    try:
        url = address(place)
        with closing(Web(url.copy_with(path=f"{url.path.rstrip('/')}/record"))) as web:
            head = opened_head(_needed(web, "checkpoint", LARGEST_NOTE), vkey)
            return head, _tail(web, backup, head)
    except (Unreachable, Broken, Misused, BadTile) as fault:
        raise OutOfReach(f"The published log can't be read at {place}: {fault}") from None


def _tail(web: Web, backup: Checkpoint, head: Checkpoint) -> Tail:
    if head.size < backup.size:
        return Tail()
    entries = tuple(_entries(web, backup.size, head.size))

    def fetch(level: int, index: int, width: int) -> bytes:
        return _tile(web, partial(tile_path, level, index), width, 32 * TILE_WIDTH)

    demand_continues(backup, head, entries, fetch)
    return Tail(entries, tuple(_bodies(web, entries)))


def _entries(web: Web, start: int, size: int) -> Iterator[bytes]:
    for index in range(start // TILE_WIDTH, -(-size // TILE_WIDTH)):
        width = tile_width(0, index, size)
        body = _tile(web, partial(bundle_path, index), width, TILE_WIDTH * (ENTRY_LIMIT + 2))
        yield from decode_bundle(body)[max(0, start - TILE_WIDTH * index) : width]


def _tile(web: Web, path: Callable[[int | None], str], width: int, cap: int) -> bytes:
    """A tile of at least this width: a partial one may be gone once the full one is there."""
    body = web.get(path(width), cap)
    return body if body is not None else _needed(web, path(None), cap)


def _bodies(web: Web, entries: tuple[bytes, ...]) -> Iterator[bytes]:
    """The public bodies that entries name, as far as they are there."""
    for name in sorted({name for entry in entries for name in _named(_facts(entry))}):
        body = web.get(f"blob/{name}", LARGEST_BLOB)
        if body is not None and sha256(body).hexdigest() != name:
            raise Broken(f"blob/{name} does not have the SHA-256 that it is named by.")
        if body is not None:
            yield body


def _facts(entry: bytes) -> Any:
    try:
        return parse_object(entry).get("facts")
    except NotCanonical as fault:
        raise Broken(f"An entry is not in the documented form: {fault}") from None


def _named(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _named(inner, name)
    elif isinstance(value, str) and key not in _NO_BLOB and _HASH.fullmatch(value):
        yield value


def _needed(web: Web, path: str, cap: int) -> bytes:
    body = web.get(path, cap)
    if body is None:
        raise Unreachable(f"{path} is not there.")
    return body
