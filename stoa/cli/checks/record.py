"""Invariants of the log, recomputed from the entries: nothing stored about them is believed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.utils.dateparse import parse_datetime

from stoa.cli.checks import Invariant
from stoa.methods.canonical import NotCanonical, parse_object
from stoa.methods.commitment import text_commitment
from stoa.methods.merkle import HASH_SIZE, Tree, leaf_hash
from stoa.methods.note import BadNote, Checkpoint, open_note
from stoa.methods.tiles import TILE_WIDTH
from stoa.record import keys, models

CHUNK = 2000
COLUMNS = ("type", "act", "actor", "role", "charter", "subject")


def gaps() -> Iterator[str]:
    """Positions run from 0 without a gap."""
    expected = 0
    for position in models.Placement.objects.order_by("position").values_list("position", flat=True).iterator(CHUNK):
        if position != expected:
            yield f"Position {expected} is missing; the next is {position}."
        expected = position + 1


def heads() -> Iterator[str]:
    """Every head that was published follows from the entries, and opens under the key."""
    tree, size = _tree(), models.Placement.objects.count()
    latest = 0
    for head in models.Checkpoint.objects.order_by("size").iterator(CHUNK):
        latest = head.size
        if head.size > tree.size or tree.root(head.size) != bytes(head.root):
            yield f"The head over {head.size} entries has not the root that they have."
        elif (fault := _signature(head)) is not None:
            yield f"The head over {head.size} entries: {fault}"
    if latest != size:
        yield f"{size} entries have a place, the latest head covers {latest}."


def tiles() -> Iterator[str]:
    """Every stored tile holds the hashes that follow from the entries, and none is missing."""
    tree, seen = _tree(), 0
    for tile in models.Tile.objects.order_by("level", "index").iterator(CHUNK):
        hashes = bytes(tile.hashes)
        seen += len(hashes) // HASH_SIZE
        try:
            nodes = [tree.node(8 * tile.level, TILE_WIDTH * tile.index + n) for n in range(len(hashes) // HASH_SIZE)]
        except IndexError:
            nodes = []
        if b"".join(nodes) != hashes:
            yield f"Tile {tile.index} of level {tile.level} does not follow from the entries."
    expected = sum(tree.size >> (8 * level) for level in range(8))
    if seen != expected:
        yield f"The tiles hold {seen} hashes; the log needs {expected}."


def columns() -> Iterator[str]:
    """The columns beside an entry repeat what its body says."""
    for entry in models.Entry.objects.order_by("pk").iterator(CHUNK):
        try:
            leaf = parse_object(bytes(entry.body))
        except NotCanonical as fault:
            yield f"Entry {entry.pk} is not canonical: {fault}"
            continue
        wrong = [name for name in COLUMNS if leaf.get(name) != getattr(entry, name)]
        if parse_datetime(str(leaf.get("at"))) != entry.at:
            wrong.append("at")
        if wrong:
            yield f"Entry {entry.pk}: {', '.join(wrong)} beside it differ from its body."


def homeless() -> Iterator[str]:
    """Every entry has a place or waits for one, not both."""
    lost = models.Entry.objects.filter(placement=None, pending=None).values_list("pk", flat=True)
    both = models.Entry.objects.exclude(placement=None).exclude(pending=None).values_list("pk", flat=True)
    yield from (f"Entry {pk} has no place and waits for none." for pk in lost)
    yield from (f"Entry {pk} has a place and waits for one." for pk in both)


def blobs() -> Iterator[str]:
    """Every public body has the SHA-256 that it is named by."""
    for name, body in models.Blob.objects.values_list("sha256", "body").iterator(100):
        if hashlib.sha256(bytes(body)).hexdigest() != name:
            yield f"Body {name} has another SHA-256."


def texts() -> Iterator[str]:
    """Every text kept is the one that its entry commits to."""
    for text in models.Text.objects.select_related("entry").order_by("pk").iterator(CHUNK):
        commitments: Any = parse_object(bytes(text.entry.body))["commitments"]
        if text_commitment(bytes(text.salt), text.entry.type, text.name, text.text) != commitments.get(text.name):
            yield f"Text “{text.name}” of entry {text.entry_id} is not the one that was committed to."


def _tree() -> Tree:
    bodies = models.Placement.objects.order_by("position").values_list("entry__body", flat=True)
    return Tree(leaf_hash(bytes(body)) for body in bodies.iterator(CHUNK))


def _signature(head: models.Checkpoint) -> str | None:
    try:
        said = Checkpoint.parse(open_note(head.note.encode(), [keys.signing_key().verifier]).text)
    except BadNote as fault:
        return str(fault)
    fits = (said.origin, said.size, said.root) == (keys.origin(), head.size, bytes(head.root))
    return None if fits else "its note says something else."


INVARIANTS = [
    Invariant("record.gapless", "Positions have no gap", gaps),
    Invariant("record.heads", "Every signed head follows from the entries", heads),
    Invariant("record.tiles", "Every tile follows from the entries", tiles),
    Invariant("record.columns", "What stands beside entries equals their bodies", columns),
    Invariant("record.placed", "Every entry has a place or waits for one", homeless),
    Invariant("record.blobs", "Public bodies have the hashes that name them", blobs),
    Invariant("record.texts", "Texts are those that were committed to", texts),
]
