"""How many questions a study needs to see a difference of a given size, and the least difference that so many can show.

n = (z_{1−α/2} + z_{1−β})² (ω² + σ_A²/K_A + σ_B²/K_B) / δ², Miller 2024 (arXiv:2411.00640), equation 9.
"""

from __future__ import annotations

from math import ceil, sqrt

from stoa.methods.evaluation.distributions import normal_quantile


def sample_size(
    difference: float,
    *,
    spread: float,
    noise: tuple[float, float] = (0.0, 0.0),
    resamples: tuple[int, int] = (1, 1),
    power: float = 0.8,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> int:
    """Questions needed to find `difference` between two models on the same questions with probability `power`.

    `spread`: variance of the difference of the two models' expected scores over questions (ω²); `noise`: variance of each
    model's score at one question (σ²); `resamples`: answers to each question (K); `design_effect`: how many clustered
    questions are worth one independent one. Raises ValueError for a difference of 0 or a variance below 0.
    """
    variance = _variance(spread, noise, resamples, design_effect)
    if not difference:
        raise ValueError("No number of questions finds a difference of 0.")
    # what floats leave above a whole number is no question
    return max(ceil(_quantiles(power, level) ** 2 * variance / difference**2 - 1e-9), 1)


def detectable_difference(
    samples: int,
    *,
    spread: float,
    noise: tuple[float, float] = (0.0, 0.0),
    resamples: tuple[int, int] = (1, 1),
    power: float = 0.8,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> float:
    """The least difference that so many questions find with probability `power`: `sample_size` the other way round."""
    return _quantiles(power, level) * sqrt(_variance(spread, noise, resamples, design_effect) / samples)


def _quantiles(power: float, level: float) -> float:
    return normal_quantile((1 + level) / 2) + normal_quantile(power)


def _variance(spread: float, noise: tuple[float, float], resamples: tuple[int, int], design_effect: float) -> float:
    """The variance of one question's difference, times the design effect."""
    if min(spread, *noise) < 0:
        raise ValueError("A variance is never below 0.")
    return design_effect * (spread + sum(each / times for each, times in zip(noise, resamples, strict=True)))


def equivalence_size(margin: float, *, spread: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Questions needed so that two runs of one model, truly alike, are found equivalent within the margin.

    n = (z_{1−α} + z_{1−β/2})² ω² / margin², for two one-sided tests at α (Julious 2004). At least 2.
    """
    if margin <= 0:
        raise ValueError("A margin is above 0.")
    reach = normal_quantile(1 - alpha) + normal_quantile(1 - (1 - power) / 2)
    return max(ceil(reach**2 * spread / margin**2 - 1e-9), 2)
