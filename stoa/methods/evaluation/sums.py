"""What is kept of the scores of one run: for each cluster how many samples it has and their sum, and the sum of all squares.

Means, paired differences and their clustered errors need no more (the error of Miller 2024 is made of cluster totals), so
that runs can be compared without reading their logs.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sums:
    """`counts` and `sums` by cluster (same order, every count above 0), `squares` over all samples; `names` of the clusters."""

    names: tuple[str, ...]
    counts: Floats
    sums: Floats
    squares: float

    @property
    def samples(self) -> int:
        """How many samples."""
        return int(self.counts.sum())

    @property
    def clusters(self) -> int:
        """How many clusters."""
        return len(self.counts)

    @property
    def mean(self) -> float:
        """The mean over all samples."""
        return float(self.sums.sum() / self.counts.sum())

    @property
    def deviations(self) -> float:
        """The sum of squared deviations from the mean."""
        return max(self.squares - self.samples * self.mean**2, 0.0)

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "names": list(self.names),
            "counts": self.counts.astype(int).tolist(),
            "sums": self.sums.tolist(),
            "squares": self.squares,
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """What `plain` gave."""
        counts, sums = (np.asarray(plain[name], dtype=np.float64) for name in ("counts", "sums"))
        return cls(tuple(plain["names"]), counts, sums, float(plain["squares"]))


def gather(scores: Sequence[float | None], clusters: Sequence[Hashable] | None = None) -> Sums:
    """Add scores up by cluster; without clusters each sample is one of its own. A score that is None says nothing.

    Clusters are ordered by their names as text. Raises ValueError if no score is left or one is not finite.
    """
    labels = range(len(scores)) if clusters is None else clusters
    known = [(str(label), float(score)) for label, score in zip(labels, scores, strict=True) if score is not None]
    values = np.array([score for _, score in known], dtype=np.float64)
    if not known or not np.isfinite(values).all():
        raise ValueError("There is no score, or one that is not a finite number.")
    names, places = np.unique([label for label, _ in known], return_inverse=True)
    return Sums(
        tuple(names.tolist()),
        np.bincount(places).astype(np.float64, copy=False),
        np.bincount(places, weights=values).astype(np.float64, copy=False),
        float((values**2).sum()),
    )


def likeness(sums: Sums) -> float:
    """How alike samples of one cluster are: the intraclass correlation, within 0 and 1 (one-way analysis of variance)."""
    samples, clusters = sums.samples, sums.clusters
    if clusters in (1, samples):
        return 0.0
    explained = float((sums.sums**2 / sums.counts).sum())
    between = max(explained - samples * sums.mean**2, 0.0) / (clusters - 1)
    within = max(sums.squares - explained, 0.0) / (samples - clusters)
    size = (samples - float((sums.counts**2).sum()) / samples) / (clusters - 1)
    spread = between + (size - 1) * within
    return min(max((between - within) / spread, 0.0), 1.0) if spread > 0 else 0.0
