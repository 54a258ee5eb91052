"""Voters' money in equal shares, as fast whole numbers between which it certainly lies: what is clear is decided by them.

Everything holds for all runs at once whose share lies within two bounds, as long as they buy the same options in the same
order. Then whoever began with more still has at least as much, and pays at most as much for the next option: payments
fall where purses grow. So the purses of the least share bound all from below, those of the greatest from above, and
payments from above and below. A single run is the case in which both bounds are its share, rounded.

Purses are counted in *quanta*, 2^scale of them for each unit of the costs. They are whole numbers kept as floats, for
speed; all money together is at most 2^52 quanta and one for each voter, so every sum of them is exact.
"""

from fractions import Fraction
from math import inf

import numpy as np
from numpy.typing import NDArray

from stoa.methods.approvals import Ints, Supporters

Floats = NDArray[np.float64]
SHORT = 8_192
FINEST = 1 << 52
"""The most quanta that all voters together may have, but for rounding."""


class Purses:
    """What each group's voters have at least and at most, in runs that begin with shares from `least` to `most`.

    All voters together have up to `quanta`. With few of them less is certain.
    """

    def __init__(self, supporters: Supporters, least: Fraction, most: Fraction, quanta: int = FINEST) -> None:
        self._supporters = supporters
        self.scale = _scale(quanta / (supporters.voters * most)) if supporters.voters * most else 0
        least_cost, most_cost = supporters.bounds
        self._need, self._need_whole = (
            np.floor(np.ldexp(least_cost, self.scale)),
            np.ceil(np.ldexp(most_cost, self.scale)),
        )
        self._support = supporters.support.astype(float)
        self._low = np.full(supporters.number, float(_scaled(least, self.scale)[0]))
        self._high = np.full(supporters.number, float(_scaled(most, self.scale)[1]))

    def spread(self, supporters: Supporters, of: Ints) -> None:
        """Go on with finer groups: `of` is the present group of each of them."""
        self._supporters = supporters
        self._low, self._high = self._low[of], self._high[of]

    def first_floors(self) -> Floats:
        """What each option's payment is at least while nothing was bought; infinite where it certainly can't be paid."""
        some = self._support > 0
        floors = np.full(len(self._need), inf)
        floors[some] = self._need[some] // self._support[some]
        floors[floors > self._high.max(initial=0)] = inf
        return floors

    def floors(self, options: Ints, floors: Floats, worst: Floats) -> Floats:
        """What the payments of these options are at least, knowing that they are at least `floors`.

        Infinite where an option certainly can't be paid: for good, since purses only shrink, and payments only rise. Not
        raised further once it is above `worst`.
        """
        groups, sizes, firsts, lengths = self._supporters.together(options)
        purses, need = self._high[groups], self._need[options]
        # Most are dearer than the worst that matters: then one look from there is enough.
        floors, known = np.maximum(floors, np.where(worst < inf, np.floor(worst), 0)), floors
        while True:
            # The sum of min(purse, payment) is concave in the payment: Newton's step from below never overshoots.
            level = floors.repeat(lengths)
            rich = np.add.reduceat((purses > level) * sizes, firsts)
            gap = need - np.add.reduceat(np.minimum(purses, level) * sizes, firsts)
            above, known = (gap < 0) & (known < floors), np.where(gap < 0, known, floors)
            moving = (gap >= rich) & (rich > 0)
            floors = np.where(moving, floors + gap // np.maximum(rich, 1), np.where(above, known, floors))
            floors[(gap > 0) & (rich == 0)] = inf
            if not np.count_nonzero((moving & (floors <= worst)) | above):
                return floors

    def floor(self, option: int, floor: float) -> float:
        """The same for a single option."""
        purses, sizes = self._high[self._supporters.groups_of(option)], self._supporters.sizes_of(option)
        while True:
            rich = _product((purses > floor).astype(float), sizes)
            gap = self._need[option] - _product(np.minimum(purses, floor), sizes)
            if gap < max(rich, 1):
                return floor
            if not rich:
                return inf
            floor += gap // rich

    def ceiling(self, option: int, floor: float) -> float:
        """What an option's payment is at most, if it is at least `floor`; infinite where it perhaps can't be paid."""
        purses, sizes = self._low[self._supporters.groups_of(option)], self._supporters.sizes_of(option)
        need = self._need_whole[option]
        while (gap := need - _product(np.minimum(purses, floor), sizes)) > 0:
            rich = _product((purses > floor).astype(float), sizes)
            if not rich:
                return inf
            floor += -(-gap // rich)
        return floor

    def all_full(self, option: int, ceiling: float) -> bool:
        """Whether all supporters of an option certainly have more than this."""
        return bool(self._low[self._supporters.groups_of(option)].min() > ceiling)

    def sorted_out(self, option: int, floor: float, ceiling: float) -> tuple[Ints, Ints]:
        """Of an option's groups those that certainly have less than a payment within these bounds, and the doubtful."""
        groups = self._supporters.groups_of(option)
        poor = self._high[groups] < floor
        return groups[poor], groups[~poor & (self._low[groups] <= ceiling)]

    def pay(self, option: int, floor: float, ceiling: float) -> None:
        """Take an option's payment, which lies within these bounds, out of its supporters' purses."""
        groups = self._supporters.groups_of(option)
        self._low[groups] = np.maximum(self._low[groups] - ceiling, 0)
        self._high[groups] = np.maximum(self._high[groups] - floor, 0)

    def empty(self, groups: Ints) -> None:
        """Note that these groups have nothing left."""
        self._low[groups] = self._high[groups] = 0

    def whole_units(self) -> list[int | None]:
        """What each option's supporters have left together, in whole units of the costs, rounded down; None if unclear."""
        options = np.repeat(np.arange(len(self._need)), np.diff(self._supporters.starts))
        least, most = (
            np.bincount(options, purses[self._supporters.groups] * self._supporters.weights, len(self._need))
            for purses in (self._low, self._high)
        )
        pairs = zip(least.tolist(), most.tolist(), strict=True)
        units = [
            (_scaled(Fraction(low), -self.scale)[0], _scaled(Fraction(high), -self.scale)[0]) for low, high in pairs
        ]
        return [low if low == high else None for low, high in units]


def _scale(most: Fraction) -> int:
    """The greatest whole number s such that 2^s is at most `most`."""
    scale = most.numerator.bit_length() - most.denominator.bit_length()
    return scale if most >= Fraction(2) ** scale else scale - 1


def _scaled(amount: int | Fraction, scale: int) -> tuple[int, int]:
    """An amount times 2^scale, rounded down and up to whole numbers."""
    above, below = amount.numerator << max(scale, 0), amount.denominator << max(-scale, 0)
    return above // below, -(-above // below)


def _product(left: Floats, right: Floats) -> float:
    """The scalar product of whole numbers, exact. A long one is not left to BLAS, whose threads cost more than they save."""
    return float(left.dot(right) if len(left) <= SHORT else np.einsum("i,i", left, right))
