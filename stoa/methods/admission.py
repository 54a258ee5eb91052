"""Who is admitted: everybody at or above the bar by score, as far as places go; the rest of them wait in that order.

Scores and the bar are whole hundredths. Equal scores are ordered by SHA-256(seed ‖ id), with a seed that was published before
anybody applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

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


def tie(seed: str, identifier: str) -> bytes:
    """By what equal scores are ordered; `seed` is hexadecimal."""
    return hashlib.sha256(bytes.fromhex(seed) + identifier.encode()).digest()


def middle(values: list[int]) -> int:
    """The lower median: half of those who gave a value gave this or less. Raises ValueError where nobody gave one."""
    if not values:
        raise ValueError("Of no values there is no middle.")
    return sorted(values)[(len(values) - 1) // 2]
