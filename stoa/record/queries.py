"""Reads of the log: heads, tiles, bundles and blobs as they are served, entries and their proofs, histories."""

from __future__ import annotations

from django.db.models import Subquery

from stoa.methods.merkle import EMPTY_ROOT, HASH_SIZE
from stoa.methods.tiles import TilePath, encode_bundle, tile_width
from stoa.record.keys import signed_checkpoint
from stoa.record.models import Blob, Checkpoint, Placement, Tile


def head() -> Checkpoint:
    """The latest signed head; before the first entry, one over the empty tree, which every log begins with."""
    latest = Checkpoint.objects.order_by("-size").first()
    return latest or Checkpoint(size=0, root=EMPTY_ROOT, note=signed_checkpoint(0, EMPTY_ROOT))


def published() -> Subquery:
    """For use within another query: how many entries the latest head covers."""
    return Subquery(Checkpoint.objects.order_by("-size").values("size")[:1])


def tile(path: TilePath) -> bytes | None:
    """The bytes that a path names, as the latest head covers them; None where it covers less. One query."""
    return _bundle(path) if path.level is None else _hashes(path, path.level)


def blob(sha256: str) -> bytes | None:
    """The public body of this name. One query."""
    body = Blob.objects.filter(sha256=sha256).values_list("body", flat=True).first()
    return None if body is None else bytes(body)


def _hashes(path: TilePath, level: int) -> bytes | None:
    row = (
        Tile.objects.filter(level=level, index=path.index)
        .annotate(published=published())
        .values_list("hashes", "published")
        .first()
    )
    wanted = path.width or 256
    if row is None or tile_width(level, path.index, row[1] or 0) < wanted:
        return None
    return bytes(row[0])[: HASH_SIZE * wanted]


def _bundle(path: TilePath) -> bytes | None:
    start, wanted = 256 * path.index, path.width or 256
    placements = Placement.objects.filter(position__gte=start, position__lt=start + wanted)
    placements = placements.filter(position__lt=published())
    bodies = [bytes(body) for body in placements.order_by("position").values_list("entry__body", flat=True)]
    return encode_bundle(bodies) if len(bodies) == wanted else None
