"""Assignments of reviewers: the best there is, the one that the seed draws, and proved so to who trusts nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.methods.assignment import Assignment, Problem, assign, tie_break
from stoa.verify.assignment import check_assignment
from stoa.verify.faults import Broken

SEED = bytes(range(32))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Small problems, many of them with ties and with fewer reviewers than wanted."""
    pieces = [f"piece:{n}" for n in range(draw(st.integers(0, 3)))]
    reviewers = [f"seat:{n}" for n in range(draw(st.integers(0, 4)))]
    score = st.sampled_from(draw(st.sampled_from([[5], [0, 1], [0, 17, 10_000]])))
    scores = {p: {r: draw(score) for r in reviewers if draw(st.integers(0, 4))} for p in pieces}
    return Problem(
        wanted={p: draw(st.integers(0, 2)) for p in pieces},
        loads={r: draw(st.integers(0, 2)) for r in reviewers},
        scores=scores,
        organisations={r: draw(st.sampled_from(["", "eth", "mit"])) for r in reviewers},
    )


def by_trying_all(problem: Problem, seed: bytes) -> list[tuple[str, str]]:
    """The best assignment of all that are allowed: by reviews, then scores, then ties."""

    def allowed(piece: str) -> list[tuple[tuple[str, str], ...]]:
        able = sorted(problem.scores.get(piece, {}))
        sets = [c for n in range(problem.wanted[piece] + 1) for c in combinations(able, n)]
        houses = [[problem.organisations[r] for r in c if problem.organisations[r]] for c in sets]
        return [tuple((piece, r) for r in c) for c, h in zip(sets, houses, strict=True) if len(h) == len(set(h))]

    def worth(pairs: list[tuple[str, str]]) -> tuple[int, int, int]:
        scores = sum(problem.scores[p][r] for p, r in pairs)
        return len(pairs), scores, sum(tie_break(seed, p, r) for p, r in pairs)

    whole = [[pair for part in parts for pair in part] for parts in product(*map(allowed, sorted(problem.wanted)))]
    fitting = [pairs for pairs in whole if not Counter(r for _, r in pairs) - Counter(problem.loads)]
    return max(fitting, key=worth)


@settings(deadline=None)
@given(problems(), st.binary(min_size=4, max_size=4))
def test_it_is_the_best_of_all_and_the_checker_agrees(problem: Problem, seed: bytes) -> None:
    found = assign(problem, seed=seed)
    assert sorted(found.pairs) == sorted(by_trying_all(problem, seed))
    check_assignment(problem.as_json(), found.as_json())


SMALL = Problem(
    wanted={"a": 2, "b": 2},
    loads={"r": 2, "s": 1, "t": 2},
    scores={"a": {"r": 9, "s": 5, "t": 1}, "b": {"r": 4, "s": 5, "t": 3}},
    organisations={},
)


def test_the_sum_of_scores_is_as_great_as_can_be() -> None:
    found = assign(SMALL, seed=SEED)
    assert found.pairs == (("a", "r"), ("a", "s"), ("b", "r"), ("b", "t"))
    assert (found.objective, found.missing, found.seed) == (21, {}, SEED.hex())


def test_a_review_more_counts_before_any_fit() -> None:
    problem = Problem({"a": 1, "b": 1}, {"r": 1, "s": 1}, {"a": {"r": 10_000, "s": 0}, "b": {"r": 0}}, {})
    assert assign(problem, seed=SEED).pairs == (("a", "s"), ("b", "r"))


def test_what_cannot_be_had_is_missing() -> None:
    problem = replace(SMALL, organisations={"r": "eth", "s": "eth", "t": "eth"})
    assert assign(problem, seed=SEED).missing == {"a": 1, "b": 1}


def test_another_seed_draws_otherwise_and_the_same_seed_the_same() -> None:
    names = [f"r{n}" for n in range(40)]
    problem = Problem({"a": 1}, dict.fromkeys(names, 1), {"a": dict.fromkeys(names, 7)}, {})
    drawn = [assign(problem, seed=bytes([n])).pairs for n in range(8)]
    assert drawn == [assign(problem, seed=bytes([n])).pairs for n in range(8)]
    assert len(set(drawn)) > 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"wanted": {"a": -1}},
        {"loads": {"r": -1, "s": 1, "t": 1}},
        {"scores": {"c": {"r": 1}}},
        {"scores": {"a": {"x": 1}}},
        {"scores": {"a": {"r": 10_001}}},
    ],
)
def test_what_is_no_problem_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        assign(replace(SMALL, **wrong), seed=SEED)


def changed(result: Assignment, **other: Any) -> dict[str, Any]:
    return {**result.as_json(), **other}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"pairs": [["a", "r"], ["a", "t"], ["b", "r"], ["b", "s"]], "objective": 19}, "prices do not prove"),
        ({"pairs": [["a", "r"], ["a", "r"], ["b", "r"], ["b", "t"]]}, "twice for one piece"),
        ({"pairs": [["a", "x"]]}, "may not read it"),
        ({"pairs": [["a", "s"], ["b", "s"]]}, "more than they take"),
        ({"pairs": [["a", "r"], ["a", "s"], ["a", "t"]]}, "more reviewers than are wanted"),
        ({"pairs": [["a", "r"], ["a", "s"], ["b", "r"]]}, "what is missing"),
        ({"objective": 22}, "do not add up"),
        ({"seed": "00"}, "prices do not prove"),
        ({"method": "assignment/2"}, "does not know"),
    ],
)
def test_the_checker_finds_what_was_changed(other: dict[str, Any], said: str) -> None:
    with pytest.raises(Broken, match=said):
        check_assignment(SMALL.as_json(), changed(assign(SMALL, seed=SEED), **other))


def test_the_checker_finds_two_of_one_organisation() -> None:
    found = assign(SMALL, seed=SEED)
    inputs = replace(SMALL, organisations={"r": "eth", "s": "eth"}).as_json()
    with pytest.raises(Broken, match="two reviewers of one organisation"):
        check_assignment(inputs, found.as_json())
