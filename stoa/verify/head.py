"""The first steps: whose key it is, whether the signed head opens under it, and whether it continues what was seen."""

from dataclasses import dataclass

from stoa.methods.merkle import consistency_proof, verify_consistency
from stoa.methods.note import Algorithm, BadNote, Checkpoint, VerifierKey, open_note
from stoa.verify.faults import Broken, Misused, Unknowable
from stoa.verify.memory import Memory, Seen
from stoa.verify.shown import counted, shown
from stoa.verify.source import Server
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
    if new.size > seen.size > 0:
        node = nodes_in_tiles(new.size, server.hash_tile)
        proof = consistency_proof(node, seen.size, new.size)
        if not verify_consistency(seen.size, new.size, proof, bytes.fromhex(seen.root), new.root):
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


def _check_same_size(head: Head, seen: Seen) -> None:
    if head.checkpoint.size == seen.size and head.checkpoint.root.hex() != seen.root:
        raise Broken(
            f"A fork: two different records of {counted(seen.size, 'entry', 'entries')} were signed, "
            "the one remembered and this one."
        )
