"""The first steps: whose key it is, whether the signed head opens under it, and whether it continues what was seen."""

from dataclasses import dataclass
from pathlib import Path

from stoa.methods.merkle import consistency_proof, verify_consistency
from stoa.methods.note import Algorithm, BadNote, Checkpoint, VerifierKey, open_note
from stoa.verify.faults import Broken, Misused, Unknowable
from stoa.verify.memory import Memory, Seen, note_in
from stoa.verify.shown import counted, shown
from stoa.verify.source import LARGEST_NOTE, Server
from stoa.verify.tree import nodes_in_tiles


@dataclass(frozen=True)
class Head:
    """A signed head that opened: origin, size and root, and the signed note itself."""

    checkpoint: Checkpoint
    note: bytes


def pinned(vkey: str) -> VerifierKey:
    """The key that the user gave."""
    try:
        return VerifierKey.parse(vkey.strip())
    except BadNote as fault:
        raise Misused(f"--key: {fault} It is one line: origin+hash+base64.") from None


def offered(vkey: str) -> VerifierKey:
    """The key that the server or the bundle shows for itself."""
    try:
        key = VerifierKey.parse(vkey)
    except BadNote as fault:
        raise Broken(f"vkey: {fault}") from None
    if key.algorithm is not Algorithm.ED25519:
        raise Broken("vkey: this is a witness's key, not a record's.")
    return key


def trust(key: VerifierKey, memory: Memory, address: str, whence: str) -> str:
    """Hold a key that was offered, not pinned, to what is remembered of its origin and of the address.

    Returns a sentence where it is the remembered one; Unknowable where it is met for the first time.
    """
    seen = memory.seen(key.name)
    if seen and seen.vkey == key.vkey:
        return f"The key of {shown(key.name)}, remembered from an earlier run."
    if seen:
        raise Broken(
            f"{whence.capitalize()} shows another key for {shown(key.name)} than the one remembered. If the community "
            f"announced a new key, give it with --key; {memory.path(key.name)} holds the old one."
        )
    before = memory.origin_at(address) if address else None
    if before is not None:
        raise Broken(
            f"{shown(address)} carried the record of {shown(before)} in an earlier run, now that of {shown(key.name)}. "
            f"If that is meant, delete {memory.path(before)}."
        )
    raise Unknowable(
        f"First meeting with {shown(key.name)}: its key is the one that {whence} shows for itself. "
        "Compare it with one published elsewhere, or give that one with --key."
    )


def open_head(note: bytes, key: VerifierKey) -> Head:
    """The signed head under `key`; Broken where it doesn't open or speaks for another origin."""
    try:
        checkpoint = Checkpoint.parse(open_note(note, [key]).text)
    except BadNote as fault:
        raise Broken(f"checkpoint: {fault}") from None
    if checkpoint.origin != key.name:
        raise Broken(f"checkpoint: it speaks for {shown(checkpoint.origin)}, its key for {shown(key.name)}.")
    return Head(checkpoint, note)


def same_name(origin: str, address: str) -> str:
    """Whether the record says that it is that of the address asked."""
    if origin == address:
        return f"The record is that of {shown(origin)}, the address asked."
    raise Unknowable(
        f"The record says that it is that of {shown(origin)}; it was reached as {shown(address)}. "
        "Nothing here can show that the two are the same."
    )


def continues(head: Head, seen: Seen | None, server: Server) -> str:
    """Hold the head to the last one seen, through the server's tiles."""
    if seen is None:
        raise Unknowable("Nothing is remembered of this record, so nothing could be compared.")
    new = head.checkpoint
    if new.size < seen.size:
        raise Broken(
            f"An older checkpoint is served: it covers {counted(new.size, 'entry', 'entries')}, "
            f"but one over {seen.size:,} was signed before."
        )
    _check_same_size(head, seen)
    if not _begins_with(new, seen.size, bytes.fromhex(seen.root), server):
        raise Broken(
            f"A fork, or a wrong tile: by the server's tiles this record of {new.size:,} entries does not begin with "
            f"the {seen.size:,} that were signed before."
        )
    return f"It continues the head last seen, of {counted(seen.size, 'entry', 'entries')}, with {new.size - seen.size:,} more."


def same_as_seen(head: Head, seen: Seen | None) -> str:
    """Hold a bundle's head to the last one seen; without tiles only heads of the same size can be compared."""
    if seen is None:
        raise Unknowable("Nothing is remembered of this record, so nothing could be compared.")
    _check_same_size(head, seen)
    if head.checkpoint.size == seen.size:
        return "It is the head last seen."
    raise Unknowable(
        f"The bundle's head covers {counted(head.checkpoint.size, 'entry', 'entries')}, the one last seen {seen.size:,}. "
        "A bundle has no tiles to compare them by; verify the address itself."
    )


def shown_to_another(path: Path, key: VerifierKey) -> Head:
    """The head that somebody else was shown: from a file with a signed checkpoint, or from what their verify remembers.

    Misused where it does not open under `key`: what this record's key did not sign says nothing about this record.
    """
    try:
        size = path.stat().st_size
        octets = path.read_bytes() if size <= LARGEST_NOTE else b""
    except OSError as fault:
        raise Misused(f"--compare: {shown(str(path))} can't be read: {fault.strerror}.") from None
    try:
        return open_head(note_in(octets), key)
    except Broken as fault:
        raise Misused(
            f"--compare: {shown(str(path))} has no signed head of this record, so it proves nothing. {fault}"
        ) from None


def agrees(head: Head, theirs: Head, server: Server) -> str:
    """Hold the head to the one that somebody else was shown: of two that were signed, the longer begins with the shorter."""
    mine, other = head.checkpoint, theirs.checkpoint
    if other.size > mine.size:
        raise Broken(
            f"They were shown {counted(other.size, 'entry', 'entries')}, here {mine.size:,} are served: an older record, or "
            "another. Ask again in a moment; if it stays so, the two heads differ for good."
        )
    if other.size == mine.size and other.root != mine.root:
        raise Broken(_two_histories(mine.size))
    if not _begins_with(mine, other.size, other.root, server):
        raise Broken(_two_histories(other.size))
    return f"They were shown {counted(other.size, 'entry', 'entries')}, with which this record begins."


def agrees_in_size(head: Head, theirs: Head) -> str:
    """Hold a bundle's head to the one that somebody else was shown; without tiles only heads of the same size can be compared."""
    mine, other = head.checkpoint, theirs.checkpoint
    if mine.size != other.size:
        raise Unknowable(
            f"They were shown {counted(other.size, 'entry', 'entries')}, the bundle's head covers {mine.size:,}. "
            "A bundle has no tiles to compare them by; verify the address itself."
        )
    if mine.root != other.root:
        raise Broken(_two_histories(mine.size))
    return "They were shown the same head."


def _two_histories(size: int) -> str:
    return (
        f"Two histories: the first {counted(size, 'entry', 'entries')} that they were shown are not those that are shown "
        "here, and the same key signed both."
    )


def _begins_with(new: Checkpoint, size: int, root: bytes, server: Server) -> bool:
    """Whether, by the server's tiles, the record of this head begins with the record of that size and root."""
    if not new.size > size > 0:
        return True
    node = nodes_in_tiles(new.size, server.hash_tile)
    return verify_consistency(size, new.size, consistency_proof(node, size, new.size), root, new.root)


def _check_same_size(head: Head, seen: Seen) -> None:
    if head.checkpoint.size == seen.size and head.checkpoint.root.hex() != seen.root:
        raise Broken(
            f"A fork: two different records of {counted(seen.size, 'entry', 'entries')} were signed, "
            "the one remembered and this one."
        )
