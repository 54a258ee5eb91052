"""Signs that a model learnt a text by heart: exposure of canaries, Min-K% and Min-K%++, and how well a sign tells members apart.

Exposure: Carlini et al. 2019 (USENIX Security). Min-K% Prob: Shi et al. 2023 (arXiv:2310.16789). Min-K%++: Zhang et al. 2024
(arXiv:2404.02936). The signs are weak where members and others differ in more than membership (Duan et al. 2024,
arXiv:2402.07841): evidence, never a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, exp, inf, log2, pi, sqrt

import numpy as np

from stoa.methods.evaluation.distributions import normal_below as _below

NO_MEMORY = 1.4426950408889634
"""1/ln 2 bits: the exposure to expect of a canary that was never learnt, since its rank is anywhere with equal chance."""


def exposure(surprise: float, others: Sequence[float]) -> float:
    """log₂ of the number of candidates − log₂ of the canary's rank among them by surprise (negative log-likelihood).

    `others`: the surprise of every other candidate; those as likely as the canary count half, as if in random order.
    """
    values = np.asarray(others, dtype=np.float64)
    rank = 1 + int((values < surprise).sum()) + int((values == surprise).sum()) / 2
    return log2(len(values) + 1) - log2(rank)


def fitted_exposure(surprise: float, others: Sequence[float]) -> float:
    """−log₂ of the probability that a candidate is no more surprising, by a skew-normal fitted to some of them.

    Fitted by moments (Azzalini 1985), skewness kept within what the distribution can have (0.99). Needs three values that
    differ, otherwise ValueError. Where the probability is too small for a float: infinite.
    """
    values = np.asarray(others, dtype=np.float64)
    spread = float(values.std()) if len(values) >= 3 else 0.0
    if spread <= 0:
        raise ValueError("A distribution is fitted to three candidates or more that differ.")
    skewness = float((((values - values.mean()) / spread) ** 3).mean())
    skewness = min(max(skewness, -0.99), 0.99)
    root = abs(skewness) ** (2 / 3)
    delta = sqrt(pi / 2 * root / (root + ((4 - pi) / 2) ** (2 / 3))) * (1 if skewness >= 0 else -1)
    scale = spread / sqrt(1 - 2 * delta**2 / pi)
    place = float(values.mean()) - scale * delta * sqrt(2 / pi)
    below = skew_normal_below((surprise - place) / scale, delta / sqrt(1 - delta**2))
    return -log2(below) if below > 0 else inf


def skew_normal_below(value: float, shape: float) -> float:
    """The probability that the standard skew-normal lies below the value: Φ(z) − 2 T(z, shape).

    Below 0 the density is added up instead, as far as it matters, since the difference there is lost to rounding.
    """
    if value >= 0:
        return _below(value) - 2 * _owen(value, shape)
    slope = 1 + max(shape, 0.0) ** 2
    reach = min(12 / sqrt(slope), 40 / (-value * slope))
    nodes, weights = np.polynomial.legendre.leggauss(64)
    at = value - reach * (1 - nodes) / 2
    density = [2 * exp(-x * x / 2) / sqrt(2 * pi) * _below(shape * x) for x in at.tolist()]
    return float(np.dot(weights, density)) * reach / 2


def _owen(height: float, slope: float) -> float:
    """Owen's T by Gauss and Legendre on 64 nodes; slopes above 1 by its reflection (Owen 1956)."""
    if slope < 0:
        return -_owen(height, -slope)
    if slope > 1:
        below, further = _below(height), _below(slope * height)
        return (below + further) / 2 - below * further - _owen(slope * height, 1 / slope)
    nodes, weights = np.polynomial.legendre.leggauss(64)
    at = slope * (nodes + 1) / 2
    values = np.exp(-(height**2) * (1 + at**2) / 2) / (1 + at**2)
    return float((weights * values).sum() * slope / 2 / (2 * pi))


def min_k(log_probabilities: Sequence[float], share: float = 0.2) -> float:
    """The mean of the lowest share of a text's token log-probabilities, one token at least: nearer 0 if it was learnt."""
    values = np.sort(np.asarray(log_probabilities, dtype=np.float64))
    return float(values[: max(ceil(share * len(values) - 1e-9), 1)].mean())


def min_k_plus(
    log_probabilities: Sequence[float], means: Sequence[float], deviations: Sequence[float], share: float = 0.2
) -> float:
    """Min-K%++: the same over (log p − μ)/σ, with μ and σ of log p over the whole vocabulary at each token."""
    spread = np.maximum(np.asarray(deviations, dtype=np.float64), 1e-12)
    standard = (np.asarray(log_probabilities, dtype=np.float64) - np.asarray(means, dtype=np.float64)) / spread
    return min_k(standard.tolist(), share)


def auroc(members: Sequence[float], others: Sequence[float]) -> float:
    """The probability that a member's sign is above another's, ties half: the area under the curve (Mann and Whitney 1947)."""
    inside, outside = np.asarray(members, dtype=np.float64), np.sort(np.asarray(others, dtype=np.float64))
    below = np.searchsorted(outside, inside, "left") + np.searchsorted(outside, inside, "right")
    return float(below.sum() / (2 * len(inside) * len(outside)))


def true_positives(members: Sequence[float], others: Sequence[float], *, false_positives: float = 0.01) -> float:
    """The share of members found by the lowest threshold that takes at most this share of the others for members."""
    outside = np.sort(np.asarray(others, dtype=np.float64))[::-1]
    allowed = int(false_positives * len(outside) + 1e-9)
    threshold = outside[allowed] if allowed < len(outside) else -inf
    return float((np.asarray(members, dtype=np.float64) > threshold).mean())
