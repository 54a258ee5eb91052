"""Intervals and tests by drawing clusters anew: the cluster bootstrap, and flips of the signs of cluster sums."""

from __future__ import annotations

import numpy as np

from stoa.methods.evaluation.sums import Sums

_AT_ONCE = 1_000


def bootstrap(sums: Sums, *, level: float = 0.95, draws: int = 10_000, seed: int = 0) -> tuple[float, float]:
    """The percentile interval of the mean from drawing whole clusters with replacement (Efron 1979; Davison and Hinkley 1997)."""
    chance = np.random.default_rng(seed)
    means = [_means(sums, chance, min(_AT_ONCE, draws - done)) for done in range(0, draws, _AT_ONCE)]
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _means(sums: Sums, chance: np.random.Generator, draws: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    taken = chance.multinomial(sums.clusters, np.full(sums.clusters, 1 / sums.clusters), size=draws)
    return np.asarray((taken @ sums.sums) / (taken @ sums.counts))


def sign_flips(sums: Sums, *, draws: int = 10_000, seed: int = 0) -> float:
    """The p-value that differences have a mean of 0, from random signs of the cluster sums: (1 + as extreme) / (1 + draws)."""
    chance = np.random.default_rng(seed)
    signs = chance.integers(2, size=(draws, sums.clusters)) * 2 - 1
    extreme = np.abs(signs @ sums.sums) >= abs(float(sums.sums.sum())) - 1e-12
    return float((1 + extreme.sum()) / (1 + draws))
