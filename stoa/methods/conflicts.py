"""Conflicts of interest between reviewers and what they may be asked to read, found by an inverted index.

Kinds follow what conferences ask for: the reviewer is an author, worked at the same organisation within some years,
wrote with an author, advised one or was advised by one, or a tie was declared. Whoever shares a third co-author has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["self", "organisation", "co-author", "adviser", "tie"]

KINDS: tuple[Kind, ...] = ("self", "organisation", "co-author", "adviser", "tie")
"""Of several kinds between the same two, the first of these is told first."""


@dataclass(frozen=True)
class Party:
    """What is known of one person for finding conflicts; days are ISO dates, which compare as texts.

    `keys` name the person, each of them uniquely (`person:…`, `orcid:…`, a hash of an address). `organisations` are
    (key, first day, last day or None), `wrote_with` (key of a person, day), `advised` and `tied` keys of people. `names` are
    keys that others may have too: who is named by one is met, and nobody is taken for another by it.
    """

    keys: frozenset[str]
    organisations: Sequence[tuple[str, str, str | None]] = ()
    wrote_with: Sequence[tuple[str, str]] = ()
    advised: frozenset[str] = field(default_factory=frozenset)
    tied: frozenset[str] = field(default_factory=frozenset)
    names: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, order=True)
class Conflict:
    """One reason why a reviewer may not read a piece."""

    piece: str
    reviewer: str
    kind: Kind


def find_conflicts(
    pieces: Mapping[str, Iterable[Party]], reviewers: Mapping[str, Party], *, since: str, until: str
) -> list[Conflict]:
    """Every conflict between the authors of pieces and reviewers, each kind once, sorted.

    Organisations count where both were there on any day from `since` to `until`, not only at the same time; papers count
    from `since` on. Advising, declared ties and being the author count whenever they were. Takes time in proportion to
    what is known and what is found, not to pieces times reviewers.
    """
    index = _Index(since, until)
    for reviewer, party in reviewers.items():
        index.add(reviewer, party)
    found = {
        Conflict(piece, reviewer, kind)
        for piece, authors in pieces.items()
        for author in authors
        for reviewer, kind in index.against(author)
    }
    return sorted(found, key=lambda one: (one.piece, one.reviewer, KINDS.index(one.kind)))


def marks(author: Party, *, since: str) -> frozenset[str]:
    """What somebody in conflict with this author has among their `probes`, now or on a later day than `since` is reckoned from."""
    wrote = {key for key, day in author.wrote_with if day >= since}
    houses = {house for house, _, end in author.organisations if end is None or end >= since}
    return frozenset(
        {f"is {key}" for key in author.keys | author.names}
        | {f"of {key}" for key in wrote | author.advised | author.tied}
        | {f"at {house}" for house in houses}
    )


def probes(reviewer: Party, *, since: str, until: str) -> frozenset[str]:
    """What to look for among the `marks` of authors: whoever shares none of these with a reviewer is in no conflict with them."""
    wrote = {key for key, day in reviewer.wrote_with if day >= since}
    houses = {house for house, start, end in reviewer.organisations if start <= until and (end is None or end >= since)}
    return frozenset(
        {f"is {key}" for key in reviewer.keys | wrote | reviewer.advised | reviewer.tied}
        | {f"of {key}" for key in reviewer.keys | reviewer.names}
        | {f"at {house}" for house in houses}
    )


class _Index:
    """The reviewers, by each key under which a conflict with an author can be met."""

    def __init__(self, since: str, until: str) -> None:
        self._since, self._until = since, until
        self._known: dict[tuple[str, str], set[str]] = defaultdict(set)

    def add(self, reviewer: str, party: Party) -> None:
        """Put a reviewer under everything that is known of them."""
        for key in party.keys:
            self._known["is", key].add(reviewer)
        for key in party.keys | party.names:
            self._known["named", key].add(reviewer)
        for kind, key in self._reasons(party):
            self._known[kind, key].add(reviewer)

    def against(self, author: Party) -> Iterator[tuple[str, Kind]]:
        """The reviewers in conflict with an author, from what is known of either."""
        for key in author.keys:
            yield from ((reviewer, "self") for reviewer in self._known.get(("is", key), ()))
        for key in author.keys | author.names:
            for kind in ("co-author", "adviser", "tie"):
                yield from ((reviewer, kind) for reviewer in self._known.get((kind, key), ()))
        for kind, key in self._reasons(author):
            where = ("organisation", key) if kind == "organisation" else ("named", key)
            yield from ((reviewer, kind) for reviewer in self._known.get(where, ()))

    def _reasons(self, party: Party) -> Iterator[tuple[Kind, str]]:
        for organisation, start, end in party.organisations:
            if start <= self._until and (end is None or end >= self._since):
                yield "organisation", organisation
        for person, day in party.wrote_with:
            if day >= self._since:
                yield "co-author", person
        yield from (("adviser", person) for person in sorted(party.advised))
        yield from (("tie", person) for person in sorted(party.tied))
