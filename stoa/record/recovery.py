"""Brings back, after a restore, the entries that were published later than the backup: verbatim, in their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection

from stoa.kit.faults import Conflict
from stoa.methods.canonical import NotCanonical, parse_object
from stoa.methods.merkle import leaf_hash, root
from stoa.methods.note import Checkpoint
from stoa.record import sequencer
from stoa.record.entries import keep_octets
from stoa.record.models import Entry, Pending, Placement
from stoa.record.queries import tree
from stoa.record.tail import Contradicts, Tail, contradiction

Leaf = Mapping[str, Any]
BringBack = Callable[[Sequence[Leaf]], None]
COLUMNS = ("at", "type", "act", "actor", "role", "charter", "subject")

_bringing_back: list[BringBack] = []


def register_recovery(bring_back: BringBack) -> None:
    """Called by an app when it loads: how its tables are taken as far as recovered entries tell.

    So the clock takes no step twice, and what was taken away is not shown again. It is called with the recovered
    entries, in order, inside the act that recovers them.
    """
    _bringing_back.append(bring_back)


def bring_back(entries: Sequence[bytes]) -> None:
    """Let every app take its tables as far as these entries tell."""
    leaves = [parse_object(body) for body in entries]
    for app in _bringing_back:
        app(leaves)


def demand_is(head: Checkpoint) -> None:
    """Raise `Contradicts` unless the entries in the database are exactly those of this head: each is hashed anew."""
    bodies = Placement.objects.order_by("position").values_list("entry__body", flat=True)
    leaves = (leaf_hash(bytes(body)) for body in bodies.iterator(chunk_size=2000))
    if sequencer.placed() != head.size or root(leaves) != head.root or tree(head.size).root() != head.root:
        raise Contradicts(
            "The restored entries are not those that the backup's head signs.", remedy="Use another backup."
        )


def demand_begins_with(published: Checkpoint) -> None:
    """Raise `Contradicts` unless the restored log begins with a published one that is not longer."""
    if tree(published.size).root() != published.root:
        raise contradiction(f"the first {published.size:,} entries differ")


def append(tail: Tail, backup: Checkpoint) -> None:
    """Give the entries the places that they had, before any other entry gets one. To be called inside an act.

    An entry that the backup holds without a place is that same entry. Raises `Conflict` where the log has grown since.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sequencer.LOCK])
    if sequencer.placed() != backup.size:
        raise Conflict("This log has grown since it was restored.", remedy="Restore into an empty folder.")
    for body in tail.blobs:
        keep_octets(body)
    if tail.entries:
        ids = _ids(tail.entries)
        Pending.objects.filter(pk__in=ids).delete()
        sequencer.place(list(zip(ids, tail.entries, strict=True)))


def _ids(bodies: Sequence[bytes]) -> list[int]:
    waiting: dict[bytes, list[int]] = {}
    for pk, body in Pending.objects.order_by("-pk").values_list("pk", "entry__body"):
        waiting.setdefault(bytes(body), []).append(pk)
    known = [waiting[body].pop() if waiting.get(body) else None for body in bodies]
    missing = [body for body, pk in zip(bodies, known, strict=True) if pk is None]
    created = iter(Entry.objects.bulk_create(map(_entry, missing), batch_size=1000))
    return [next(created).pk if pk is None else pk for pk in known]


def _entry(body: bytes) -> Entry:
    try:
        leaf = parse_object(body)
        return Entry(body=body, **{name: leaf[name] for name in COLUMNS})
    except (NotCanonical, KeyError) as fault:
        raise contradiction(f"an entry shown is not in the documented form ({fault})") from None
