"""What a log has published beyond a backup, held to the key that signs it and to the backup's own head. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stoa.kit.faults import Fault
from stoa.methods.merkle import leaf_hash
from stoa.methods.note import BadNote, Checkpoint, VerifierKey, open_note
from stoa.methods.tiles import BadTile, Fetch, Frontier


class Contradicts(Fault):
    """What was published and the backup are not one log: going on from either would fork it."""


@dataclass(frozen=True)
class Tail:
    """Entries that a published log has beyond a backup, in their order, and public bodies that they name."""

    entries: tuple[bytes, ...] = ()
    blobs: tuple[bytes, ...] = ()


NOTHING = Tail()


def opened_head(note: bytes, vkey: str) -> Checkpoint:
    """A signed head under the log's own key; raises `Contradicts` where that key did not sign it."""
    try:
        key = VerifierKey.parse(vkey)
        head = Checkpoint.parse(open_note(note, [key]).text)
    except BadNote as fault:
        raise Contradicts(
            f"The signed head is not one of this log: {fault}", remedy="Name the address of this very log with --from."
        ) from None
    if head.origin != key.name:
        raise Contradicts(
            f"The signed head is of {head.origin}, the backup of {key.name}.", remedy="Name another address."
        )
    return head


def demand_continues(backup: Checkpoint, published: Checkpoint, entries: Sequence[bytes], fetch: Fetch) -> None:
    """Raise `Contradicts` unless the backup's log with these entries is the published one.

    `fetch` reads the published tiles; they are believed only where the roots that both heads sign follow from them.
    """
    try:
        before = Frontier.read(backup.size, fetch)
        after, _ = before.extend([leaf_hash(entry) for entry in entries])
    except BadTile as fault:
        raise contradiction(str(fault)) from None
    if before.root() != backup.root:
        raise contradiction(f"the first {backup.size:,} entries differ")
    if (after.size, after.root()) != (published.size, published.root):
        raise contradiction("the entries shown are not those that were signed")


def contradiction(why: str) -> Contradicts:
    """The fault of a log and a backup that can't both be right."""
    return Contradicts(
        f"What was published and this backup are not one log: {why}.",
        remedy="Nothing was restored. Find out which of the two is right before anything is signed.",
    )
