"""Clusters of opened approval ballots, to explain a choice: who approves alike, what marks them, what their shares paid for.

Ballots are centred and projected on their leading principal components; k-means (Lloyd 1982, seeded as Arthur and
Vassilvitskii 2007) is run for each number of clusters, and the number with the best mean silhouette (Rousseeuw 1987) is
taken if the clusters are found again in resamples (adjusted Rand index, Hubert and Arabie 1985). Otherwise all ballots
are one cluster. Clusters explain and decide nothing, so floats will do; the same seed gives the same clusters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_CLUSTERS = 5
SMALLEST = 5
COMPONENTS = 3
LEAST_SILHOUETTE = 0.3
LEAST_STABILITY = 0.6
RESAMPLES = 10
SAMPLE = 1_000
MOST_FITTED = 4_000
MARKS = 3


@dataclass(frozen=True)
class Cluster:
    """Ballots that approve alike. `most`: the options approved furthest beyond the others; `paid`: option → share of its money."""

    size: int
    most: tuple[str, ...]
    paid: Mapping[str, float]


@dataclass(frozen=True)
class Explanation:
    """Clusters, largest first; per option its approvals in all and per cluster. `stability` is the mean adjusted Rand index."""

    clusters: tuple[Cluster, ...]
    approvals: Mapping[str, int]
    backing: Mapping[str, tuple[int, ...]]
    stability: float


def explain(
    ballots: Sequence[Sequence[str]],
    options: Sequence[str],
    payments: Mapping[str, Sequence[float]],
    *,
    seed: bytes,
) -> Explanation:
    """Cluster ballots and say what marks and what paid each cluster.

    `payments[option][v]` is what voter v (place in `ballots`) paid for a chosen option, in any unit.
    """
    matrix = _matrix(ballots, options)
    labels, stability = cluster(matrix, seed=seed)
    members = [labels == label for label in range(int(labels.max(initial=0)) + 1)]
    spent = sum((np.asarray(paid, dtype=np.float64) for paid in payments.values()), np.zeros(len(ballots)))
    clusters = tuple(_describe(matrix, chosen, options, payments, spent) for chosen in members)
    counts = [matrix[chosen].sum(axis=0).astype(int).tolist() for chosen in members]
    backing = {option: tuple(count[place] for count in counts) for place, option in enumerate(options)}
    return Explanation(clusters, {option: sum(each) for option, each in backing.items()}, backing, stability)


def replayed_payments(ballots: Sequence[Sequence[str]], certificate: Mapping[str, Any]) -> dict[str, list[float]]:
    """Who paid what in the run that decided, from the certificate of docs/equal-shares.md: option → payment by each voter.

    To twelve decimals, for explaining; what was completed by plain approval was paid by nobody and is absent.
    """
    run = certificate["final"] or certificate["base"]
    purses = np.full(len(ballots), float(Fraction(run["share"])))
    supporters: dict[str, list[int]] = {}
    for voter, ballot in enumerate(ballots):
        for option in ballot:
            supporters.setdefault(option, []).append(voter)
    paid = {}
    for purchase in run["rounds"]:
        payments = np.zeros(len(ballots))
        who = supporters[purchase["id"]]
        payments[who] = np.minimum(purses[who], float(purchase["payment"]))
        purses -= payments
        paid[purchase["id"]] = payments.tolist()
    return paid


def cluster(matrix: Floats, *, seed: bytes) -> tuple[Ints, float]:
    """Labels 0, 1, … by falling size for the rows of a 0/1 matrix, and the stability found; one label where nothing is clear."""
    count = len(matrix)
    none = np.zeros(count, dtype=np.int64), 1.0
    if count < 4 * SMALLEST or len({row.tobytes() for row in matrix}) < 3:
        return none
    chance = np.random.default_rng(list(seed))
    everybody = _project(matrix)
    points = everybody[chance.permutation(count)[:MOST_FITTED]]
    best = np.zeros(len(points), dtype=np.int64)
    best_width = LEAST_SILHOUETTE
    for k in range(2, MOST_CLUSTERS + 1):
        labels = _k_means(points, k, chance)
        if np.bincount(labels, minlength=k).min() < SMALLEST:
            continue
        width = _silhouette(points, labels, chance)
        if width > best_width:
            best, best_width = labels, width
    if not best.any():
        return none
    stability = _stability(points, best, chance)
    if stability < LEAST_STABILITY:
        return none[0], stability
    centres = np.array([points[best == label].mean(axis=0) for label in range(int(best.max()) + 1)])
    labels = _nearest(everybody, centres)
    enough = np.bincount(labels, minlength=len(centres)).min() >= SMALLEST
    return (_by_size(labels), stability) if enough else (none[0], stability)


def _matrix(ballots: Sequence[Sequence[str]], options: Sequence[str]) -> Floats:
    place = {option: number for number, option in enumerate(options)}
    matrix = np.zeros((len(ballots), len(options)))
    for row, ballot in enumerate(ballots):
        matrix[row, [place[option] for option in ballot]] = 1.0
    return matrix


def _describe(
    matrix: Floats,
    chosen: NDArray[np.bool_],
    options: Sequence[str],
    payments: Mapping[str, Sequence[float]],
    spent: Floats,
) -> Cluster:
    size = int(chosen.sum())
    others = matrix[~chosen].mean(axis=0) if size < len(matrix) else np.zeros(len(options))
    beyond = matrix[chosen].mean(axis=0) - others if size else others
    most = tuple(options[place] for place in np.argsort(-beyond, kind="stable")[:MARKS] if beyond[place] > 0)
    money = float(spent[chosen].sum())
    paid = {
        option: float(np.asarray(each, dtype=np.float64)[chosen].sum()) / money if money else 0.0
        for option, each in payments.items()
    }
    return Cluster(size, most, paid)


def _project(matrix: Floats) -> Floats:
    centred = matrix - matrix.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, np.argsort(-values)[:COMPONENTS]]
    signs = np.sign(axes[np.argmax(np.abs(axes), axis=0), range(axes.shape[1])])
    projected: Floats = centred @ (axes * signs)
    return projected


def _k_means(points: Floats, k: int, chance: np.random.Generator, starts: int = 6) -> Ints:
    best: Ints = np.zeros(len(points), dtype=np.int64)
    best_sum = np.inf
    for _ in range(starts):
        labels, total = _lloyd(points, _spread(points, k, chance))
        if total < best_sum:
            best, best_sum = labels, total
    return best


def _spread(points: Floats, k: int, chance: np.random.Generator) -> Floats:
    centres = [points[chance.integers(len(points))]]
    nearest = ((points - centres[0]) ** 2).sum(axis=1)
    while len(centres) < k:
        total = nearest.sum()
        share = nearest / total if total else None
        centres.append(points[chance.choice(len(points), p=share)])
        nearest = np.minimum(nearest, ((points - centres[-1]) ** 2).sum(axis=1))
    return np.array(centres)


def _lloyd(points: Floats, centres: Floats, rounds: int = 60) -> tuple[Ints, float]:
    labels = _nearest(points, centres)
    for _ in range(rounds):
        held = [labels == place for place in range(len(centres))]
        centres = np.array([points[h].mean(axis=0) if h.any() else centres[p] for p, h in enumerate(held)])
        moved = _nearest(points, centres)
        if (moved == labels).all():
            break
        labels = moved
    return labels, float(((points - centres[labels]) ** 2).sum())


def _nearest(points: Floats, centres: Floats) -> Ints:
    distances = (points**2).sum(axis=1)[:, None] - 2 * points @ centres.T + (centres**2).sum(axis=1)
    nearest: Ints = distances.argmin(axis=1)
    return nearest


def _silhouette(points: Floats, labels: Ints, chance: np.random.Generator) -> float:
    picked = chance.permutation(len(points))[:SAMPLE]
    sample, marks = points[picked], labels[picked]
    squares = (sample**2).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * sample @ sample.T, 0))
    kinds = np.unique(marks)
    if len(kinds) < 2:
        return 0.0
    sizes = np.array([(marks == kind).sum() for kind in kinds])
    sums = np.array([distances[:, marks == kind].sum(axis=1) for kind in kinds]).T
    own = np.searchsorted(kinds, marks)
    rows = np.arange(len(sample))
    within = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[rows, own] = np.inf
    beside = means.min(axis=1)
    widths = np.where(sizes[own] > 1, (beside - within) / np.maximum(np.maximum(beside, within), 1e-12), 0.0)
    return float(widths.mean())


def _stability(points: Floats, labels: Ints, chance: np.random.Generator) -> float:
    k = int(labels.max()) + 1
    scores = []
    for _ in range(RESAMPLES):
        most = chance.permutation(len(points))[: max(4 * len(points) // 5, k)]
        scores.append(_rand(_k_means(points[most], k, chance, starts=3), labels[most]))
    return float(np.mean(scores))


def _rand(one: Ints, other: Ints) -> float:
    """The adjusted Rand index of two labellings."""
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)
    pairs = [float((part * (part - 1) / 2).sum()) for part in (table, table.sum(axis=1), table.sum(axis=0))]
    both, ones, others = pairs
    expected = ones * others / (len(one) * (len(one) - 1) / 2)
    most = (ones + others) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def _by_size(labels: Ints) -> Ints:
    sizes = np.bincount(labels)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    ranked: Ints = rank[labels]
    return ranked
