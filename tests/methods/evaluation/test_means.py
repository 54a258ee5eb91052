"""Means and shares of clustered scores: the published vector, an independent computation, properties."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.evaluation import Sums, gather, mean, share, wilson
from stoa.methods.evaluation.means import Mean, clustered_error, freedom, miller_error
from stoa.methods.evaluation.proportions import clopper_pearson, effective_samples, newcombe, rule_of_three
from stoa.methods.evaluation.sums import likeness

SCORES, CLUSTERS = [1, 0, 1, 1, 0, 1, 0, 1], [0, 0, 1, 1, 1, 2, 2, 3]
clustered = st.lists(st.tuples(st.integers(0, 6), st.floats(0, 1)), min_size=2, max_size=40)


def test_the_vector_of_miller() -> None:
    found = gather(SCORES, CLUSTERS)
    assert found.mean == 0.625
    assert miller_error(gather(SCORES)) == pytest.approx(0.182981, abs=1e-6)
    assert miller_error(found) == pytest.approx(0.092627, abs=1e-6)


def test_without_clusters_the_error_is_that_of_independent_samples() -> None:
    sums = gather([0.1, 0.5, 0.9, 0.3])
    expected = np.std([0.1, 0.5, 0.9, 0.3], ddof=1) / 2
    assert clustered_error(sums) == pytest.approx(expected)
    assert miller_error(sums) == pytest.approx(expected)
    assert mean(sums).freedom == pytest.approx(3)


def by_matrices(scores: np.ndarray, clusters: np.ndarray, alike: float) -> tuple[float, float]:
    """CR2 and its degrees of freedom from the matrices of Imbens and Kolesár, whatever is known of a constant regressor."""
    size = len(scores)
    ones = np.ones((size, 1))
    residuals = np.eye(size) - ones @ ones.T / size
    total, columns = 0.0, []
    for cluster in np.unique(clusters):
        inside = clusters == cluster
        values, vectors = np.linalg.eigh(residuals[np.ix_(inside, inside)])
        root = vectors @ np.diag([value**-0.5 if value > 1e-9 else 0.0 for value in values]) @ vectors.T
        total += float(np.ones(inside.sum()) @ root @ (residuals @ scores)[inside]) ** 2
        columns.append(residuals[:, inside] @ root @ np.ones(inside.sum()) / size)
    working = (clusters[:, None] == clusters[None, :]) * alike + np.eye(size) * (1 - alike)
    stacked = np.array(columns).T
    inner = stacked.T @ working @ stacked
    return sqrt(total) / size, float(np.trace(inner) ** 2 / (inner**2).sum())


@pytest.mark.parametrize("alike", [0.0, 0.3, 1.0])
def test_error_and_freedom_are_those_of_the_matrices(alike: float) -> None:
    chance = np.random.default_rng(5)
    clusters = chance.integers(0, 7, 30)
    scores = chance.normal(clusters, 1.0)
    sums = gather(scores.tolist(), clusters.tolist())
    error, free = by_matrices(scores, clusters, alike)
    assert clustered_error(sums) == pytest.approx(error)
    assert freedom(sums.counts, alike) == pytest.approx(free)


def test_equal_clusters_have_one_degree_of_freedom_less_than_they_are() -> None:
    assert freedom(np.full(12, 5.0), 0.4) == pytest.approx(11)


def test_ten_thousand_clusters_need_no_matrix() -> None:
    assert freedom(np.ones(10_000)) == pytest.approx(9_999)


def test_likeness_is_between_clusters_that_agree_and_clusters_that_say_nothing() -> None:
    assert likeness(gather([1, 1, 0, 0, 1, 1], "aabbcc")) == pytest.approx(1.0)
    assert likeness(gather([1, 0, 1, 0, 1, 0], "aabbcc")) == 0.0
    assert likeness(gather([0.2, 0.2, 0.2], "aab")) == 0.0


def test_one_cluster_says_nothing_of_its_error() -> None:
    assert mean(gather([1, 0], "aa")) == Mean(0.5, inf, -inf, inf, 2, 1, 0.0)
    assert share(gather([1, 0], "aa")) == Mean(0.5, 0.5, 0.0, 1.0, 2, 1, 0.0)


def test_clusters_that_cancel_out_are_not_taken_for_certainty() -> None:
    found = share(gather([1, 0] * 10, [place // 2 for place in range(20)]))
    assert found.error == pytest.approx(sqrt(0.5 * 5 / (20 * 19)))


def test_what_says_nothing_is_left_out() -> None:
    assert gather([1, None, 0], "abc").names == ("a", "c")


def test_what_is_kept_of_scores_is_read_back() -> None:
    sums = gather(SCORES, CLUSTERS)
    plain = sums.plain()
    assert plain == {
        "names": ["0", "1", "2", "3"],
        "counts": [2, 3, 2, 1],
        "sums": [1.0, 2.0, 1.0, 1.0],
        "squares": 5.0,
    }
    assert mean(Sums.of(plain)) == mean(sums)


@pytest.mark.parametrize("scores", [[], [None], [float("nan")], [float("inf"), 1.0]])
def test_no_score_or_one_that_is_no_number(scores: list[float | None]) -> None:
    with pytest.raises(ValueError, match="finite"):
        gather(scores)


def test_wilson_of_the_vectors() -> None:
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0.0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert newcombe(90, 100, 92, 100) == pytest.approx((-0.104, 0.063), abs=1e-3)
    assert (rule_of_three(100), rule_of_three(2)) == (0.03, 1.0)
    assert clopper_pearson(0, 100)[1] == pytest.approx(1 - 0.025 ** (1 / 100))


def test_a_share_of_independent_samples_has_the_interval_of_wilson_with_the_t_of_few() -> None:
    found = share(gather([1] * 8 + [0] * 2))
    assert effective_samples(gather([1] * 8 + [0] * 2)) == pytest.approx(10)
    assert (found.low, found.high) == pytest.approx(wilson(0.8, 10, quantile=2.262157), abs=1e-6)


def test_where_nothing_was_seen_clusters_count_as_samples() -> None:
    found = share(gather([0] * 50, [place // 5 for place in range(50)]))
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(wilson(0, 10, quantile=2.262157)[1], abs=1e-6)


def test_a_share_is_refused_scores_beyond_0_and_1() -> None:
    with pytest.raises(ValueError, match="within 0 and 1"):
        share(gather([2.0, -1.0]))


@given(clustered)
def test_a_share_lies_in_its_interval_within_0_and_1(rows: list[tuple[int, float]]) -> None:
    found = share(gather([score for _, score in rows], [cluster for cluster, _ in rows]))
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(clustered, st.floats(-5, 5), st.floats(0.1, 5), st.randoms(use_true_random=False))
def test_a_mean_follows_its_scores(rows: list[tuple[int, float]], moved: float, scaled: float, order: object) -> None:
    found = mean(gather([score for _, score in rows], [cluster for cluster, _ in rows]))
    order.shuffle(rows)  # type: ignore[attr-defined]
    other = mean(gather([moved + scaled * score for _, score in rows], [cluster for cluster, _ in rows]))
    assert other.value == pytest.approx(moved + scaled * found.value, abs=1e-6)
    assert other.error == pytest.approx(scaled * found.error, abs=1e-5)
