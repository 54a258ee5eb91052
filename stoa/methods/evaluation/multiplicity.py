"""What many comparisons at once need: Holm's and Benjamini and Hochberg's adjusted p-values, and intervals of ranks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Adjusted p-values: rejecting those up to α errs anywhere at all with probability α at most (Holm 1979)."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    return _back(np.minimum(steps, 1.0), order)


def benjamini_hochberg(p_values: Sequence[float] | Floats) -> Floats:
    """Adjusted p-values: of those rejected up to α, a share α at most is in error on average (Benjamini and Hochberg 1995)."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    raised = p[order] * p.size / np.arange(1, p.size + 1)
    steps = np.minimum.accumulate(raised[::-1])[::-1]
    return _back(np.minimum(steps, 1.0), order)


def _back(values: Floats, order: NDArray[np.intp]) -> Floats:
    """Values that stand in sorted order, each put where it came from."""
    placed = np.empty_like(values)
    placed[order] = values
    return placed


def rank_intervals(better: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The places each of n may hold: 1 + how many are surely better, to n − how many are surely worse.

    `better[i, j]`: i is significantly better than j. Shape (n, n).
    """
    size = len(better)
    first = 1 + better.sum(axis=0)
    last = size - better.sum(axis=1)
    return [(int(low), int(high)) for low, high in zip(first, last, strict=True)]
