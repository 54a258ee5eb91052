"""Seeded choice for sample sets: the same seed and labels give the same choices in every version of Python."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
_PATIENCE = 200


class Draw:
    """A stream of numbers from SHA-256 of the labels and a counter."""

    def __init__(self, *labels: object) -> None:
        self._label = "/".join(map(str, labels))
        self._count = 0

    def below(self, bound: int) -> int:
        """An integer from 0 to bound - 1; with 256 bits, no value is favoured measurably."""
        self._count += 1
        return int.from_bytes(hashlib.sha256(f"{self._label}#{self._count}".encode()).digest()) % bound

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def order(self, items: Sequence[T]) -> list[T]:
        """All of the items in a drawn order (Fisher and Yates)."""
        left = list(items)
        for last in range(len(left) - 1, 0, -1):
            other = self.below(last + 1)
            left[last], left[other] = left[other], left[last]
        return left


def in_turn(clusters: Sequence[Sequence[T]], draw: Draw) -> list[T]:
    """All items, one of each cluster in turn, so that a short set has as many clusters as it can."""
    waiting = [draw.order(items) for items in draw.order(clusters)]
    taken: list[T] = []
    while any(waiting):
        taken += [items.pop() for items in waiting if items]
    return taken


def different(make: Callable[[int], T], key: Callable[[T], Hashable], count: int) -> Iterator[T]:
    """The first `count` made items that differ by their key; fewer where no new one comes in 200 tries."""
    seen: set[Hashable] = set()
    number = tries = 0
    while len(seen) < count and tries < _PATIENCE:
        item = make(number)
        number += 1
        if key(item) in seen:
            tries += 1
            continue
        tries = 0
        seen.add(key(item))
        yield item
