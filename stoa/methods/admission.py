"""Who is admitted: everybody at or above the bar by score, as far as places go; the rest of them wait in that order.

Scores and the bar are whole hundredths. A score is the mean of what the reviews say, each of them the mean of its criteria by
weight. Equal scores are ordered by SHA-256(seed ‖ id), with a seed that was published before anybody applied.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

NAME = "admission by score, v1"


@dataclass(frozen=True)
class Admission:
    """The outcome by ids: `admitted` and `waiting` in order, `declined` sorted by id."""

    admitted: tuple[str, ...]
    waiting: tuple[str, ...]
    declined: tuple[str, ...]


def admit(scores: Mapping[str, int], *, bar: int, places: int | None, seed: str) -> Admission:
    """The outcome for these scores, by id. Without `places` nobody waits."""
    above = sorted((i for i, score in scores.items() if score >= bar), key=lambda i: (-scores[i], tie(seed, i)))
    room = len(above) if places is None else places
    below = tuple(sorted(i for i, score in scores.items() if score < bar))
    return Admission(tuple(above[:room]), tuple(above[room:]), below)


def weighed(scores: Mapping[str, int], weights: Mapping[str, int]) -> Fraction | None:
    """The mean of a review's scores by code of criterion, each counted by its weight, exactly; None where there are none."""
    counted = {code: weights[code] for code in scores if code in weights}
    total = sum(counted.values())
    return Fraction(sum(scores[code] * weight for code, weight in counted.items()), total) if total else None


def hundredths(values: Sequence[Fraction | int]) -> int | None:
    """The mean of these in whole hundredths, a half rounded up; None of nothing."""
    return math.floor(100 * Fraction(sum(values)) / len(values) + Fraction(1, 2)) if values else None


def tie(seed: str, identifier: str) -> bytes:
    """By what equal scores are ordered; `seed` is hexadecimal."""
    return hashlib.sha256(bytes.fromhex(seed) + identifier.encode()).digest()


def middle(values: list[int]) -> int:
    """The lower median: half of those who gave a value gave this or less. Raises ValueError where nobody gave one."""
    if not values:
        raise ValueError("Of no values there is no middle.")
    return sorted(values)[(len(values) - 1) // 2]
