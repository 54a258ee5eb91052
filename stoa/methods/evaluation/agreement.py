"""How far raters agree beyond chance: Cohen's κ of two, Krippendorff's α of any number, with a bootstrap over what was rated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

Ratings = Sequence[Sequence[Hashable | None]]
"""One row for each thing rated, with the label of each rater; None where a rater gave none."""


@dataclass(frozen=True)
class Agreement:
    """1 is full agreement, 0 what chance would give; `low` and `high` bound it."""

    value: float
    low: float
    high: float


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """κ of two raters (Cohen 1960); 1 where both gave one label to everything."""
    size = len(first)
    seen = sum(a == b for a, b in zip(first, second, strict=True)) / size
    left, right = Counter(first), Counter(second)
    chance = sum(left[label] * right[label] for label in left) / size**2
    return 1.0 if chance == 1 else (seen - chance) / (1 - chance)


def krippendorff_alpha(ratings: Ratings) -> float:
    """α for labels without an order (Krippendorff 2004); 1 where all labels are one, nan where nothing was rated twice."""
    rows = [kept for row in ratings if len(kept := [label for label in row if label is not None]) > 1]
    totals = Counter(label for row in rows for label in row)
    size = sum(totals.values())
    if not size:
        return nan
    apart = sum((len(row) ** 2 - sum(n * n for n in Counter(row).values())) / (len(row) - 1) for row in rows)
    by_chance = (size**2 - sum(n * n for n in totals.values())) / (size - 1)
    return 1.0 if by_chance == 0 else 1 - apart / by_chance


def agreement(
    ratings: Ratings,
    of: Callable[[Ratings], float] = krippendorff_alpha,
    *,
    level: float = 0.95,
    draws: int = 1_000,
    seed: int = 0,
) -> Agreement:
    """The agreement with a percentile interval from drawing what was rated anew."""
    chance = np.random.default_rng(seed)
    drawn = [of([ratings[place] for place in row]) for row in chance.integers(len(ratings), size=(draws, len(ratings)))]
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Agreement(of(ratings), float(low), float(high))
