"""Who is admitted: everybody at or above the bar by score, as far as places go; the rest of them wait in that order.

Where a share of all members is the most that may be tied to the sponsor, those of its applicants for whom it has no room are passed
over: others in order come before them, and they wait where their score puts them.

Scores and the bar are whole hundredths. A score is the mean of what the reviews say, each of them the mean of its criteria by
weight. Equal scores are ordered by SHA-256(seed ‖ id), with a seed that was published before anybody applied.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
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


@dataclass(frozen=True)
class Share:
    """The most that may be tied to the sponsor: `percent` of a hundred of all members, now `members`, of whom `tied` are."""

    percent: int
    members: int
    tied: int

    def room(self, admitted: int) -> int:
        """For how many of theirs there is room among so many who are admitted."""
        return max(0, self.percent * (self.members + admitted) // 100 - self.tied)


@dataclass(frozen=True)
class Within:
    """An outcome within a share: who was passed over, in order, and how many of those admitted are tied to the sponsor."""

    found: Admission
    share: Share | None = None
    passed_over: tuple[str, ...] = ()
    among: int = 0


def within(found: Admission, share: Share, tied: AbstractSet[str]) -> Within:
    """The outcome within this share, where `tied` are the applicants who are tied to the sponsor.

    As many are admitted as can be; the more are, the more of the sponsor's may be among them.
    """
    order, places = (*found.admitted, *found.waiting), len(found.admitted)
    theirs = [pk for pk in order if pk in tied]
    others = len(order) - len(theirs)
    size = next(n for n in range(places, -1, -1) if others + min(share.room(n), len(theirs)) >= n)
    left = set(theirs[share.room(size) :])
    admitted = tuple([pk for pk in order if pk not in left][:size])
    taken = frozenset(admitted)
    waiting = tuple(pk for pk in order if pk not in taken)
    last = order.index(admitted[-1]) if admitted else -1
    passed = order if size < places else order[: last + 1]
    return Within(
        Admission(admitted, waiting, found.declined),
        share,
        tuple(pk for pk in passed if pk in left),
        sum(pk in tied for pk in admitted),
    )


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
