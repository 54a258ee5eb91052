"""Tiles of a transparency log (C2SP tlog-tiles): their paths and bytes, reading a tree from them, growing one by them.

A tile holds up to 256 hashes of one level: tile n of level L has, for i below its width, the root over the leaves
[(256·n + i)·256^L, (256·n + i + 1)·256^L). An entry bundle holds up to 256 entries, each after two bytes of length.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from stoa.methods.merkle import (
    EMPTY_ROOT,
    HASH_SIZE,
    consistency_proof,
    inclusion_proof,
    node_hash,
    tree_root,
)

TILE_HEIGHT = 8
TILE_WIDTH = 256
ENTRY_LIMIT = 65_535

Fetch = Callable[[int, int, int], bytes]
"""`fetch(level, index, width)`: at least the first `width` hashes of a tile, as bytes."""

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_GREATEST_LEVEL = 63


class BadTile(ValueError):
    """A path that names no tile, or bytes that are not what they should be."""


@dataclass(frozen=True)
class TilePath:
    """What a path names: a tile of hashes, or (level None) an entry bundle; `width` is None where it is full."""

    level: int | None
    index: int
    width: int | None = None


@dataclass(frozen=True)
class Tile:
    """A tile of hashes as it stands after some leaves were added."""

    level: int
    index: int
    hashes: bytes

    @property
    def width(self) -> int:
        """How many hashes it holds, 1 to 256."""
        return len(self.hashes) // HASH_SIZE


def tile_path(level: int, index: int, width: int | None = None) -> str:
    """The path of a tile of hashes: `tile/1/x001/234.p/17`; `width` None or 256 names the full tile."""
    return f"tile/{level}/{_spell(index, width)}"


def bundle_path(index: int, width: int | None = None) -> str:
    """The path of an entry bundle: `tile/entries/x001/234.p/17`; `width` None or 256 names the full bundle."""
    return f"tile/entries/{_spell(index, width)}"


def parse_path(path: str) -> TilePath:
    """What `path` names; BadTile unless it is spelt exactly as `tile_path` or `bundle_path` would spell it."""
    match = _PATH.fullmatch(path)
    if match is None or len(path) > 100:
        raise BadTile("This is not the path of a tile.")
    level = None if match[1] == "entries" else int(match[1])
    index = int(match[2].replace("x", "").replace("/", ""))
    width = int(match[3]) if match[3] else None
    spelt = bundle_path(index, width) if level is None else tile_path(level, index, width)
    if spelt != path or (level or 0) > _GREATEST_LEVEL or (width or 0) >= TILE_WIDTH:
        raise BadTile("This is not the path of a tile.")
    return TilePath(level, index, width)


def tile_width(level: int, index: int, size: int) -> int:
    """How many hashes tile `index` of `level` has in a tree of `size` leaves. Entry bundles are as those of level 0."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - TILE_WIDTH * index))


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """The bytes of an entry bundle. Raises BadTile for an entry above 65,535 bytes."""
    parts = []
    for entry in entries:
        if len(entry) > ENTRY_LIMIT:
            raise BadTile(f"An entry has {len(entry)} bytes; at most {ENTRY_LIMIT} fit.")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises BadTile where the bytes end within an entry or hold more than 256."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data) or len(entries) == TILE_WIDTH:
            raise BadTile("The entry bundle is cut off, or holds more than 256 entries.")
        entries.append(data[at + 2 : end])
        at = end
    return entries


@dataclass(frozen=True)
class TiledTree:
    """A tree of `size` leaves read from its tiles, each fetched once. They are not trusted: verify what comes out."""

    size: int
    fetch: Fetch
    _fetched: dict[tuple[int, int], bytes] = field(default_factory=dict, repr=False, compare=False)

    def node(self, height: int, index: int) -> bytes:
        """The hash of the complete subtree over leaves [index·2^height, (index + 1)·2^height)."""
        level, within = divmod(height, TILE_HEIGHT)
        first = index << within
        tile, start = divmod(first, TILE_WIDTH)
        hashes = self._tile(level, tile)[HASH_SIZE * start : HASH_SIZE * (start + (1 << within))]
        if len(hashes) != HASH_SIZE << within:
            raise IndexError(f"A tree of {self.size} leaves has no complete subtree {index} of height {height}.")
        return _fold(hashes)

    def root(self) -> bytes:
        """The root over all leaves."""
        return tree_root(self.node, self.size)

    def inclusion_proof(self, index: int) -> list[bytes]:
        """The proof that leaf `index` is in the tree, leaf's sibling first."""
        return inclusion_proof(self.node, index, self.size)

    def consistency_proof(self, old: int) -> list[bytes]:
        """The proof that the tree of the first `old` leaves is the beginning of this one."""
        return consistency_proof(self.node, old, self.size)

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._fetched:
            width = tile_width(level, index, self.size)
            data = self.fetch(level, index, width) if width else b""
            if len(data) < HASH_SIZE * width:
                raise BadTile(f"{tile_path(level, index, width)} has {len(data)} bytes, not {HASH_SIZE * width}.")
            self._fetched[level, index] = data[: HASH_SIZE * width]
        return self._fetched[level, index]


@dataclass(frozen=True)
class Frontier:
    """All that is needed to add leaves to a tree: its size and, level by level from 0, its partial tile's hashes."""

    size: int = 0
    edge: tuple[bytes, ...] = ()

    @classmethod
    def read(cls, size: int, fetch: Fetch) -> "Frontier":
        """The frontier of a tree of `size` leaves; `fetch` is asked for the partial tile of each level that has one."""
        edge = []
        for level in range(_levels(size)):
            index, width = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
            hashes = fetch(level, index, width)[: HASH_SIZE * width] if width else b""
            if len(hashes) != HASH_SIZE * width:
                raise BadTile(f"{tile_path(level, index, width)} is too short for a tree of {size} leaves.")
            edge.append(hashes)
        return cls(size, tuple(edge))

    def root(self) -> bytes:
        """The root over all leaves."""
        peaks = [peak for hashes in reversed(self.edge) for peak in _peaks(hashes)]
        if not peaks:
            return EMPTY_ROOT
        rising = peaks.pop()
        while peaks:
            rising = node_hash(peaks.pop(), rising)
        return rising

    def extend(self, leaf_hashes: Sequence[bytes]) -> tuple["Frontier", tuple[Tile, ...]]:
        """The frontier with these leaves added, and the tiles that changed or are new, lower levels first.

        A tile that was filled comes once, full; one that stays partial comes with the hashes it now has.
        """
        edge: list[bytes] = []
        changed: list[Tile] = []
        rising = b"".join(leaf_hashes)
        level = 0
        while rising or level < len(self.edge):
            known = self.edge[level] if level < len(self.edge) else b""
            index = self.size >> (TILE_HEIGHT * (level + 1))
            tiles = list(_cut(level, index, known + rising)) if rising else []
            changed += tiles
            full = [tile for tile in tiles if tile.width == TILE_WIDTH]
            edge.append((known + rising)[HASH_SIZE * TILE_WIDTH * len(full) :])
            rising = b"".join(_fold(tile.hashes) for tile in full)
            level += 1
        return Frontier(self.size + len(leaf_hashes), tuple(edge)), tuple(changed)


def _spell(index: int, width: int | None) -> str:
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return "/".join(groups) + ("" if width in (None, TILE_WIDTH) else f".p/{width}")


def _levels(size: int) -> int:
    """How many levels of tiles a tree of `size` leaves has, counting those whose last tile is full."""
    return -(-size.bit_length() // TILE_HEIGHT)


def _cut(level: int, index: int, hashes: bytes) -> Iterator[Tile]:
    step = HASH_SIZE * TILE_WIDTH
    for start in range(0, len(hashes), step):
        yield Tile(level, index + start // step, hashes[start : start + step])


def _fold(hashes: bytes) -> bytes:
    """The root over a power of two of hashes."""
    row = [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def _peaks(hashes: bytes) -> Iterator[bytes]:
    """The roots of the complete subtrees that a partial tile's hashes fall into, greatest first."""
    count, at = len(hashes) // HASH_SIZE, 0
    for bit in reversed(range(count.bit_length())):
        if count >> bit & 1:
            yield _fold(hashes[HASH_SIZE * at : HASH_SIZE * (at + (1 << bit))])
            at += 1 << bit
