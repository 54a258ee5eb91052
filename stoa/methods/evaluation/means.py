"""The mean of the scores of a run with its clustered standard error and an interval that holds as often as it says.

Questions come in clusters (variants of one template, passages of one text). Miller 2024 (arXiv:2411.00640) adds up what
samples of one cluster share; with few or unequal clusters an interval of 1.96 such errors holds far less often than 95 %.
So the error is made unbiased for independent samples (CR2: Bell and McCaffrey 2002), and the degrees of freedom of
Student's t are Satterthwaite's under the correlation that was found (Imbens and Kolesár 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

from stoa.methods.evaluation.distributions import student_quantile
from stoa.methods.evaluation.sums import Floats, Sums, likeness

METHOD = "clustered-mean/1"
LEAST_SHARE_OF_VARIANCE = 0.5
"""Clusters that happen to differ less than chance would make them are credited with half of the variance at most."""


@dataclass(frozen=True)
class Mean:
    """A mean, its standard error, its interval, and what it rests on. `freedom`: degrees of freedom of its t."""

    value: float
    error: float
    low: float
    high: float
    samples: int
    clusters: int
    freedom: float


def miller_error(sums: Sums) -> float:
    """The clustered standard error exactly as Miller 2024 has it, without a correction for few clusters.

    SE² = SE_CLT² + (1/n²) Σ over clusters Σ over pairs i ≠ j of (s_i − s̄)(s_j − s̄). What falls below 0 is 0.
    """
    samples = sums.samples
    residuals = sums.sums - sums.counts * sums.mean
    alone = sums.deviations / (samples * (samples - 1)) if samples > 1 else 0.0
    together = (float((residuals**2).sum()) - sums.deviations) / samples**2
    return sqrt(max(alone + together, 0.0))


def clustered_error(sums: Sums) -> float:
    """The standard error with each cluster's part divided by 1 − its share of the samples (CR2). Needs two clusters."""
    samples = sums.samples
    residuals = sums.sums - sums.counts * sums.mean
    variance = float((residuals**2 / (1 - sums.counts / samples)).sum()) / samples**2
    alone = sums.deviations / (samples * (samples - 1))
    return sqrt(max(variance, LEAST_SHARE_OF_VARIANCE * alone))


def freedom(counts: Floats, alike: float = 0.0) -> float:
    """Degrees of freedom of the clustered error by Satterthwaite, if samples of one cluster correlate by `alike`.

    With clusters of one size: their number − 1. The trace squared over the sum of squares of the matrix whose entry for
    clusters g and h is a_g a_h (δ_gh v_g − v_g q_h − q_g v_h + V q_g q_h): q shares of the samples, v variances of cluster
    totals, V their sum, a² = 1/(1 − q); both written out, so that ten thousand clusters need no matrix.
    """
    share = counts / counts.sum()
    spread = counts * (1 + (counts - 1) * alike)
    weight, whole = 1 / (1 - share), spread.sum()
    apart = whole * share**2 - 2 * spread * share
    squares, shares, mixed = (float((weight * each).sum()) for each in (spread**2, share**2, spread * share))
    beside = 2 * squares * shares + whole**2 * shares**2 + 2 * mixed**2 - 4 * whole * mixed * shares
    along = float((weight**2 * ((spread + apart) ** 2 - apart**2)).sum())
    return float((weight * (spread + apart)).sum() ** 2 / (beside + along))


def mean(sums: Sums, *, level: float = 0.95) -> Mean:
    """The mean of scores of any scale. For shares, which end at 0 and 1, see `proportions.share`.

    With one cluster nothing is known of its error, which is infinite, and so are the bounds.
    """
    if sums.clusters < 2:
        return Mean(sums.mean, inf, -inf, inf, sums.samples, 1, 0.0)
    error, free = clustered_error(sums), freedom(sums.counts, likeness(sums))
    half = student_quantile((1 + level) / 2, free) * error
    return Mean(sums.mean, error, sums.mean - half, sums.mean + half, sums.samples, sums.clusters, free)
