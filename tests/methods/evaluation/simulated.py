"""Runs made up from a known truth, to count how often the truth lies within the error bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt

import numpy as np

from stoa.methods.evaluation import Sums
from stoa.methods.evaluation.means import Mean

Chance = np.random.Generator


@dataclass(frozen=True)
class Setting:
    """How many clusters, of what sizes, what scores, and how alike the samples of one cluster are (intraclass correlation)."""

    clusters: int
    sizes: str
    scores: str
    alike: float

    @property
    def truth(self) -> float:
        return {**SHARES, **AS_ONE, "pairs": PAIRS}.get(self.scores, 0.0)


SIZES: dict[str, Callable[[Chance, int], np.ndarray]] = {
    "one": lambda _, n: np.ones(n, dtype=int),
    "equal": lambda _, n: np.full(n, 5),
    "unequal": lambda chance, n: 1 + chance.poisson(chance.gamma(1.0, 5.0, n)),
    "lognormal": lambda chance, n: np.maximum(1, np.round(chance.lognormal(1.2, 1.0, n))).astype(int),
}
SHARES = {"half": 0.5, "a fifth": 0.2, "a tenth": 0.1, "a twentieth": 0.05, "a fiftieth": 0.02}
"""Settings with yes-or-no scores, and how many are yes."""
AS_ONE = {"a fifth, as one": 0.2, "a tenth, as one": 0.1, "a twentieth, as one": 0.05}
"""The same where a part of the clusters answers as one and all others sample by sample: yes comes in heaps."""
FEWEST = 10
"""Of fewer clusters error bars promise nothing."""
PAIRS = 0.925
"""The truth of matched pairs, of which 5 % tie and 5 % come out the other way."""


def settings() -> Iterator[Setting]:
    """What studies of this lab look like: 10 to 100 clusters of 1 to some dozens of samples, not to very much alike."""
    return (one for one in edges() if one.clusters >= FEWEST and one.scores not in AS_ONE)


def edges() -> Iterator[Setting]:
    """The same and what lies beyond: six clusters, and clusters that answer as one."""
    for clusters, sizes, scores in product((6, FEWEST, 20, 50, 100), SIZES, ("normal", "skewed", *SHARES, *AS_ONE)):
        for alike in (0.0,) if sizes == "one" else (0.0, 0.1, 0.3, 0.5):
            yield Setting(clusters, sizes, scores, alike)


def draw(chance: Chance, setting: Setting) -> Sums:
    """The scores of one run, added up by cluster."""
    counts = SIZES[setting.sizes](chance, setting.clusters)
    kinds = {"pairs": _pairs, **dict.fromkeys(SHARES, _shares), **dict.fromkeys(AS_ONE, _as_one)}
    scores = kinds.get(setting.scores, _scale)(chance, setting, counts)
    sums = np.add.reduceat(scores, np.concatenate([[0], np.cumsum(counts)[:-1]]))
    names = tuple(map(str, range(setting.clusters)))
    return Sums(names, counts.astype(float), sums, float((scores**2).sum()))


def _shares(chance: Chance, setting: Setting, counts: np.ndarray) -> np.ndarray:
    """Each cluster has its own share, from a beta distribution around the truth."""
    truth, alike = setting.truth, setting.alike
    spread = (1 - alike) / alike if alike else np.inf
    shares = chance.beta(truth * spread, (1 - truth) * spread, len(counts)) if alike else np.full(len(counts), truth)
    return (chance.random(counts.sum()) < np.repeat(shares, counts)).astype(float)


def _as_one(chance: Chance, setting: Setting, counts: np.ndarray) -> np.ndarray:
    """As large a part of the clusters as samples are alike has one answer in all of its samples."""
    own = chance.random(counts.sum()) < setting.truth
    shared = np.repeat(chance.random(len(counts)) < setting.truth, counts)
    whole = np.repeat(chance.random(len(counts)) < setting.alike, counts)
    return np.where(whole, shared, own).astype(float)


def _pairs(chance: Chance, setting: Setting, counts: np.ndarray) -> np.ndarray:
    """Comparisons of matched pairs; a cluster that is alike has one outcome in all of its pairs."""
    shared = np.repeat(chance.random(len(counts)), counts)
    own = chance.random(counts.sum())
    drawn = np.where(chance.random(counts.sum()) < sqrt(setting.alike), shared, own)
    return np.digitize(drawn, [0.05, 0.1]) / 2


def _scale(chance: Chance, setting: Setting, counts: np.ndarray) -> np.ndarray:
    """A part that the cluster shares and one that each sample has; both skewed, or both normal."""
    drawn = (
        (lambda n: chance.gamma(4.0, 0.5, n) - 2.0)
        if setting.scores == "skewed"
        else (lambda n: chance.normal(0, 1, n))
    )
    shared = np.repeat(drawn(len(counts)), counts) * sqrt(setting.alike)
    return np.asarray(shared + drawn(int(counts.sum())) * sqrt(1 - setting.alike))


def drawn(setting: Setting, *, runs: int, seed: int) -> list[Sums]:
    """So many runs of a setting."""
    chance = np.random.default_rng([seed, setting.clusters, len(setting.sizes), round(100 * setting.alike)])
    return [draw(chance, setting) for _ in range(runs)]


def held(setting: Setting, of: Callable[[Sums], Mean], among: Sequence[Sums]) -> float:
    """The share of runs whose interval holds the truth."""
    found = map(of, among)
    return float(np.mean([each.low <= setting.truth <= each.high for each in found]))
