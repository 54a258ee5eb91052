"""The distributions that intervals and tests of evaluations need: normal, Student's t, beta and binomial, to 1e-10 or better.

The incomplete beta function is Lentz's continued fraction (Press et al., Numerical Recipes, 3rd ed., 6.4); quantiles are
found by Newton's steps or by halving.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import erfc, exp, inf, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

_TINY = 1e-300
_STEPS = 10_000
_NORMAL = NormalDist()


def normal_quantile(probability: float) -> float:
    """The value below which the standard normal lies with this probability, within (0, 1)."""
    return _NORMAL.inv_cdf(probability)


def normal_below(value: float) -> float:
    """The probability that the standard normal lies below the value."""
    return erfc(-value / sqrt(2)) / 2


def beta_below(value: float, a: float, b: float) -> float:
    """The regularised incomplete beta function: the probability that Beta(a, b) lies below the value."""
    if value <= 0 or value >= 1:
        return float(value >= 1)
    if value > (a + 1) / (a + b + 2):
        return 1 - beta_below(1 - value, b, a)
    front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(value) + b * log1p(-value)
    return exp(front) * _fraction(value, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method as Thompson and Barnett changed it."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    found = d
    for step in range(1, _STEPS):
        for term in (
            step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step)),
            -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1)),
        ):
            d, c = 1 / _away(1 + term * d), _away(1 + term / c)
            found *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return found


def _away(value: float) -> float:
    """The value, kept away from 0."""
    return value if abs(value) > _TINY else _TINY


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The value below which Beta(a, b) lies with this probability."""
    return halved(lambda value: beta_below(value, a, b) - probability, 0.0, 1.0)


def student_below(value: float, freedom: float) -> float:
    """The probability that Student's t with so many degrees of freedom (any positive number, or inf) lies below the value."""
    if freedom == inf:
        return normal_below(value)
    tail = beta_below(freedom / (freedom + value * value), freedom / 2, 0.5) / 2
    return 1 - tail if value > 0 else tail


@lru_cache(maxsize=4096)
def student_quantile(probability: float, freedom: float) -> float:
    """The value below which Student's t lies with this probability, within (0, 1).

    Newton's steps from the normal quantile: above the middle the distribution is concave, so that they only ever rise.
    """
    if freedom == inf:
        return normal_quantile(probability)
    if probability < 0.5:
        return -student_quantile(1 - probability, freedom)
    value = normal_quantile(probability)
    front = lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - log(freedom * pi) / 2
    for _ in range(_STEPS):
        density = exp(front - (freedom + 1) / 2 * log1p(value * value / freedom))
        step = (probability - student_below(value, freedom)) / density
        value += step
        if step <= 1e-12 * value:
            break
    return value


def binomial_below(count: int, trials: int, chance: float) -> float:
    """The probability of at most `count` successes in so many trials."""
    if count < 0 or count >= trials:
        return float(count >= trials)
    return beta_below(1 - chance, trials - count, count + 1)


def halved(of: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that grows crosses 0 between two bounds, by halving."""
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if of(middle) < 0 else (low, middle)
    return (low + high) / 2
