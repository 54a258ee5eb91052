"""How much will be unread at a deadline, as an interval, from how fast each reviewer has read so far.

Each reviewer reads at a rate of their own, drawn from one distribution for the panel (Gamma with Poisson counts, so that a
reviewer of whom little is known borrows from the others); the panel as a whole may get faster or slower before the end.
Mean and spread of the distribution are not fitted but weighed over a grid by how well they explain what was seen, so that
few observations give a wide interval. The rest is simulation from an explicit seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

METHOD = "backlog/1"
DRAWS = 2_000
PACE, PACE_SPREAD = 0.1, 0.45
"""The logarithm of the panel's pace from now on against its pace so far: its mean, since deadlines hasten more than they
tire, and its standard deviation."""
LIKELY_PACE, LIKELY_SPREAD = 1.0, 0.6
"""Before anything is read: median of the panel's pace (1 is just enough), and standard deviation of its logarithm."""
_MEANS = np.geomspace(0.1, 4.0, 16)
_SHAPES = np.geomspace(0.25, 8.0, 8)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """One reviewer: how many pieces they were given, how many of these they have read, and the part of their time gone.

    `gone` is from 0, when they were given them, to 1 at the deadline; of who has read all, when they were done.
    """

    given: int
    read: int
    gone: float


@dataclass(frozen=True)
class Backlog:
    """How many pieces will be unread at the deadline: between `low` and `high` in `level` percent of cases."""

    low: int
    middle: int
    high: int
    level: int


def forecast(readings: Sequence[Reading], *, level: int = 80, seed: int = 0) -> Backlog:
    """The interval for the whole panel; after the deadline what is unread is known, and the interval is that number.

    Raises ValueError for a reading with more read than given, or a part of time outside 0 to 1.
    """
    if any(not 0 <= r.read <= r.given or not 0.0 <= r.gone <= 1.0 for r in readings):
        raise ValueError("Nobody reads more than they were given, and time goes from 0 to 1.")
    rows = np.array([(r.given, r.read, r.gone) for r in readings], dtype=float).reshape(-1, 3)
    unread = _draws(rows[:, 0], rows[:, 1], rows[:, 2], np.random.default_rng(seed))
    low, middle, high = np.quantile(unread, [0.5 - level / 200, 0.5, 0.5 + level / 200], method="nearest")
    return Backlog(int(low), int(middle), int(high), level)


def _draws(given: Floats, read: Floats, gone: Floats, chance: np.random.Generator) -> Floats:
    """How much is unread in each of `DRAWS` futures."""
    exposure = given * gone
    weights = _weights(read, exposure)
    chosen = chance.choice(weights.size, size=DRAWS, p=weights.reshape(-1))
    mean, shape = _MEANS[chosen // len(_SHAPES)], _SHAPES[chosen % len(_SHAPES)]
    rates = chance.gamma(shape[:, None] + read, 1.0 / ((shape / mean)[:, None] + exposure))
    pace = np.exp(chance.normal(PACE, PACE_SPREAD, size=(DRAWS, 1)))
    more = chance.poisson(rates * pace * given * (1.0 - gone))
    return np.asarray(np.maximum(given - read - more, 0.0).sum(axis=1))


def _weights(read: Floats, exposure: Floats) -> Floats:
    """How likely each mean and shape is after what was seen: shape (means, shapes), adding up to 1."""
    logs = _likelihoods(read, exposure)
    logs -= ((np.log(_MEANS) - log(LIKELY_PACE)) ** 2)[:, None] / (2 * LIKELY_SPREAD**2)
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _likelihoods(read: Floats, exposure: Floats) -> Floats:
    """The logarithm of the negative binomial probability of what was read, but for what the grid has in common."""
    rates = _SHAPES / _MEANS[:, None]
    gammas = np.array([sum(lgamma(shape + n) - lgamma(shape) for n in read.tolist()) for shape in _SHAPES])
    waited = ((_SHAPES[:, None] + read) * np.log(rates[:, :, None] + exposure)).sum(axis=2)
    return np.asarray(gammas + len(read) * _SHAPES * np.log(rates) - waited)
