"""Differences, gates and the settlement of reproductions."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.evaluation import difference, equivalent, gate, gather, mcnemar, mean, non_inferior, settle
from stoa.methods.evaluation.gates import p_beyond
from stoa.methods.evaluation.pairs import comparable, paired_scores, unpaired
from stoa.methods.evaluation.proportions import newcombe
from stoa.methods.evaluation.resampling import bootstrap, sign_flips
from stoa.methods.evaluation.sizes import detectable_difference, equivalence_size, sample_size

GROUPS = [place // 4 for place in range(80)]


def two_runs(seed: int, shift: float = 0.0) -> tuple[list[float], list[float]]:
    """Two runs of one hard-or-easy sample set in clusters of four; the first is better by `shift`."""
    chance = np.random.default_rng(seed)
    ease = np.repeat(chance.normal(0, 1, 20), 4)
    return (ease + shift + chance.normal(0, 0.3, 80)).tolist(), (ease + chance.normal(0, 0.3, 80)).tolist()


def test_a_paired_difference_from_cluster_sums_is_that_of_the_samples() -> None:
    first, second = two_runs(3, 0.4)
    found, exact = difference(gather(first, GROUPS), gather(second, GROUPS)), paired_scores(first, second, GROUPS)
    assert (found.value, found.error) == pytest.approx((exact.value, exact.error))
    assert found.paired
    assert found.interval() == pytest.approx((exact.low, exact.high))


def test_pairing_tells_what_is_lost_in_the_difficulty_of_questions() -> None:
    first, second = (gather(scores, GROUPS) for scores in two_runs(2, 0.2))
    assert difference(first, second).error < unpaired(first, second).error / 4


def test_runs_of_other_samples_are_not_paired() -> None:
    first, second = gather([1, 0, 1], "abc"), gather([1, 0, 1], "abd")
    assert not comparable(first, second)
    assert not difference(first, second).paired
    assert not comparable(gather([1, 0, 1], "aab"), gather([1, 0, 1], "abb"))


def test_unpaired_runs_have_the_freedom_of_welch() -> None:
    found = unpaired(gather([0.0, 1.0, 2.0, 3.0]), gather([1.0, 1.5, 2.0]))
    a, b = 5 / 3 / 4, 0.25 / 3
    assert found.error == pytest.approx((a + b) ** 0.5)
    assert found.freedom == pytest.approx((a + b) ** 2 / (a**2 / 3 + b**2 / 2))


def test_one_cluster_tells_no_difference() -> None:
    found = difference(gather([1, 1], "aa"), gather([0, 0], "aa"))
    assert found.interval() == (-inf, inf)
    assert found.p_other() == 1.0


def test_mcnemar_of_the_vector() -> None:
    assert mcnemar(10, 3) == pytest.approx(0.092285, abs=1e-6)
    assert mcnemar(3, 10, middle=True) < mcnemar(3, 10)
    assert mcnemar(0, 0) == 1.0


def test_the_vector_of_a_gate_that_fails() -> None:
    assert newcombe(90, 100, 92, 100)[0] < -0.05


def test_no_worse_and_the_same_within_a_margin() -> None:
    first, second = (gather(scores, GROUPS) for scores in two_runs(3))
    found = difference(first, second)
    assert non_inferior(found, 0.2)
    assert equivalent(found, 0.2)
    assert not equivalent(found, 0.01)


def test_a_run_that_gives_the_same_is_reproduced_if_there_is_enough_of_it() -> None:
    sums = gather([1, 0] * 25)
    assert settle(sums, sums, margin=0.1).verdict == "reproduced"
    few = gather([1, 0] * 4)
    assert settle(few, few, margin=0.1).verdict == "undecided"


def test_a_run_that_gives_something_else_is_disputed() -> None:
    found = settle(gather([1] * 45 + [0] * 5), gather([0] * 45 + [1] * 5), margin=0.1)
    assert found.verdict == "disputed"
    assert found.difference == pytest.approx(-0.8)
    assert found.high < -0.1


def test_between_the_two_it_is_not_decided() -> None:
    claim = gather([1] * 40 + [0] * 10)
    found = settle(claim, gather([1] * 34 + [0] * 16), margin=0.1)
    assert found.verdict == "undecided"
    assert found.low < -0.1 < found.high


def test_an_unpaired_reproduction_is_settled_too() -> None:
    chance = np.random.default_rng(4)
    many = [gather(chance.integers(0, 2, size).astype(float).tolist()) for size in (4000, 3000)]
    found = settle(*many, margin=0.1)
    assert (found.verdict, found.paired) == ("reproduced", False)


def test_a_settlement_needs_a_margin() -> None:
    with pytest.raises(ValueError, match="margin"):
        settle(gather([1, 0]), gather([1, 0]), margin=0.0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60), st.floats(0.01, 0.5))
def test_no_run_is_both_reproduced_and_disputed(rows: list[tuple[bool, bool]], margin: float) -> None:
    first, second = ([float(row[side]) for row in rows] for side in (0, 1))
    found, other = (settle(gather(a), gather(b), margin=margin) for a, b in ((first, second), (second, first)))
    assert not (found.p_within <= 0.05 and found.p_beyond <= 0.05)
    assert found.verdict == other.verdict
    assert found.difference == pytest.approx(-other.difference)


def test_two_true_runs_of_one_model_are_rarely_disputed() -> None:
    chance = np.random.default_rng(11)
    verdicts = []
    for _ in range(300):
        easy = np.repeat(chance.beta(1, 1, 15), 4)
        runs = [gather((chance.random(60) < easy).astype(float).tolist(), GROUPS[:60]) for _ in range(2)]
        verdicts.append(settle(*runs, margin=0.1).verdict)
    assert verdicts.count("disputed") == 0


def test_at_the_edge_of_the_margin_few_are_called_the_same() -> None:
    """The truth is a difference of the margin itself: 5 % may pass, and a little of chance on top."""
    chance = np.random.default_rng(12)
    passed = 0
    for _ in range(1_000):
        first = chance.random(200) < 0.6
        second = np.where(chance.random(200) < 1 / 6, False, first)
        passed += (
            settle(*(gather(each.astype(float).tolist()) for each in (first, second)), margin=0.1).verdict
            == "reproduced"
        )
    assert passed / 1_000 <= 0.065


def test_beyond_needs_more_than_a_difference() -> None:
    first, second = (gather(scores, GROUPS) for scores in two_runs(5, 0.4))
    found = difference(first, second)
    assert found.p_other() < 1e-5
    assert p_beyond(found, 0.4) == 1.0


def test_the_bootstrap_and_the_flips_agree_with_the_formula() -> None:
    first, second = two_runs(6, 0.1)
    gaps = gather([a - b for a, b in zip(first, second, strict=True)], GROUPS)
    assert bootstrap(gaps, seed=1) == pytest.approx((mean(gaps).low, mean(gaps).high), abs=0.02)
    assert bootstrap(gaps, seed=1) == bootstrap(gaps, seed=1)
    assert sign_flips(gaps, seed=1) == pytest.approx(
        difference(gather(first, GROUPS), gather(second, GROUPS)).p_other(), abs=0.02
    )


def test_the_sizes_of_the_paper() -> None:
    each = {"spread": 1 / 9, "noise": (1 / 6, 1 / 6)}
    assert sample_size(0.03, **each) == 3876
    assert sample_size(0.03, spread=1 / 9) == 969
    assert detectable_difference(3876, **each) == pytest.approx(0.03, abs=1e-5)
    assert sample_size(0.03, spread=1 / 9, design_effect=2) == 1938


@given(st.integers(2, 10_000), st.floats(0.01, 2), st.floats(0.5, 0.99))
def test_a_size_and_the_difference_it_finds_are_inverse(samples: int, spread: float, power: float) -> None:
    found = detectable_difference(samples, spread=spread, power=power)
    assert sample_size(found * (1 + 1e-9), spread=spread, power=power) == samples


def test_the_size_of_an_equivalence_finds_it_as_often_as_it_says() -> None:
    size = equivalence_size(0.1, spread=0.2, power=0.8)
    chance = np.random.default_rng(8)
    passed = [
        equivalent(difference(gather(chance.normal(0, 0.2**0.5, size).tolist()), gather([0.0] * size)), 0.1)
        for _ in range(400)
    ]
    assert np.mean(passed) == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize("wrong", [{"difference": 0.0, "spread": 1.0}, {"difference": 0.1, "spread": -1.0}])
def test_a_size_is_refused_nonsense(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="0"):
        sample_size(**wrong)


def stream(seed: int, more: float, fewer: float, size: int) -> list[float]:
    """Differences of yes-or-no scores: +1 with chance `more`, −1 with chance `fewer`, else 0."""
    return np.random.default_rng(seed).choice([1.0, -1.0, 0.0], size, p=[more, fewer, 1 - more - fewer]).tolist()


def test_the_gate_seldom_passes_what_is_worse_by_the_margin() -> None:
    passed = [gate(stream(seed, 0.05, 0.08, 2_000), 0.03).state == "passed" for seed in range(150)]
    assert np.mean(passed) <= 0.075


def test_the_gate_passes_what_is_as_good() -> None:
    found = [gate(stream(seed, 0.05, 0.05, 5_000), 0.03) for seed in range(60)]
    assert {each.state for each in found} == {"passed"}
    assert 500 < np.median([each.looked for each in found]) < 1_100


def test_the_gate_stops_for_harm() -> None:
    assert gate(stream(1, 0.02, 0.3, 2_000), 0.03).state == "harmed"


def test_the_gate_stays_open_before_it_knows() -> None:
    found = gate([0.0] * 10, 0.05)
    assert (found.state, found.looked, found.wealth) == ("open", 10, 1.0)
    with pytest.raises(ValueError, match="within"):
        gate([2.0], 0.1)
