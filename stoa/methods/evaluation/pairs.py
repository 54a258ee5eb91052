"""Differences between two runs: paired where both answered the same samples, unpaired otherwise; McNemar's exact test."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from stoa.methods.evaluation.distributions import binomial_below, student_below, student_quantile
from stoa.methods.evaluation.means import Mean, clustered_error, freedom, mean
from stoa.methods.evaluation.sums import Sums, gather

METHOD = "clustered-difference/1"


@dataclass(frozen=True)
class Difference:
    """How much greater the first mean is: value, standard error and degrees of freedom of its t; whether samples were paired."""

    value: float
    error: float
    freedom: float
    paired: bool

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The bounds of its interval; infinite where nothing is known of the error."""
        if self.error == inf:
            return -inf, inf
        half = student_quantile((1 + level) / 2, self.freedom) * self.error
        return self.value - half, self.value + half

    def p_above(self, bound: float) -> float:
        """The p-value of the one-sided test that the true difference is above the bound (small: it is)."""
        if self.error == inf:
            return 1.0
        if self.error == 0.0:
            return float(self.value <= bound)
        return student_below((bound - self.value) / self.error, self.freedom)

    def p_other(self) -> float:
        """The p-value of the two-sided test that there is a difference."""
        return min(1.0, 2 * min(self.p_above(0.0), (-self).p_above(0.0)))

    def __neg__(self) -> Difference:
        return replace(self, value=-self.value)


def paired_scores(first: Sequence[float], second: Sequence[float], clusters: Sequence[Hashable] | None = None) -> Mean:
    """The mean of the differences sample by sample, with the error and interval of a clustered mean."""
    return mean(gather([a - b for a, b in zip(first, second, strict=True)], clusters))


def comparable(first: Sums, second: Sums) -> bool:
    """Whether two runs of one sample set scored as many samples of every cluster, so that differences are paired."""
    return first.names == second.names and bool(np.array_equal(first.counts, second.counts))


def difference(first: Sums, second: Sums, *, bounded: bool = False) -> Difference:
    """The difference of the means of two runs that asked the same sample set: paired by cluster where that can be.

    `bounded`: the scores lie within 0 and 1. Then two samples are added, as Agresti and Min 2005 do for paired shares and
    Agresti and Caffo 2000 for unpaired ones, so that a few equal answers don't pass for certainty.
    """
    if not comparable(first, second):
        return unpaired(first, second, bounded=bounded)
    if first.clusters < 2:
        return Difference(first.mean - second.mean, inf, 0.0, paired=True)
    gaps = _gaps(first, second)
    error = clustered_error(gaps)
    if bounded:
        error = rounded_up(error, gaps.samples)
    return Difference(gaps.mean, error, freedom(gaps.counts, 1.0), paired=True)


def _gaps(first: Sums, second: Sums) -> Sums:
    """The differences by cluster. Squares within clusters are not known; each cluster is one sample's worth of knowledge."""
    sums = first.sums - second.sums
    return Sums(first.names, first.counts, sums, float((sums**2 / first.counts).sum()))


def rounded_up(error: float, samples: int) -> float:
    """The error of a mean within 0 and 1 with two more samples, which differ by 1 from what it is."""
    return sqrt((error * samples) ** 2 + 1) / (samples + 2)


def unpaired(first: Sums, second: Sums, *, bounded: bool = False) -> Difference:
    """The difference of the means of two independent runs; degrees of freedom by Welch and Satterthwaite."""
    value = first.mean - second.mean
    if min(first.clusters, second.clusters) < 2:
        return Difference(value, inf, 0.0, paired=False)
    a, b = (_error(each, bounded=bounded) ** 2 for each in (first, second))
    if a + b == 0:
        return Difference(value, 0.0, inf, paired=False)
    free = (a + b) ** 2 / (a * a / freedom(first.counts) + b * b / freedom(second.counts))
    return Difference(value, sqrt(a + b), free, paired=False)


def _error(sums: Sums, *, bounded: bool) -> float:
    """The clustered error of a mean; where all scores are one, clusters count as samples."""
    error = clustered_error(sums)
    if not bounded:
        return error
    return rounded_up(error, sums.samples if sums.deviations > 1e-12 else sums.clusters)


def mcnemar(only_first: int, only_second: int, *, middle: bool = False) -> float:
    """The exact p-value of McNemar's test from how often only one of the two succeeded; `middle` for the mid-p, less cautious."""
    fewer, both = min(only_first, only_second), only_first + only_second
    if not both:
        return 1.0
    p = 2 * binomial_below(fewer, both, 0.5)
    if middle:
        p -= binomial_below(fewer, both, 0.5) - binomial_below(fewer - 1, both, 0.5)
    return min(p, 1.0)
