"""Many runs at once: the same numbers as pair by pair, and places that hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from stoa.methods.evaluation import Sums, difference
from stoa.methods.evaluation.comparing import Differences, Entrants, better, differences, differing, places
from stoa.methods.evaluation.distributions import student_below
from stoa.methods.evaluation.multiplicity import benjamini_hochberg, holm


def sums_of(group: Entrants, place: int, prefix: str = "") -> Sums:
    names = tuple(f"{prefix}{number}" for number in range(len(group.counts)))
    return Sums(names, group.counts, group.totals[place], float(group.squares[place]))


def some(chance: np.random.Generator, size: int, clusters: int, shares: list[float] | None = None) -> Entrants:
    """Runs of yes-or-no samples in clusters of four that are easy or hard together."""
    ease = np.repeat(chance.uniform(-0.2, 0.2, clusters), 4)
    shares = shares or [0.5] * size
    scores = np.array([chance.random(clusters * 4) < np.clip(share + ease, 0, 1) for share in shares], dtype=float)
    return Entrants(np.full(clusters, 4.0), scores.reshape(size, clusters, 4).sum(axis=2), (scores**2).sum(axis=1))


@pytest.mark.parametrize("bounded", [True, False])
def test_matrices_say_what_pairs_say(bounded: bool) -> None:
    chance = np.random.default_rng(1)
    groups = [some(chance, 3, 12), some(chance, 2, 8)]
    found = differences(groups, bounded=bounded)
    runs = [sums_of(groups[0], place, "a") for place in range(3)] + [
        sums_of(groups[1], place, "b") for place in range(2)
    ]
    for i, first in enumerate(runs):
        for j, second in enumerate(runs):
            if i != j:
                pair = difference(first, second, bounded=bounded)
                assert (found.values[i, j], found.errors[i, j]) == pytest.approx((pair.value, pair.error))
                assert found.freedoms[found.groups[i], found.groups[j]] <= pair.freedom + 1e-9
    assert found.half_widths(0)[1] == pytest.approx(
        difference(runs[1], runs[0], bounded=bounded).interval()[1] - found.values[1, 0]
    )


@pytest.mark.parametrize(("control", "adjust"), [("holm", holm), ("bh", benjamini_hochberg), ("none", np.asarray)])
def test_what_is_better_is_what_the_adjusted_p_values_say(control: str, adjust: object) -> None:
    chance = np.random.default_rng(2)
    found = differences([some(chance, 12, 15, np.linspace(0.2, 0.8, 12).tolist())], bounded=True)
    upper = np.triu_indices(12, 1)
    p = [2 * student_below(-abs(found.values[i, j] / found.errors[i, j]), 14.0) for i, j in zip(*upper, strict=True)]
    said = adjust(p) <= 0.05  # type: ignore[operator]
    ours = better(found, higher=True, control=control)  # type: ignore[arg-type]
    assert (ours | ours.T)[upper].tolist() == said.tolist()
    assert 0 < said.sum() < len(p)
    assert (better(found, higher=False, control=control) == ours.T).all()  # type: ignore[arg-type]


def test_runs_that_say_the_same_share_all_places() -> None:
    same = Entrants(np.full(5, 4.0), np.full((3, 5), 2.0), np.full(3, 10.0))
    assert places(differences([same], bounded=False), higher=True) == [(1, 3)] * 3


def test_one_run_has_the_first_place() -> None:
    assert places(differences([some(np.random.default_rng(3), 1, 6)], bounded=True), higher=True) == [(1, 1)]


def test_differences_from_one_run_are_fewer_to_control_for() -> None:
    found = differences([some(np.random.default_rng(4), 12, 15, np.linspace(0.2, 0.8, 12).tolist())], bounded=True)
    alone = differing(found, 0)
    assert not alone[0]
    assert (alone >= better(found, higher=True)[:, 0]).all()


def test_true_places_lie_in_their_intervals() -> None:
    """Ten models, half of them alike: all true places at once are held in 95 % of runs or more."""
    chance, held = np.random.default_rng(5), 0
    shares = [0.2, 0.35, 0.5, 0.5, 0.5, 0.5, 0.5, 0.65, 0.8, 0.8]
    true = [(1 + sum(other > one for other in shares), sum(other >= one for other in shares)) for one in shares]
    for _ in range(200):
        found: Differences = differences([some(chance, 10, 20, shares)], bounded=True)
        intervals = places(found, higher=True)
        held += all(low <= least and most <= high for (low, high), (least, most) in zip(intervals, true, strict=True))
    assert held / 200 >= 0.93
