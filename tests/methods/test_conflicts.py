"""Conflicts of interest: each kind is found from either side, and nothing that is none."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.conflicts import Conflict, Party, find_conflicts, marks, probes

SINCE, UNTIL = "2023-12-01", "2026-12-01"
ANA, BEN = frozenset({"person:ana", "orcid:0000-1"}), frozenset({"person:ben"})


def kinds(author: Party, reviewer: Party) -> list[str]:
    found = find_conflicts({"p": [author]}, {"r": reviewer}, since=SINCE, until=UNTIL)
    assert all((one.piece, one.reviewer) == ("p", "r") for one in found)
    return [one.kind for one in found]


@pytest.mark.parametrize(
    ("author", "reviewer", "expected"),
    [
        (Party(ANA), Party(BEN), []),
        (Party(ANA), Party(frozenset({"orcid:0000-1"})), ["self"]),
        (Party(ANA, [("eth", "2020-01-01", None)]), Party(BEN, [("eth", "2021-01-01", None)]), ["organisation"]),
        (Party(ANA, [("eth", "2020-01-01", "2023-11-30")]), Party(BEN, [("eth", "2021-01-01", None)]), []),
        (
            Party(ANA, [("eth", "2020-01-01", "2023-12-01")]),
            Party(BEN, [("eth", "2025-01-01", None)]),
            ["organisation"],
        ),
        (Party(ANA, [("eth", "2026-12-02", None)]), Party(BEN, [("eth", "2021-01-01", None)]), []),
        (Party(ANA, [("eth", "2020-01-01", None)]), Party(BEN, [("epfl", "2021-01-01", None)]), []),
        (Party(ANA, wrote_with=[("person:ben", "2024-05-01")]), Party(BEN), ["co-author"]),
        (Party(ANA), Party(BEN, wrote_with=[("orcid:0000-1", "2024-05-01")]), ["co-author"]),
        (Party(ANA, wrote_with=[("person:ben", "2023-11-30")]), Party(BEN), []),
        (Party(ANA, wrote_with=[("person:c", "2025-01-01")]), Party(BEN, wrote_with=[("person:c", "2025-01-01")]), []),
        (Party(ANA, advised=frozenset({"person:ben"})), Party(BEN), ["adviser"]),
        (Party(ANA), Party(BEN, advised=frozenset({"person:ana"})), ["adviser"]),
        (Party(ANA, tied=frozenset({"person:ben"})), Party(BEN), ["tie"]),
        (Party(ANA, advised=frozenset({"name:ben"})), Party(BEN, names=frozenset({"name:ben"})), ["adviser"]),
        (Party(ANA | {"name:ben"}), Party(BEN, names=frozenset({"name:ben"})), []),
        (Party(ANA, names=frozenset({"name:a"})), Party(BEN, tied=frozenset({"name:a"})), ["tie"]),
        (Party(ANA), Party(BEN, tied=frozenset({"orcid:0000-1"})), ["tie"]),
        (
            Party(ANA, [("eth", "2020-01-01", None)], [("person:ben", "2025-01-01")]),
            Party(BEN, [("eth", "2020-01-01", None)], [("person:ana", "2025-01-01")]),
            ["organisation", "co-author"],
        ),
    ],
)
def test_each_kind_is_found_from_either_side(author: Party, reviewer: Party, expected: list[str]) -> None:
    assert kinds(author, reviewer) == expected


def test_each_author_of_a_piece_counts_and_each_kind_once() -> None:
    two = [Party(ANA, [("eth", "2020-01-01", None)]), Party(BEN, [("eth", "2020-01-01", None)])]
    reviewers = {"r": Party(frozenset({"person:r"}), [("eth", "2025-01-01", None)]), "s": Party(BEN)}
    found = find_conflicts({"p": two}, reviewers, since=SINCE, until=UNTIL)
    assert found == [Conflict("p", "r", "organisation"), Conflict("p", "s", "self")]


names = st.sampled_from("abcd")
days = st.sampled_from(["2022-01-01", "2023-12-01", "2024-06-01", "2026-12-01", "2027-01-01"])
parties = st.builds(
    Party,
    keys=st.frozensets(names, min_size=1, max_size=2),
    organisations=st.lists(st.tuples(names, days, st.none() | days), max_size=2),
    wrote_with=st.lists(st.tuples(names, days), max_size=2),
    advised=st.frozensets(names, max_size=1),
    tied=st.frozensets(names, max_size=1),
    names=st.frozensets(names, max_size=1),
)


def plainly(one: Party, other: Party) -> set[str]:
    """The rules again, comparing two people in every way."""
    there = [
        {key for key, start, end in party.organisations if start <= UNTIL and (end is None or end >= SINCE)}
        for party in (one, other)
    ]
    called = [party.keys | party.names for party in (one, other)]
    wrote = [{key for key, day in party.wrote_with if day >= SINCE} for party in (one, other)]
    return {
        kind
        for kind, holds in {
            "self": one.keys & other.keys,
            "organisation": there[0] & there[1],
            "co-author": wrote[0] & called[1] or wrote[1] & called[0],
            "adviser": one.advised & called[1] or other.advised & called[0],
            "tie": one.tied & called[1] or other.tied & called[0],
        }.items()
        if holds
    }


@given(st.lists(st.lists(parties, max_size=2), max_size=3), st.lists(parties, max_size=3))
def test_the_index_finds_what_comparing_everybody_with_everybody_finds(
    pieces: list[list[Party]], reviewers: list[Party]
) -> None:
    named = {str(n): authors for n, authors in enumerate(pieces)}
    others = {str(n): reviewer for n, reviewer in enumerate(reviewers)}
    found = find_conflicts(named, others, since=SINCE, until=UNTIL)
    expected = {
        (piece, reviewer, kind)
        for (piece, authors), (reviewer, party) in product(named.items(), others.items())
        for author in authors
        for kind in plainly(author, party)
    }
    assert {(one.piece, one.reviewer, one.kind) for one in found} == expected
    assert len(found) == len(expected)


@given(parties, parties)
def test_whoever_is_in_conflict_has_something_among_an_authors_marks_also_when_these_are_older(
    author: Party, reviewer: Party
) -> None:
    sought = probes(reviewer, since=SINCE, until=UNTIL)
    if find_conflicts({"p": [author]}, {"r": reviewer}, since=SINCE, until=UNTIL):
        assert sought & marks(author, since=SINCE)
        assert sought & marks(author, since="2022-06-01")


def test_what_two_share_who_are_in_no_conflict_is_no_mark_that_one_looks_for() -> None:
    third = [("person:c", "2025-01-01")]
    author, reviewer = (
        Party(ANA, [("eth", "2020-01-01", "2023-11-30")], third),
        Party(BEN, [("eth", "2020-01-01", None)], third),
    )
    assert not probes(reviewer, since=SINCE, until=UNTIL) & marks(author, since=SINCE)
