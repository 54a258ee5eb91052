"""Voters' money in one run of equal shares: fast whole numbers that decide what is clear, exact ones for what is close.

Each voter's purse is kept twice. As *quanta*, whole numbers that are off by less than `slack` from the exact amount:
what follows from them is a bracket that certainly holds the exact payment. And exactly, over one common denominator: a
voter who is not broke has paid the full payment of every option bought that they approve, so the share and those
payments say what is left. No choice ever rests on a rounded number.

Quanta are floats for speed. All money together is at most 2^52 of them, so every sum of whole quanta is exact.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf, nextafter
from operator import mul

import numpy as np
from numpy.typing import NDArray

from stoa.methods.approvals import Approvals, Ints

Floats = NDArray[np.float64]
SHORT = 8_192
FINEST = 1 << 52
"""The most quanta that all voters together may have."""


@dataclass(frozen=True)
class Price:
    """The exact payment for an option, `above` / (`rich` · the purses' denominator), and which groups it leaves broke.

    Every supporter pays it or, if they have no more than that, all they have.
    """

    above: int
    rich: int
    broke: Ints


@dataclass(frozen=True)
class Bracket:
    """An option's payment lies within `floor` and `ceiling` (None: not known) quanta; per utility, `low` and `high`."""

    floor: int
    ceiling: int | None
    low: float
    high: float


class Purses:
    """What each group's voters still have in a run that began with `share` for every voter.

    All voters together have `quanta`. With few of them every decision falls to the exact numbers; it stays the same.
    """

    def __init__(self, approvals: Approvals, utilities: tuple[int, ...], share: Fraction, quanta: int) -> None:
        self.share = share
        self._approvals = approvals
        self._utilities = utilities
        money = approvals.voters * share
        self._per_unit = quanta / money if money else Fraction(1)
        self._needs = [cost * self._per_unit.numerator // self._per_unit.denominator for cost in approvals.costs]
        self._quanta = np.full(len(approvals.sizes), float(quanta // approvals.voters if money else 0))
        self._broke = np.zeros(len(approvals.sizes), bool)
        self._slack = 1
        self._denominator = share.denominator
        self._start = share.numerator
        self._paid: list[int] = []
        self._purchase = np.full(len(approvals.costs), -1)

    def first_floor(self, option: int) -> int:
        """What an option's payment is at least, in quanta, while nothing was bought."""
        return self._needs[option] // int(self._approvals.support[option])

    def bracket(self, option: int, floor: int, worst: float) -> Bracket | None:
        """Where the option's payment lies, knowing that it is at least `floor`; None if it can't be paid any more.

        Purses only shrink, so payments only rise: None is for good, and `floor` of one bracket serves the next. Stops
        early, with no upper end, once the payment per utility is certainly above `worst`.
        """
        purses, sizes = self._quanta[self._approvals.groups_of(option)], self._approvals.sizes_of(option)
        money = purses * sizes
        need, utility = self._needs[option], self._utilities[option]
        support = int(self._approvals.support[option])
        margin = support * self._slack
        while True:
            # The sum of min(purse, payment) is concave in the payment: Newton's step from below never overshoots.
            poor = (purses <= floor - self._slack).astype(float)
            rich = support - _product(poor, sizes)
            gap = need - margin - _product(poor, money) - floor * rich
            if gap > 0 and rich == 0:
                return None
            if gap < max(rich, 1):
                break
            floor += gap // rich
            if (low := nextafter(floor / utility, 0.0)) > worst:
                return Bracket(floor, None, low, inf)
        ceiling = floor + 2 + 2 * margin // max(rich, 1)
        if _product(np.minimum(purses, ceiling), sizes) > need + margin:
            return _bracket(floor, ceiling, utility)
        return self._exact_bracket(option, floor)

    def price(self, option: int, floor: int, ceiling: int | None = None) -> Price | None:
        """The exact payment, knowing that it lies within `floor` and `ceiling` quanta; None if it can't be paid."""
        groups = self._approvals.groups_of(option)
        purses, sizes = self._quanta[groups], self._approvals.sizes_of(option)
        poor = purses < floor - self._slack
        doubtful = ~poor if ceiling is None else ~poor & (purses <= ceiling + self._slack)
        money = self._approvals.costs[option] * self._denominator - self.exact_sum(groups[poor])
        payers = int(sizes[~poor].sum())
        broke, last = [groups[poor]], 0
        for amount, members in sorted(self._exact_amounts(groups[doubtful]).items()):
            if amount * payers > money:
                break
            weight = int(self._approvals.sizes[members].sum())
            money, payers, last = money - amount * weight, payers - weight, amount
            broke.append(members)
        if payers:
            return Price(money, payers, np.concatenate(broke))
        return None if money else Price(last, 1, np.concatenate(broke))

    def payment(self, price: Price) -> Fraction:
        """A price, as long as nothing was bought since, in units of the costs."""
        return Fraction(price.above, price.rich * self._denominator)

    def pay(self, option: int, price: Price) -> int:
        """Take an option's payment out of its supporters' purses; how many of them had more than that."""
        groups = self._approvals.groups_of(option)
        amount = self._quanta_of(price)
        self._broke[price.broke] = True
        self._quanta[price.broke] = 0
        payers = groups[~self._broke[groups]]
        if len(payers):
            self._quanta[payers] -= amount
            self._slack += 1
            self._remember(option, price)
        return int(self._approvals.sizes[payers].sum())

    def exact_sum(self, groups: Ints) -> int:
        """What the voters of these groups have together, exactly, over the common denominator."""
        solvent = groups[~self._broke[groups]]
        sizes = self._approvals.sizes[solvent]
        owners, purchases = self._paid_by(solvent)
        counts = np.bincount(purchases, weights=sizes[owners], minlength=len(self._paid)).astype(np.int64)
        spent: int = sum(map(mul, counts.tolist(), self._paid))
        return int(sizes.sum()) * self._start - spent

    def whole_units(self, option: int) -> int:
        """What an option's supporters have left together, exactly, rounded down to whole units of the costs."""
        groups = self._approvals.groups_of(option)
        about = _product(self._quanta[groups], self._approvals.sizes_of(option))
        margin = int(self._approvals.support[option]) * self._slack
        units = int(about / self._per_unit)
        if (units * self._per_unit <= about - margin) and (about + margin < (units + 1) * self._per_unit):
            return units
        return self.exact_sum(groups) // self._denominator

    def _exact_bracket(self, option: int, floor: int) -> Bracket | None:
        price = self.price(option, floor)
        if price is None:
            return None
        quanta = self._quanta_of(price)
        return _bracket(quanta, quanta + 1, self._utilities[option])

    def _exact_amounts(self, groups: Ints) -> dict[int, Ints]:
        """The groups by what each of their voters has, exactly, over the common denominator."""
        solvent = groups[~self._broke[groups]]
        amounts: dict[int, Ints] = {}
        if len(solvent) < len(groups):
            amounts[0] = groups[self._broke[groups]]
        for members, purchases in self._histories(solvent):
            amount = self._start - sum(self._paid[purchase] for purchase in purchases)
            amounts[amount] = np.concatenate([amounts[amount], members]) if amount in amounts else members
        return amounts

    def _histories(self, groups: Ints) -> list[tuple[Ints, list[int]]]:
        """Solvent groups, together where they paid for the same purchases; and these purchases, by number."""
        if not self._paid or not len(groups):
            return [(groups, [])] if len(groups) else []
        paid: NDArray[np.bool_] = np.zeros((len(groups), len(self._paid)), bool)
        paid[self._paid_by(groups)] = True
        packed = np.packbits(paid, axis=1)
        rows = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1])))[:, 0]
        _, firsts, alike = np.unique(rows, return_index=True, return_inverse=True)
        order = np.argsort(alike, kind="stable")
        parts = np.split(groups[order], np.cumsum(np.bincount(alike))[:-1])
        return [(part, np.flatnonzero(paid[row]).tolist()) for part, row in zip(parts, firsts, strict=True)]

    def _paid_by(self, groups: Ints) -> tuple[Ints, Ints]:
        """What these solvent groups paid for: the place in `groups`, and the purchase by number."""
        owners, options = self._approvals.approved_by(groups)
        purchases = self._purchase[options]
        bought = purchases >= 0
        return owners[bought], purchases[bought]

    def _quanta_of(self, price: Price) -> int:
        """A price in quanta, rounded down."""
        per_unit = self._per_unit
        return price.above * per_unit.numerator // (price.rich * self._denominator * per_unit.denominator)

    def _remember(self, option: int, price: Price) -> None:
        """Note that all who are solvent paid in full, and bring exact numbers to a denominator that fits the payment."""
        self._purchase[option] = len(self._paid)
        common = gcd(price.above, price.rich)
        factor = price.rich // common
        self._denominator *= factor
        self._start *= factor
        self._paid = [paid * factor for paid in self._paid]
        self._paid.append(price.above // common)


def _bracket(floor: int, ceiling: int, utility: int) -> Bracket:
    return Bracket(floor, ceiling, nextafter(floor / utility, 0.0), nextafter(ceiling / utility, inf))


def _product(left: Floats, right: Floats) -> int:
    """The scalar product of whole numbers, exact. A long one is not left to BLAS, whose threads cost more than they save."""
    return int(left.dot(right) if len(left) <= SHORT else np.einsum("i,i", left, right))
