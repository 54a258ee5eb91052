"""The log's hash tree, read from the stored tiles: for proofs, and for holding other heads to it."""

from __future__ import annotations

from stoa.methods.tiles import TiledTree, TilePath
from stoa.record import queries


def tree(size: int | None = None) -> TiledTree:
    """The tree of the first `size` entries; without a size, of those that the latest head covers."""
    return TiledTree(queries.head().size if size is None else size, _hashes)


def _hashes(level: int, index: int, width: int) -> bytes:
    return queries.tile(TilePath(level, index, None if width == 256 else width)) or b""
