"""The hash tree as tiles: where each lies, what each must hold, and the root that follows from the entries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stoa.methods.merkle import EMPTY_ROOT, HASH_SIZE, Node, leaf_hash, node_hash

TILE = 256
ENTRIES = -1
"""The level by which a bundle of entries is told from a tile of hashes."""


@dataclass(frozen=True)
class Tile:
    """One address below `tile/`, holding `width` hashes or entries."""

    level: int
    index: int
    width: int = TILE

    @property
    def path(self) -> str:
        """`tile/1/x001/234` or, where it holds only 17, `tile/1/x001/234.p/17` (tlog-tiles)."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        kind = "entries" if self.level == ENTRIES else str(self.level)
        part = "" if self.width == TILE else f".p/{self.width}"
        return f"tile/{kind}/{'/'.join(reversed(groups))}{part}"

    @property
    def full(self) -> "Tile":
        """The tile at this place once it is full."""
        return Tile(self.level, self.index)


def tiles_in_order(size: int) -> Iterator[Tile]:
    """Every tile of a log of this size: each bundle of entries, then the hash tiles that it completes."""
    for index in range(-(-size // TILE)):
        width = min(TILE, size - index * TILE)
        yield Tile(ENTRIES, index, width)
        yield Tile(0, index, width)
        level, done = 0, index + 1
        while width == TILE and done % TILE == 0:
            level, done = level + 1, done // TILE
            yield Tile(level, done - 1)
    yield from _last_tiles(size)


def _last_tiles(size: int) -> Iterator[Tile]:
    level, complete = 1, size // TILE
    while complete:
        if complete % TILE:
            yield Tile(level, complete // TILE, complete % TILE)
        level, complete = level + 1, complete // TILE


class Growth:
    """A tree that grows entry by entry and keeps the unfinished tile of each level: a few kilobytes at any size."""

    def __init__(self) -> None:
        self.size = 0
        self._levels = [bytearray()]
        self._finished: dict[Tile, bytes] = {}

    def add(self, entry: bytes) -> None:
        """Append one entry."""
        self.size += 1
        self._push(0, leaf_hash(entry))

    def _push(self, level: int, node: bytes) -> None:
        if level == len(self._levels):
            self._levels.append(bytearray())
        row = self._levels[level]
        row += node
        if len(row) == TILE * HASH_SIZE:
            self._finished[Tile(level, (self.size >> (8 * level + 8)) - 1)] = bytes(row)
            self._levels[level] = bytearray()
            self._push(level + 1, fold(hashes_in(row)))

    def take(self, tile: Tile) -> bytes:
        """The bytes that this hash tile must hold. A full tile is given out once, in the order of `tiles_in_order`."""
        return self._finished.pop(tile) if tile.width == TILE else bytes(self._levels[tile.level])

    def root(self) -> bytes:
        """The root over the entries so far."""
        tail: list[bytes] = []
        for row in self._levels:
            nodes = hashes_in(row) + tail
            tail = [fold(nodes)] if nodes else []
        return tail[0] if tail else EMPTY_ROOT


def fold(nodes: list[bytes]) -> bytes:
    """The root over one or more neighbouring subtrees of equal size, of which the last may be smaller."""
    while len(nodes) > 1:
        paired = [node_hash(nodes[at], nodes[at + 1]) for at in range(0, len(nodes) - 1, 2)]
        nodes = paired + nodes[2 * len(paired) :]
    return nodes[0]


def hashes_in(row: bytes | bytearray) -> list[bytes]:
    """The hashes in a tile."""
    return [bytes(row[at : at + HASH_SIZE]) for at in range(0, len(row), HASH_SIZE)]


def nodes_in_tiles(size: int, fetch: Callable[[Tile], bytes]) -> Node:
    """The nodes of a log of `size` entries, as its published tiles have them. Each tile is fetched once."""
    fetched: dict[Tile, list[bytes]] = {}

    def node(height: int, index: int) -> bytes:
        level, inner = divmod(height, 8)
        first = index << inner
        tile = Tile(level, first // TILE, min(TILE, (size >> (8 * level)) - first // TILE * TILE))
        if tile not in fetched:
            fetched[tile] = hashes_in(fetch(tile))
        return fold(fetched[tile][first % TILE : first % TILE + (1 << inner)])

    return node
