"""Where a record is read from: a server's addresses below `/record`, each answer held to its form."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Protocol

from stoa.methods.merkle import HASH_SIZE
from stoa.verify.entry import LARGEST
from stoa.verify.faults import Broken, Unreachable
from stoa.verify.shown import shown
from stoa.verify.tree import ENTRIES, Tile, tiles_in_order
from stoa.verify.web import Web

LARGEST_NOTE = 64_000
LARGEST_BLOB = 192_000_000
"""100,000 ballots with twenty approvals each are 60 MB."""


class Source(Protocol):
    """What the checks of a vote need: public bodies by their hash."""

    def blob(self, digest: str, cap: int = LARGEST_BLOB) -> bytes:
        """The body whose SHA-256 is `digest`. Broken where it is missing or another."""


class Server:
    """A record served over HTTP. None of its answers is believed before its hash or form was checked."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def vkey(self) -> str:
        """The verifier key that the server shows for itself."""
        return self._note("vkey").decode("utf-8", "replace").strip()

    def checkpoint(self) -> bytes:
        """The signed head."""
        return self._note("checkpoint")

    def _note(self, path: str) -> bytes:
        body = self._web.get(path, LARGEST_NOTE)
        if body is None:
            raise Unreachable(f"There is no record here: {shown(str(self._web.base))}/{path} was not found.")
        return body

    def blob(self, digest: str, cap: int = LARGEST_BLOB) -> bytes:
        """The body with this SHA-256."""
        body = self._web.get(f"blob/{digest}", cap)
        if body is None:
            raise Broken(f"blob/{digest}: the record names this body, and the server does not have it.")
        if sha256(body).hexdigest() != digest:
            raise Broken(f"blob/{digest}: the server's body does not have the SHA-256 by which the record names it.")
        return body

    def hash_tile(self, tile: Tile) -> bytes:
        """One tile of hashes, of the width asked for."""
        body = self._found(tile, self._web.get(tile.path, _cap(tile)))
        if body is None:
            raise _missing(tile)
        if len(body) != tile.width * HASH_SIZE:
            raise Broken(f"{tile.path}: the tile has {len(body):,} bytes instead of {tile.width * HASH_SIZE:,}.")
        return body

    def tiles(self, size: int) -> Iterator[tuple[Tile, bytes]]:
        """All tiles of a record of `size` entries, in the order of `tiles_in_order`.

        Broken where entries are missing; a tile of hashes that is missing has no bytes.
        """
        bodies = self._web.in_order((tile.path, _cap(tile)) for tile in tiles_in_order(size))
        for tile, first in zip(tiles_in_order(size), bodies, strict=True):
            body = self._found(tile, first)
            if body is None and tile.level == ENTRIES:
                raise _missing(tile)
            yield tile, body or b""

    def _found(self, tile: Tile, body: bytes | None) -> bytes | None:
        """The tile's bytes. A partial tile may be gone once the full one is there; that one then begins with it."""
        if body is not None or tile == tile.full:
            return body
        longer = self._web.get(tile.full.path, _cap(tile.full))
        return longer if longer is None else _beginning(longer, tile)


def _missing(tile: Tile) -> Broken:
    return Broken(f"{tile.path}: the signed head covers this tile, and the server does not have it.")


def _cap(tile: Tile) -> int:
    return tile.width * (2 + LARGEST if tile.level == ENTRIES else HASH_SIZE)


def _beginning(longer: bytes, tile: Tile) -> bytes:
    """What of a full tile's bytes a narrower one has."""
    if tile.level != ENTRIES:
        return longer[: tile.width * HASH_SIZE]
    at = 0
    for _ in range(tile.width):
        at += 2 + int.from_bytes(longer[at : at + 2], "big")
    return longer[:at]


def entries_in(tile: Tile, body: bytes) -> list[bytes]:
    """The entries of a bundle: each after two bytes of length, as many as the tile is wide, and nothing after them."""
    entries: list[bytes] = []
    at = 0
    while at < len(body) and len(entries) < tile.width:
        length = int.from_bytes(body[at : at + 2], "big")
        entries.append(body[at + 2 : at + 2 + length])
        at += 2 + length
    if at > len(body) or len(entries) < tile.width:
        raise Broken(f"{tile.path}: the bundle is cut short, after {len(entries)} of {tile.width} entries.")
    if at < len(body):
        raise Broken(f"{tile.path}: the bundle has {len(body) - at:,} bytes after its last entry.")
    return entries
