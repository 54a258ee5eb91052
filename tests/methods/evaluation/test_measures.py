"""Many comparisons, corrected prevalence, signs of memory, agreement of raters."""

from __future__ import annotations

from math import inf, isnan, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.evaluation.agreement import agreement, cohen_kappa, krippendorff_alpha
from stoa.methods.evaluation.memorisation import (
    NO_MEMORY,
    auroc,
    exposure,
    fitted_exposure,
    min_k,
    min_k_plus,
    true_positives,
)
from stoa.methods.evaluation.multiplicity import benjamini_hochberg, holm, rank_intervals
from stoa.methods.evaluation.prevalence import Grader, corrected, prevalence


def test_adjustment_of_the_vectors() -> None:
    assert holm([0.01, 0.04, 0.03, 0.2]).tolist() == pytest.approx([0.04, 0.09, 0.09, 0.2])
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.2]).tolist() == pytest.approx([0.04, 0.0533, 0.0533, 0.2], abs=1e-4)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_adjusting_never_makes_surer(p: list[float]) -> None:
    strict, mild = holm(p), benjamini_hochberg(p)
    assert (strict >= mild - 1e-12).all()
    assert (mild >= np.array(p) - 1e-12).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(strict[order]) >= 0).all()


def test_places_that_may_be_held() -> None:
    better = np.zeros((4, 4), dtype=bool)
    better[0, 2:] = better[1, 3] = True
    assert rank_intervals(better) == [(1, 2), (1, 3), (2, 4), (3, 4)]


def test_prevalence_is_corrected_for_a_grader_that_errs() -> None:
    assert corrected(0.34, 0.9, 0.8) == pytest.approx(0.2)
    assert corrected(0.1, 0.9, 0.8) == 0.0
    with pytest.raises(ValueError, match="chance"):
        corrected(0.5, 0.5, 0.5)


def test_the_interval_of_a_corrected_share_holds_and_tells_of_both_samples() -> None:
    chance, held, widths = np.random.default_rng(1), [], []
    for number in range(200):
        grader = Grader(int(chance.binomial(200, 0.9)), 200, int(chance.binomial(200, 0.85)), 200)
        seen = int(chance.binomial(300, 0.3 * 0.9 + 0.7 * 0.15))
        found = prevalence(seen, 300, grader, draws=500, seed=number)
        held.append(found.low <= 0.3 <= found.high)
        widths.append(found.high - found.low)
    assert 0.9 <= np.mean(held) <= 0.99
    assert np.mean(widths) > 2 * 1.96 * (0.375 * 0.625 / 300) ** 0.5


def test_clustered_samples_are_worth_less() -> None:
    grader = Grader(90, 100, 95, 100)
    wide, narrow = (prevalence(60, 200, grader, effective=worth, seed=3) for worth in (40.0, 200.0))
    assert wide.high - wide.low > 1.4 * (narrow.high - narrow.low)
    with pytest.raises(ValueError, match="chance"):
        prevalence(5, 10, Grader(1, 10, 1, 10))


def test_exposure_by_rank() -> None:
    assert exposure(0.5, [1.0] * 1023) == 10.0
    assert exposure(2.0, [1.0] * 1023) == 0.0
    assert exposure(1.0, [1.0, 3.0, 4.0]) == pytest.approx(2 - log2(1.5))


def test_without_memory_the_mean_exposure_is_one_over_ln_2() -> None:
    chance = np.random.default_rng(2)
    found = [exposure(chance.random(), chance.random(255).tolist()) for _ in range(3_000)]
    assert np.mean(found) == pytest.approx(NO_MEMORY, abs=0.1)


def test_exposure_beyond_the_candidates_by_a_fitted_curve() -> None:
    others = np.random.default_rng(3).normal(50, 5, 4_000).tolist()
    assert fitted_exposure(50, others) == pytest.approx(1.0, abs=0.05)
    assert fitted_exposure(35, others) == pytest.approx(-log2(0.00135), abs=0.6)
    assert fitted_exposure(20, others) > exposure(20, others)
    assert fitted_exposure(-10_000, others) == inf
    with pytest.raises(ValueError, match="three"):
        fitted_exposure(1.0, [2.0, 2.0, 2.0])


def test_a_skewed_curve_is_fitted_better_than_a_normal_one() -> None:
    others = (50 + 5 * np.abs(np.random.default_rng(4).normal(0, 1, 20_000))).tolist()
    below = np.mean(np.array(others) < 51)
    assert fitted_exposure(51, others) == pytest.approx(-log2(below), abs=0.7)


def test_min_k() -> None:
    values = [-1.0, -9.0, -2.0, -8.0, -3.0, -1.0, -1.0, -1.0, -1.0, -1.0]
    assert min_k(values) == -8.5
    assert min_k([-4.0]) == -4.0
    assert min_k_plus([-1.0, -5.0], [-3.0, -3.0], [2.0, 1.0], share=0.5) == -2.0


def test_true_positives_at_a_limit_of_false_ones() -> None:
    others = [place / 100 for place in range(100)]
    assert true_positives([0.985, 0.995, 2.0, 0.1], others) == 0.75
    assert true_positives([0.5, 0.995], others[:50], false_positives=0.001) == 1.0
    assert auroc([1, 1], [0, 1]) == 0.75


def test_raters_who_agree_and_raters_who_guess() -> None:
    assert cohen_kappa("aabb", "aabb") == 1.0
    assert cohen_kappa("aabb", "abab") == 0.0
    assert cohen_kappa("aaaa", "aaaa") == 1.0
    assert krippendorff_alpha([("a", "a"), ("b", "b"), ("a", None)]) == 1.0
    assert isnan(krippendorff_alpha([("a", None)]))


def test_alpha_of_krippendorffs_own_example() -> None:
    """Four observers, twelve units, labels without order: 0.743 (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability)."""
    rows = [
        ("1", "1", None, "1"), ("2", "2", "3", "2"), ("3", "3", "3", "3"), ("3", "3", "3", "3"), ("2", "2", "2", "2"),
        ("1", "2", "3", "4"), ("4", "4", "4", "4"), ("1", "1", "2", "1"), ("2", "2", "2", "2"), (None, "5", "5", "5"),
        (None, None, "1", "1"), (None, "3", None, None),
    ]  # fmt: skip
    assert krippendorff_alpha(rows) == pytest.approx(0.743, abs=5e-4)


def test_agreement_with_its_interval() -> None:
    chance = np.random.default_rng(6)
    first = chance.integers(0, 2, 200)
    second = np.where(chance.random(200) < 0.1, 1 - first, first)
    found = agreement(list(zip(first.tolist(), second.tolist(), strict=True)), draws=200, seed=1)
    assert 0.6 < found.low < found.value < found.high < 0.95
