"""Admission by score: from the bar on, as far as places go, ties by a published seed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.admission import Admission, Share, admit, middle, tie, within

SEED = "00" * 32
SCORES = st.lists(st.integers(100, 500), max_size=20).map(lambda scores: {f"a{n}": s for n, s in enumerate(scores)})


def test_who_is_above_the_bar_is_admitted_by_score_as_far_as_places_go() -> None:
    scores = {"a": 310, "b": 450, "c": 299, "d": 300}
    assert admit(scores, bar=300, places=2, seed=SEED) == Admission(("b", "a"), ("d",), ("c",))
    assert admit(scores, bar=300, places=None, seed=SEED) == Admission(("b", "a", "d"), (), ("c",))


def test_equal_scores_are_ordered_by_the_seed_and_nothing_else() -> None:
    scores = dict.fromkeys("abcdef", 400)
    one = admit(scores, bar=300, places=3, seed=SEED)
    assert one == admit(dict(reversed(scores.items())), bar=300, places=3, seed=SEED)
    assert one.admitted == tuple(sorted("abcdef", key=lambda i: tie(SEED, i))[:3])
    assert one != admit(scores, bar=300, places=3, seed="11" * 32)


@given(SCORES, st.integers(100, 500), st.none() | st.integers(0, 20))
def test_everybody_has_one_outcome_and_nobody_is_passed_over(
    scores: dict[str, int], bar: int, places: int | None
) -> None:
    found = admit(scores, bar=bar, places=places, seed=SEED)
    assert sorted([*found.admitted, *found.waiting, *found.declined]) == sorted(scores)
    assert all(scores[i] >= bar for i in (*found.admitted, *found.waiting))
    assert all(scores[i] < bar for i in found.declined)
    assert places is not None or not found.waiting
    if places is not None:
        assert len(found.admitted) == min(places, len(found.admitted) + len(found.waiting))
    if found.admitted and found.waiting:
        assert min(scores[i] for i in found.admitted) >= max(scores[i] for i in found.waiting)


@given(
    st.permutations("abcdefgh"),
    st.integers(0, 8),
    st.frozensets(st.sampled_from("abcdefgh")),
    st.builds(Share, st.integers(0, 100), st.integers(0, 20), st.integers(0, 20)),
)
def test_as_many_are_admitted_as_the_share_lets_and_the_first_of_them(
    order: list[str], places: int, theirs: frozenset[str], share: Share
) -> None:
    """Held to a search by brute force: the largest size at which the first who fit fill it."""
    held = within(Admission(tuple(order[:places]), tuple(order[places:]), ("z",)), share, theirs)

    def fitting(size: int) -> list[str]:
        kept = [pk for pk in order if pk in theirs][: share.room(size)]
        return [pk for pk in order if pk not in theirs or pk in kept][:size]

    wanted = next(fitting(size) for size in range(places, -1, -1) if len(fitting(size)) == size)
    assert list(held.found.admitted) == wanted
    assert list(held.found.waiting) == [pk for pk in order if pk not in wanted]
    assert held.found.declined == ("z",)
    assert held.among == len(theirs & set(wanted))
    before = order[: order.index(wanted[-1])] if wanted else []
    unfilled = len(wanted) < places
    assert list(held.passed_over) == [pk for pk in (order if unfilled else before) if pk not in wanted]


@given(st.lists(st.integers(100, 500), min_size=1))
def test_half_of_those_who_gave_a_bar_gave_the_middle_one_or_less(values: list[int]) -> None:
    found = middle(values)
    assert found in values
    assert 2 * sum(value <= found for value in values) >= len(values)
    assert 2 * sum(value < found for value in values) < len(values)


def test_of_no_bars_there_is_no_middle() -> None:
    with pytest.raises(ValueError, match="no middle"):
        middle([])
