"""What people write and moderators may hold or remove: each app says how its pieces are found, without being imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a piece of writing stands. Who may read it: everybody; its author and moderators; the same two."""

    STANDING = "standing"
    HELD = "held"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """A piece of writing as moderators meet it. An erased or imported one has no author."""

    author_id: str | None
    state: State
    text: str


@dataclass(frozen=True)
class Moderated:
    """A kind whose pieces can be moderated.

    `find(ids)` gives the pieces that exist, in one query. `set_state(id, state)` is called inside the act that decides;
    it takes what is held or removed out of search, and puts back what stands. `signed` says whether pages name authors:
    where they don't, a moderator's look at the author is noted for the author.
    """

    kind: str
    find: Callable[[Sequence[str]], Mapping[str, Piece]]
    set_state: Callable[[str, State], None]
    signed: bool = True


_moderated: dict[str, Moderated] = {}


def register_moderated(moderated: Moderated) -> None:
    """Called by an app when it loads."""
    _moderated[moderated.kind] = moderated


def moderated(reference: str) -> Moderated | None:
    """How what a reference names is moderated; None where it is of no such kind."""
    return _moderated.get(reference.partition(":")[0])


def pieces(references: Sequence[str]) -> dict[str, Piece]:
    """`kind:id` references → the pieces that exist. One query a kind."""
    wanted: dict[str, list[str]] = {}
    for reference in dict.fromkeys(references):
        kind, _, identifier = reference.partition(":")
        wanted.setdefault(kind, []).append(identifier)
    return {
        f"{kind}:{identifier}": piece
        for kind, ids in wanted.items()
        if kind in _moderated
        for identifier, piece in _moderated[kind].find(ids).items()
    }


def set_state(reference: str, state: State) -> None:
    """Let a piece stand, be held or be removed; to be called inside the act that decides."""
    kind, _, identifier = reference.partition(":")
    _moderated[kind].set_state(identifier, state)
