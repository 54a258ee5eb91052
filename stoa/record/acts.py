"""Acts of the record on itself: its start, the daily sealed entry, recovery after a restore."""

from __future__ import annotations

from datetime import date

from stoa import __version__
from stoa.kit import chance, clock
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed
from stoa.methods.merkle import leaf_hash, root
from stoa.methods.note import Checkpoint
from stoa.record.events import DaySealed, LogStarted, TailRecovered
from stoa.record.keys import origin, vkey
from stoa.record.models import Entry, Sealed
from stoa.record.recovery import append, bring_back
from stoa.record.tail import Tail

SMALLEST_PADDING = 64


@act("record.log.start")
def start_log(actor: Actor) -> None:
    """Begin the log with its origin and its verifier key."""
    if Entry.objects.exists():
        raise Closed("This log has begun already.")
    tell(LogStarted(origin(), vkey(), __version__))


@act("record.day.seal")
def seal_day(actor: Actor, *, day: date) -> None:
    """Put the root over a day's sealed acts on the record, once the day is over."""
    if day >= clock.now().date():
        raise Closed("This day is not over.", remedy="It is sealed after midnight, UTC.")
    if Entry.objects.filter(type=DaySealed.type, subject=f"day:{day.isoformat()}").exists():
        raise Closed("This day is sealed already.")
    leaves = [bytes(commitment) for commitment in Sealed.objects.filter(day=day).values_list("commitment", flat=True)]
    padded = SMALLEST_PADDING
    while padded < len(leaves):
        padded *= 2
    leaves += [chance.octets(32) for _ in range(padded - len(leaves))]
    tell(DaySealed(day.isoformat(), root([leaf_hash(leaf) for leaf in sorted(leaves)]).hex(), padded))


@act("record.tail.recover")
def recover_tail(actor: Actor, *, backup: Checkpoint, tail: Tail, published: int | None, key_before: str) -> None:
    """Bring back what was published after the backup that was restored, verbatim, and declare what is lost.

    `backup` is the head that the backup ends with, `published` how many entries had been published as far as anybody
    knows, `key_before` the verifier key that the log had.
    """
    append(tail, backup)
    lost = None if published is None else max(0, published - backup.size - len(tail.entries))
    changed = vkey() if vkey() != key_before else None
    tell(TailRecovered("1", backup.size, published, len(tail.entries), lost, changed))
    bring_back(tail.entries)
