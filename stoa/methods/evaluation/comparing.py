"""Many runs of one measure beside each other: every difference with its error, and the places each may hold.

The same numbers as `pairs.difference` gives pair by pair, as matrices: runs of one sample set differ by cluster sums, so
that all errors come from one product of matrices. Places follow from the differences that are significant when all pairs
of the measure are controlled for together (Holm 1979: no error at all with 1 − α; Benjamini and Hochberg 1995: a share α
of what is called a difference is none; see Mogstad et al. 2024 for intervals of ranks).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stoa.methods.evaluation.distributions import student_quantile
from stoa.methods.evaluation.means import LEAST_SHARE_OF_VARIANCE, freedom
from stoa.methods.evaluation.multiplicity import rank_intervals

Floats = NDArray[np.float64]
Control = Literal["holm", "bh", "none"]


@dataclass(frozen=True)
class Entrants:
    """Runs of one sample set on one measure: `counts` of its clusters (G), their `totals` by run (n, G), sums of `squares` (n).

    Two clusters at least.
    """

    counts: Floats
    totals: Floats
    squares: Floats

    @property
    def samples(self) -> float:
        """Samples of each run."""
        return float(self.counts.sum())

    @property
    def means(self) -> Floats:
        """The mean of each run."""
        return np.asarray(self.totals.sum(axis=1) / self.samples)


@dataclass(frozen=True)
class Differences:
    """How much greater each run's mean is than each other's: values and errors (n, n), and the degrees of freedom of each."""

    values: Floats
    errors: Floats
    freedoms: Floats
    groups: NDArray[np.intp]

    def among(self, places: Sequence[int]) -> Differences:
        """Those between some of the runs, in this order."""
        both = np.ix_(places, places)
        return Differences(self.values[both], self.errors[both], self.freedoms, self.groups[places])

    def half_widths(self, place: int, level: float = 0.95) -> Floats:
        """Half of each interval of the differences from one run."""
        quantiles = _quantiles(1 - level, self.freedoms)[self.groups, self.groups[place]]
        return np.asarray(quantiles * self.errors[:, place])


def differences(entrants: Sequence[Entrants], *, bounded: bool) -> Differences:
    """All differences between runs, in the order of the groups; paired within a group, unpaired between groups.

    Between groups the degrees of freedom are the fewer of the two, which is on the safe side.
    """
    means = np.concatenate([group.means for group in entrants])
    groups = np.repeat(np.arange(len(entrants)), [len(group.totals) for group in entrants])
    apart = np.concatenate([_variances(group, bounded=bounded) for group in entrants])
    variances = apart[:, None] + apart[None, :]
    for place, group in enumerate(entrants):
        inside = np.flatnonzero(groups == place)
        variances[np.ix_(inside, inside)] = _paired(group, bounded=bounded)
    alone = np.array([freedom(group.counts) for group in entrants])
    freedoms = np.minimum(alone[:, None], alone[None, :])
    np.fill_diagonal(freedoms, [freedom(group.counts, 1.0) for group in entrants])
    return Differences(means[:, None] - means[None, :], np.sqrt(variances), freedoms, groups)


def _variances(group: Entrants, *, bounded: bool) -> Floats:
    """The squared clustered error of each run's mean."""
    samples = group.samples
    residuals = group.totals - group.means[:, None] * group.counts
    found = (residuals**2 / (1 - group.counts / samples)).sum(axis=1) / samples**2
    deviations = np.maximum(group.squares - samples * group.means**2, 0.0)
    found = np.maximum(found, LEAST_SHARE_OF_VARIANCE * deviations / (samples * (samples - 1)))
    if bounded:
        found = _rounded_up(found, np.where(deviations > 1e-12, samples, len(group.counts)))
    return np.asarray(found)


def _rounded_up(variances: Floats, samples: Floats | float) -> Floats:
    """Variances of means within 0 and 1 with two more samples, one for each way to err (Agresti and Caffo 2000)."""
    return np.asarray((variances * samples**2 + 1) / (samples + 2) ** 2)


def _paired(group: Entrants, *, bounded: bool) -> Floats:
    """The squared errors of all differences within a group, from products of residuals by cluster."""
    samples = group.samples
    residuals = group.totals - group.means[:, None] * group.counts
    # what clusters differ by is never less than half of what their samples would, so that no floor is needed here
    found = _apart(residuals, 1 / (1 - group.counts / samples)) / samples**2
    return _rounded_up(found, samples) if bounded else found


def _apart(rows: Floats, weights: Floats) -> Floats:
    """The weighted squared distance of each row from each other (n, n)."""
    # not a product of matrices, which would wait for threads that other requests keep busy
    products = np.einsum("ik,jk->ij", rows * weights, rows)
    along = np.diag(products)
    return np.asarray(np.maximum(along[:, None] + along[None, :] - 2 * products, 0.0))


def better(found: Differences, *, higher: bool, control: Control = "holm", alpha: float = 0.05) -> NDArray[np.bool_]:
    """Which runs are significantly better than which (n, n), all pairs of the measure being controlled for together."""
    upper = np.triu_indices(len(found.values), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = found.values / found.errors
    steps[~np.isfinite(steps) & (found.values == 0)] = 0.0
    cells = found.groups[upper[0]], found.groups[upper[1]]
    limit = _limit(np.abs(steps[upper]), cells, found.freedoms, control, alpha)
    beyond = np.abs(steps) >= limit[found.groups[:, None], found.groups[None, :]]
    return np.asarray(beyond & ((steps > 0) if higher else (steps < 0)))


def places(
    found: Differences, *, higher: bool, control: Control = "holm", alpha: float = 0.05
) -> list[tuple[int, int]]:
    """The places that each run may hold, from 1."""
    return rank_intervals(better(found, higher=higher, control=control, alpha=alpha))


def differing(found: Differences, place: int, *, control: Control = "holm", alpha: float = 0.05) -> NDArray[np.bool_]:
    """Which runs differ from one of them, its n − 1 comparisons being controlled for together."""
    others = np.arange(len(found.values)) != place
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.abs(found.values[:, place] / found.errors[:, place])
    steps[~np.isfinite(steps) & (found.values[:, place] == 0)] = 0.0
    cells = found.groups[others], np.full(int(others.sum()), found.groups[place])
    limit = _limit(steps[others], cells, found.freedoms, control, alpha)
    return np.asarray(others & (steps >= limit[found.groups, found.groups[place]]))


def _limit(
    steps: Floats, cells: tuple[NDArray[np.intp], NDArray[np.intp]], freedoms: Floats, control: Control, alpha: float
) -> Floats:
    """How many errors a difference must be from 0, by the groups of its two runs (k, k).

    Holm's step-down and Benjamini and Hochberg's step-up are the same as counting what passes, and letting that number
    set the threshold anew, from none upwards and from all downwards, until it stays.
    """
    size = max(len(steps), 1)
    passed = size if control == "bh" else 0
    while True:
        share = {"holm": 1 / max(size - passed, 1), "bh": max(passed, 1) / size, "none": 1.0}[control]
        limit = _quantiles(alpha * share, freedoms)
        now = int((steps >= limit[cells]).sum())
        if now == passed or control == "none":
            return limit
        passed = now


def _quantiles(tails: float, freedoms: Floats) -> Floats:
    """Two-sided quantiles of Student's t for each degree of freedom of a matrix."""
    return np.array([[student_quantile(1 - tails / 2, free) for free in row] for row in freedoms.round(6).tolist()])
