"""Parting people who lie in a plane into groups: k-means over base clusters, how clear the parting is, how alike two are.

Lloyd (1982), seeded as Arthur and Vassilvitskii (2007); silhouette of Rousseeuw (1987); adjusted Rand index of Hubert and
Arabie (1985). Base clusters (at most 100, as in Polis) stand for all people, weighted by their size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stoa.methods.opinion_map.answers import Floats, Ints

BASE = 100
BASE_STEPS = 20
MOST_FITTED = 2_000
STEPS = 100
STARTS = 8
CHUNK = 20_000


@dataclass(frozen=True)
class Base:
    """Base clusters: their centres, how many people each stands for, and each person's."""

    centres: Floats
    sizes: Floats
    of: Ints


def base_clusters(points: Floats, order: Ints) -> Base:
    """Group the points around at most 100 centres, beginning with the first distinct points in this order."""
    first = _distinct(points[order], BASE)
    fitted = points if len(points) <= MOST_FITTED else points[np.sort(order[:MOST_FITTED])]
    centres = first if len(points) <= BASE else lloyd(fitted, np.ones(len(fitted)), first, BASE_STEPS)[1]
    of = nearest(points, centres)
    sizes = np.bincount(of, minlength=len(centres)).astype(np.float64)
    held = sizes > 0
    return Base(centres[held], sizes[held], (np.cumsum(held) - 1)[of])


def lloyd(points: Floats, weights: Floats, centres: Floats, steps: int = STEPS) -> tuple[Ints, Floats]:
    """Labels and centres after moving each centre to the weighted mean of what is nearest to it, until nothing moves."""
    labels = nearest(points, centres)
    for _ in range(steps):
        sums = np.bincount(labels, weights=weights, minlength=len(centres))
        moved = np.stack(
            [np.bincount(labels, weights=weights * points[:, axis], minlength=len(centres)) for axis in range(2)],
            axis=1,
        )
        centres = np.where(sums[:, None] > 0, moved / np.maximum(sums, 1e-30)[:, None], centres)
        again = nearest(points, centres)
        if (again == labels).all():
            break
        labels = again
    return labels, centres


def part_from_first(base: Base, k: int, order: Ints) -> Floats:
    """Centres of k groups, beginning with the first k distinct base clusters in the order of these people, as Polis does."""
    return lloyd(base.centres, base.sizes, _distinct(base.centres[base.of[order]], k))[1]


def part(
    base: Base, k: int, chance: np.random.Generator, starts: int = STARTS, weights: Floats | None = None
) -> Floats:
    """Centres of k groups: the best of several seeded starts."""
    load = base.sizes if weights is None else weights
    best, least = base.centres[:1], np.inf
    for _ in range(starts):
        labels, centres = lloyd(base.centres, load, _spread(base.centres, load, k, chance))
        total = float((load * ((base.centres - centres[labels]) ** 2).sum(axis=1)).sum())
        if total < least * (1 - 1e-12):
            best, least = centres, total
    return best


def nearest(points: Floats, centres: Floats) -> Ints:
    """The place of the centre that is nearest to each point."""
    halves = (centres**2).sum(axis=1) / 2
    parts = [
        (points[start : start + CHUNK] @ centres.T - halves).argmax(axis=1) for start in range(0, len(points), CHUNK)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def silhouette(base: Base, labels: Ints) -> float:
    """How clear the parting of base clusters is, −1 to 1: each weighted by its size, alone in its group counts 0."""
    kinds = np.unique(labels)
    if len(kinds) < 2:
        return 0.0
    distances = np.linalg.norm(base.centres[:, None] - base.centres, axis=2)
    sums = np.stack([distances[:, labels == kind] @ base.sizes[labels == kind] for kind in kinds], axis=1)
    weight = np.array([base.sizes[labels == kind].sum() for kind in kinds])
    own = np.searchsorted(kinds, labels)
    rows = np.arange(len(labels))
    rest = weight[own] - 1
    within = np.where(rest > 0, sums[rows, own] / np.maximum(rest, 1), 0.0)
    means = sums / weight
    means[rows, own] = np.inf
    beside = means.min(axis=1)
    widths = np.where(rest > 0, (beside - within) / np.maximum(np.maximum(beside, within), 1e-12), 0.0)
    return float(np.average(widths, weights=base.sizes))


def likeness(one: Ints, other: Ints, weights: Floats | None = None) -> float:
    """The adjusted Rand index of two labellings of the same things, each counted `weights` times: 1 alike, 0 as by chance."""
    table = np.zeros((int(one.max(initial=0)) + 1, int(other.max(initial=0)) + 1))
    np.add.at(table, (one, other), 1.0 if weights is None else weights)
    both, ones, others = (
        float((part * (part - 1) / 2).sum()) for part in (table, table.sum(axis=1), table.sum(axis=0))
    )
    total = float(table.sum())
    expected = ones * others / max(total * (total - 1) / 2, 1.0)
    most = (ones + others) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def _distinct(points: Floats, most: int) -> Floats:
    """The first distinct points, in their order."""
    some = 4 * most
    while True:
        _, first = np.unique(points[:some], axis=0, return_index=True)
        if len(first) >= most or some >= len(points):
            return points[np.sort(first)[:most]]
        some *= 8


def _spread(points: Floats, weights: Floats, k: int, chance: np.random.Generator) -> Floats:
    """Centres drawn far from one another."""
    centres = [points[_drawn(weights, chance)]]
    away = ((points - centres[0]) ** 2).sum(axis=1)
    while len(centres) < k:
        centres.append(points[_drawn(weights * away, chance)])
        away = np.minimum(away, ((points - centres[-1]) ** 2).sum(axis=1))
    return np.array(centres)


def _drawn(load: Floats, chance: np.random.Generator) -> int:
    sums = np.cumsum(load)
    return min(int(np.searchsorted(sums, chance.random() * sums[-1], side="right")), len(sums) - 1)
