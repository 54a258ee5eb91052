"""Voters' money in one run of equal shares, exactly: settled when it is asked for, over one common denominator.

A voter who is not broke has paid the full payment of every option bought that they approve, so the share and these
payments say what is left. Whoever is broke has paid all of it. No choice ever rests on a rounded number.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from operator import mul

import numpy as np
from numpy.typing import NDArray

from stoa.methods.approvals import Approvals, Ints

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Price:
    """The exact payment for an option, `above` / `rich` over the denominator of its moment, and whom it leaves broke.

    `rich` voters pay it and have something left; `broke` are groups.
    """

    above: int
    rich: int
    broke: Ints


@dataclass(frozen=True)
class Purchase:
    """An option (by its place in the listing) that was bought, its payment `above` / `below`, and how many had more.

    These `full` supporters paid the payment and had something left; the others paid all they had.
    """

    option: int
    above: int
    below: int
    full: int

    @property
    def payment(self) -> Fraction:
        """The payment in units of the costs."""
        return Fraction(self.above, self.below)


class ExactPurses:
    """The exact course of a run that began with `share` for every voter."""

    def __init__(self, approvals: Approvals, share: Fraction) -> None:
        self._approvals = approvals
        self._denominator, self._start = share.denominator, share.numerator
        self._paid: list[int] = []
        self._settled: list[Purchase] = []
        self._waiting: list[tuple[int, int]] = []
        self._number = np.full(len(approvals.costs), NEVER)
        self._broke_at = np.full(len(approvals.sizes), NEVER)

    def note(self, option: int, poor: Ints) -> None:
        """Note a purchase that leaves exactly these of the option's groups without money, and somebody else with some.

        What it costs each is found out later.
        """
        full = int(self._approvals.support[option] - self._approvals.sizes[poor].sum())
        number = len(self._settled) + len(self._waiting)
        self._broke_at[poor] = np.minimum(self._broke_at[poor], number)
        self._number[option] = number
        self._waiting.append((option, full))

    def price(self, option: int, poor: Ints, doubtful: Ints) -> Price | None:
        """The exact payment, knowing that `poor` have no more than it and all but these and `doubtful` more; None if none."""
        self._settle()
        money = self._approvals.costs[option] * self._denominator - self.sum(poor)
        payers = int(self._approvals.support[option] - self._approvals.sizes[poor].sum())
        broke, last = [poor], 0
        for amount, members in sorted(self._amounts(doubtful).items()):
            if amount * payers > money:
                break
            weight = int(self._approvals.sizes[members].sum())
            money, payers, last = money - amount * weight, payers - weight, amount
            broke.append(members)
        if payers:
            return Price(money, payers, np.concatenate(broke))
        return None if money else Price(last, 1, np.concatenate(broke))

    def quanta(self, price: Price, scale: int) -> int:
        """A price times 2^scale, rounded down."""
        below = price.rich * self._denominator
        return (price.above << max(scale, 0)) // (below << max(-scale, 0))

    def pay(self, option: int, price: Price) -> None:
        """Take an option's payment out of its supporters' purses."""
        number = len(self._settled)
        self._broke_at[price.broke] = np.minimum(self._broke_at[price.broke], number)
        self._number[option] = number
        groups = self._approvals.groups_of(option)
        full = int(self._approvals.sizes[groups[self._broke_at[groups] == NEVER]].sum())
        self._enter(option, price.above, price.rich, full)

    def purchases(self) -> tuple[Purchase, ...]:
        """All that was bought, in order."""
        self._settle()
        return tuple(self._settled)

    def sum(self, groups: Ints) -> int:
        """What the voters of these groups have together, over the common denominator."""
        self._settle()
        solvent = groups[self._broke_at[groups] == NEVER]
        sizes = self._approvals.sizes[solvent]
        owners, numbers = self._paid_by(solvent)
        counts = np.bincount(numbers, weights=sizes[owners], minlength=len(self._paid)).astype(np.int64)
        spent: int = sum(map(mul, counts.tolist(), self._paid))
        return int(sizes.sum()) * self._start - spent

    def whole_units(self, option: int) -> int:
        """What an option's supporters have left together, rounded down to whole units of the costs."""
        return self.sum(self._approvals.groups_of(option)) // self._denominator

    def _settle(self) -> None:
        """Find the payments of all purchases that were noted: the rest of the cost after what those had who became broke."""
        if not self._waiting:
            return
        first, waiting = len(self._settled), self._waiting
        self._waiting = []
        voters, paid_before = self._broken(first, first + len(waiting))
        for (option, full), count, before in zip(waiting, voters.tolist(), paid_before.tolist(), strict=True):
            spent: int = sum(map(mul, before, self._paid))
            self._enter(
                option, self._approvals.costs[option] * self._denominator - count * self._start + spent, full, full
            )

    def _broken(self, first: int, end: int) -> tuple[Ints, Ints]:
        """By purchase from `first` on: how many voters it left broke, and how many of them had paid for each before."""
        groups = np.flatnonzero((self._broke_at >= first) & (self._broke_at < end))
        at, sizes = self._broke_at[groups] - first, self._approvals.sizes[groups]
        owners, numbers = self._paid_by(groups)
        before = numbers < at[owners] + first
        owners, numbers = owners[before], numbers[before]
        rows = end - first
        counts = np.bincount(at[owners] * end + numbers, weights=sizes[owners], minlength=rows * end)
        voters = np.bincount(at, weights=sizes, minlength=rows)
        return voters.astype(np.int64), counts.reshape(rows, end).astype(np.int64)

    def _enter(self, option: int, above: int, rich: int, full: int) -> None:
        """Enter a payment of `above` / `rich`, and bring all numbers to a denominator that fits it."""
        common = gcd(above, rich)
        factor = rich // common
        self._denominator *= factor
        self._start *= factor
        self._paid = [paid * factor for paid in self._paid]
        self._paid.append(above // common)
        self._settled.append(Purchase(option, above // common, self._denominator, full))

    def _amounts(self, groups: Ints) -> dict[int, Ints]:
        """The groups by what each of their voters has, over the common denominator."""
        solvent = groups[self._broke_at[groups] == NEVER]
        amounts: dict[int, Ints] = {}
        if len(solvent) < len(groups):
            amounts[0] = groups[self._broke_at[groups] < NEVER]
        for members, numbers in self._histories(solvent):
            amount = self._start - sum(self._paid[number] for number in numbers)
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
        """What these groups approve that was bought: the place in `groups`, and the purchase by number."""
        owners, options = self._approvals.approved_by(groups)
        numbers = self._number[options]
        bought = numbers < NEVER
        return owners[bought], numbers[bought]
