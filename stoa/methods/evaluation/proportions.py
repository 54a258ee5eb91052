"""Intervals of shares: Wilson's, the same with as many samples as clustered ones are worth, the rule of three, Newcombe's.

Wilson 1927; effective sample size after Korn and Graubard 1998, with Student's t for few clusters (Dean and Pagano 2015)
and fewer samples towards ½ where the rarer answer is too rare to show how alike clusters are; Newcombe 1998, method 10, for
the difference of two independent shares; Clopper and Pearson 1934 for hard limits.
"""

from __future__ import annotations

from math import sqrt

from stoa.methods.evaluation.distributions import beta_quantile, normal_quantile, student_quantile
from stoa.methods.evaluation.means import Mean, clustered_error, freedom
from stoa.methods.evaluation.sums import Sums, likeness

METHOD = "clustered-wilson/2"
UNSEEN_LIKENESS = 0.5
"""How alike samples of one cluster are taken to be, for the limit towards ½, before anything was seen."""
EVENLY_SEEN = 1 / 3
"""What was seen weighs as much as that from so many rarer answers on, times the design effect."""
Interval = tuple[float, float]


def wilson(value: float, samples: float, *, quantile: float | None = None, level: float = 0.95) -> Interval:
    """Wilson's interval of a share seen in so many samples (any positive number of them)."""
    z = normal_quantile((1 + level) / 2) if quantile is None else quantile
    scale = 1 + z * z / samples
    centre = (value + z * z / (2 * samples)) / scale
    half = z / scale * sqrt(max(value * (1 - value), 0.0) / samples + z * z / (4 * samples * samples))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def clopper_pearson(count: int, samples: int, *, level: float = 0.95) -> Interval:
    """The interval that holds at least as often as it says, whatever the share: for limits that must not be passed."""
    tail = (1 - level) / 2
    low = beta_quantile(tail, count, samples - count + 1) if count else 0.0
    high = beta_quantile(1 - tail, count + 1, samples - count) if count < samples else 1.0
    return low, high


def rule_of_three(samples: int) -> float:
    """The share that 95 % of the time is not passed if nothing was seen in so many samples: 3/n, at most 1."""
    return min(3 / samples, 1.0)


def effective_samples(sums: Sums) -> float:
    """How many independent yes-or-no samples would know the share as well as these clustered scores within 0 and 1.

    Where all are 0 or all are 1, nothing shows how alike a cluster is, and each counts as one sample.
    """
    value = sums.mean
    spread = value * (1 - value)
    if sums.clusters < 2:
        return 1.0
    if sums.deviations <= 1e-12:
        return float(sums.clusters)
    return sums.samples * spread / (sums.samples - 1) / clustered_error(sums) ** 2


def cautious_samples(sums: Sums) -> float:
    """The same for the limit towards ½: fewer, where the rarer answer is too rare to show how alike clusters are.

    A run that happened to miss the few clusters where it is common finds both too low a share and clusters too little alike,
    so that its interval ends too early. So the design effect is moved towards that of `UNSEEN_LIKENESS`: hardly where many
    rarer answers were seen or the share is near ½, where the two errors don't come together.
    """
    worth, value, samples = effective_samples(sums), sums.mean, sums.samples
    if sums.clusters < 2 or sums.deviations <= 1e-12:
        return worth
    unseen = 1 + UNSEEN_LIKENESS * (float((sums.counts**2).sum()) / samples - 1)
    weight = (1 - 2 * value) ** 2 / (1 + samples * value * (1 - value) / (EVENLY_SEEN * unseen))
    effect = samples / worth
    return samples / (effect + weight * max(unseen - effect, 0.0))


def share(sums: Sums, *, level: float = 0.95) -> Mean:
    """A share, or a mean of scores that end at 0 and 1, with Wilson's interval at its effective number of samples.

    Raises ValueError if the scores don't lie within 0 and 1.
    """
    value = sums.mean
    if not -1e-9 <= value <= 1 + 1e-9 or sums.squares > sums.samples * value + 1e-9:
        raise ValueError("The scores of a share lie within 0 and 1.")
    value = min(max(value, 0.0), 1.0)
    if sums.clusters < 2:
        return Mean(value, 0.5, 0.0, 1.0, sums.samples, 1, 0.0)
    free = freedom(sums.counts, likeness(sums))
    quantile = student_quantile((1 + level) / 2, free)
    outwards = wilson(value, effective_samples(sums), quantile=quantile)
    inwards = wilson(value, cautious_samples(sums), quantile=quantile)
    low, high = (outwards[0], inwards[1]) if value < 0.5 else (inwards[0], outwards[1])
    return Mean(value, clustered_error(sums), min(low, value), max(high, value), sums.samples, sums.clusters, free)


def newcombe(first: int, of_first: int, second: int, of_second: int, *, level: float = 0.95) -> Interval:
    """The interval of first/of_first − second/of_second, two independent shares, from their Wilson intervals."""
    a, b = first / of_first, second / of_second
    a_low, a_high = wilson(a, of_first, level=level)
    b_low, b_high = wilson(b, of_second, level=level)
    return squared_and_added(a, (a_low, a_high), b, (b_low, b_high))


def squared_and_added(a: float, around_a: Interval, b: float, around_b: Interval) -> Interval:
    """The interval of a − b from an interval around each, by adding the squares of their sides (Zou and Donner 2008)."""
    below = sqrt((a - around_a[0]) ** 2 + (around_b[1] - b) ** 2)
    above = sqrt((around_a[1] - a) ** 2 + (b - around_b[0]) ** 2)
    return a - b - below, a - b + above
