"""Commitments and what is derived from them, by name: the one thing that two worlds may differ in before everybody's eyes.

A commitment to a text, an answer or a ballot is random to who has no salt. With it differ the leaf of its entry, the
nodes and the root above it, the signed head, and names of blobs that list commitments. Each is found in the tables,
none by its looks: a hash that is none of these stays and tells the worlds apart.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from stoa.methods.merkle import Tree, leaf_hash
from stoa.record.models import Blob, Checkpoint, Placement

TOKEN = re.compile(rb"[0-9a-f]{64}|[A-Za-z0-9+/]{86,}={0,2}|[A-Za-z0-9+/_-]{43}=|\b[0-9a-f]{8}\b")
SHORT = 8
"""Hexadecimal digits by which a file is named after a commitment."""

NAME = re.compile(r"~[a-z0-9.]+~")
COMMITTING = {
    "agenda.answers_committed": ("root",),
    "ballots.sealed": ("root", "commitments"),
    "ballots.kept_closed": ("bundle",),
    "record.day.sealed": ("root",),
    "review.assigned": ("inputs", "result"),
}
"""Facts of entries that follow from commitments, or are some: see docs/record.md."""
HASH_TILE = re.compile(r"^/record/tile/[0-9]")


class Opaque:
    """The opaque values of the world in the database now, each under a name that both worlds share."""

    def __init__(self) -> None:
        self.names: dict[bytes, str] = {}
        self.short: dict[bytes, str] = {}
        self.values: dict[str, str] = {}
        for name, value in _opaque():
            if value not in self.names:
                self.names[value] = f"~{name}~"
                self.short[value.hex()[:SHORT].encode()] = f"~{name}.short~"
                self.values[f"~{name}~"] = value.hex()

    def hide(self, body: bytes, path: str) -> bytes:
        """The bytes with each opaque value under its name; a tile of hashes is read hash by hash."""
        if HASH_TILE.match(path) and len(body) % 32 == 0:
            return b"".join(self._named(body[at : at + 32], body[at : at + 32]) for at in range(0, len(body), 32))
        return TOKEN.sub(self._hidden, body)

    def reveal(self, path: str) -> str:
        """The address with names put back into values."""
        return NAME.sub(lambda name: self.values.get(name[0], name[0]), path)

    def _hidden(self, token: re.Match[bytes]) -> bytes:
        """The name of an opaque token; of a text in base64, the same with what is opaque inside it hidden."""
        if len(token[0]) == SHORT:
            return self.short.get(token[0], token[0].decode()).encode()
        raw = _raw(token[0])
        inner = TOKEN.sub(self._hidden, raw) if len(token[0]) > 64 else raw
        return base64.b64encode(inner) if inner != raw else self._named(raw, token[0])

    def _named(self, value: bytes, otherwise: bytes) -> bytes:
        name = self.names.get(value)
        return otherwise if name is None else name.encode()


def _raw(token: bytes) -> bytes:
    if len(token) == 64:
        return bytes.fromhex(token.decode())
    try:
        return base64.b64decode(token, altchars=b"-_" if b"-" in token or b"_" in token else None)
    except ValueError:
        return b""


def _opaque() -> Iterator[tuple[str, bytes]]:
    leaves = []
    for placed in Placement.objects.select_related("entry").order_by("position"):
        body = bytes(placed.entry.body)
        leaves.append(leaf_hash(body))
        yield from _of_entry(placed.position, json.loads(body))
    yield from _of_tree("log", leaves)
    for head in Checkpoint.objects.order_by("size"):
        yield f"root.{head.size}", bytes(head.root)
        yield f"signature.{head.size}", base64.b64decode(head.note.split()[-1])


def _of_tree(name: str, leaves: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Leaves, and the nodes of all their inclusion proofs."""
    tree = Tree(leaves)
    for position, leaf in enumerate(leaves):
        yield f"{name}.leaf.{position}", leaf
        yield from ((f"{name}.node.{position}.{n}", node) for n, node in enumerate(tree.inclusion_proof(position)))


def _of_entry(position: int, entry: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    for number, commitment in enumerate(entry["commitments"].values()):
        yield f"commitment.{position}.{number}", bytes.fromhex(commitment)
    for fact in COMMITTING.get(entry["type"], ()):
        yield f"fact.{position}.{fact}", bytes.fromhex(entry["facts"][fact])
        for blob in Blob.objects.filter(sha256=entry["facts"][fact]):
            commitments = [bytes.fromhex(listed) for listed in json.loads(bytes(blob.body))]
            yield from ((f"listed.{position}.{number}", listed) for number, listed in enumerate(commitments))
            yield from _of_tree(f"listed.{position}", [leaf_hash(listed) for listed in commitments])
