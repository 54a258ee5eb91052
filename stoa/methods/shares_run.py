"""Runs of the Method of Equal Shares (Peters and Skowron 2020; Peters, Pierczyński and Skowron 2021), exactly.

Every voter begins with the same share. Again and again, the option that its supporters can buy at the lowest payment
per unit of utility is bought: each pays that payment or, if they have less, all they have. Ties go by rank.

Payments only rise while purses shrink, so an option's last known payment bounds its next one from below: options wait
by that bound and are looked at, several at a time, only when they might be next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

import numpy as np
from numpy.typing import NDArray

from stoa.methods.approvals import Approvals, Ints, Parted, Supporters
from stoa.methods.exact_purses import ExactPurses, Price, Purchase
from stoa.methods.purses import FINEST, Floats, Purses

AT_FIRST = 6
AT_ONCE = 64
NONE = -1
UNDER, OVER = 1 - 2.0**-50, 1 + 2.0**-50


@dataclass(frozen=True)
class Run:
    """What was bought with this share for every voter, in order; `overspent` where that ended by passing the limit."""

    share: Fraction
    bought: tuple[int, ...]
    cost: int
    overspent: bool
    purses: Purses
    """What the voters have left, about."""
    exact: ExactPurses
    """The same exactly, and what they paid."""

    @property
    def purchases(self) -> tuple[Purchase, ...]:
        """What was bought with its exact payments."""
        return self.exact.purchases()

    def left(self) -> list[int]:
        """What each option's supporters have left together, in whole units of the costs, rounded down."""
        clear = self.purses.whole_units()
        return [self.exact.whole_units(option) if units is None else units for option, units in enumerate(clear)]


def equal_shares_run(
    approvals: Approvals,
    *,
    utilities: tuple[int, ...],
    ranks: Sequence[int],
    share: Fraction,
    limit: int,
    quanta: int = FINEST,
) -> Run:
    """Run equal shares with `share` for every voter, in units of the costs.

    `utilities[j]` is what each supporter of option j counts it for, `ranks[j]` its rank in ties (the lowest wins). The
    run ends with the purchase that takes the cost above `limit`. `quanta` changes the speed, never the outcome.
    """
    purses, exact = Purses(approvals, share, share, quanta), ExactPurses(approvals, share)
    market = _Market(approvals, utilities, purses)
    bought: list[int] = []
    cost = 0
    while cost <= limit and len(finalists := market.finalists()):
        option = market.buy(finalists, exact, ranks)
        if option is not None:
            bought.append(option)
            cost += approvals.costs[option]
    return Run(share, tuple(bought), cost, cost > limit, purses, exact)


@dataclass(frozen=True)
class Common:
    """What all runs with a share within two bounds certainly buy first, in order, and what it costs.

    `done`: that this is all they buy. `floors` says, before each purchase and after the last, what payments are at least.
    """

    bought: tuple[int, ...]
    cost: int
    done: bool
    floors: tuple[Floats, ...]


NOTHING = Common((), 0, False, ())


def common_run(
    approvals: Approvals,
    parted: Parted,
    *,
    utilities: tuple[int, ...],
    ranks: Sequence[int],
    least: Fraction,
    most: Fraction,
    limit: int,
    wider: Common = NOTHING,
    above: Common = NOTHING,
) -> Common:
    """What every run with a share from `least` to `most` buys, as far as it is certain that they all buy the same.

    It may be uncertain though they do, never the other way round. As long as only options of `parted` are bought, its
    classes of voters are reckoned with. `wider` is what is common within wider bounds, `above` what greater shares buy:
    as long as the same was bought before, payments can't be less than theirs.
    """
    market = _Market(parted.classes, utilities, Purses(parted.classes, least, most))
    bought: list[int] = []
    floors: list[Floats] = []
    cost, coarse, same = 0, True, True
    while cost <= limit:
        place = len(bought)
        if same and place < len(above.floors):
            market.heed(above.floors[place])
        if place < len(wider.floors):
            market.heed(wider.floors[place])
        expected = above.bought[place] if place < len(above.bought) else None
        if place < len(wider.bought):
            option = market.look_at(wider.bought[place])
        else:
            finalists = market.finalists(expected)
            option = market.clear_one(finalists, ranks) if len(finalists) else NONE
        floors.append(market.floors.copy())
        if option is None or option == NONE:
            return Common(tuple(bought), cost, option is not None, tuple(floors))
        if coarse and option not in parted.options:
            market.purses.spread(approvals, parted.of)
            coarse = False
        market.buy_at(option)
        same = same and option == expected
        bought.append(option)
        cost += approvals.costs[option]
    return Common(tuple(bought), cost, True, tuple(floors))


class _Market:
    """The options still for sale, what their payments are at least (`floors`), and the voters' purses."""

    def __init__(self, supporters: Supporters, utilities: tuple[int, ...], purses: Purses) -> None:
        self._supporters = supporters
        self._whole = utilities
        self._utilities = np.array([float(utility) for utility in utilities])
        self.purses = purses
        self.floors = purses.first_floors()
        self._ceilings = np.full(len(utilities), inf)
        self._lows = self.floors / self._utilities * UNDER

    def finalists(self, guess: int | None = None) -> Ints:
        """The options that may be bought next: none of the others can be as cheap. Payments per utility decide.

        `guess`: one to look at first.
        """
        fresh: NDArray[np.bool_] = np.zeros(len(self._lows), bool)
        best, most = inf, AT_FIRST
        if guess is not None and self._lows[guess] < inf:
            self.look_at(guess)
            self._lows[guess] = self.floors[guess] / self._utilities[guess] * UNDER
            fresh[guess], best, most = True, self._high(guess, inf), AT_ONCE
        while len(waiting := ((self._lows <= best) & (self._lows < inf) & ~fresh).nonzero()[0]):
            if len(waiting) > most:
                waiting = waiting[np.argpartition(self._lows[waiting], most)[:most]]
            self._look(waiting, best)
            fresh[waiting] = True
            nearest = int(waiting[self._lows[waiting].argmin()])
            best, most = min(best, self._high(nearest, best)), AT_ONCE
        found: Ints = (fresh & (self._lows <= best) & (self._lows < inf)).nonzero()[0]
        if len(found) > 1:
            best = min(best, *(self._high(int(option), inf) for option in found))
            found = found[self._lows[found] <= best]
        return found

    def look_at(self, option: int) -> int | None:
        """Find what an option costs its supporters; None where it perhaps can't be paid."""
        self.floors[option] = self.purses.floor(option, self.floors[option])
        self._ceilings[option] = self.purses.ceiling(option, self.floors[option])
        return option if self._ceilings[option] < inf else None

    def heed(self, floors: Floats) -> None:
        """Take over what payments are known to be at least."""
        self.floors = np.maximum(self.floors, floors)
        self._lows = np.where(self._lows < inf, self.floors / self._utilities * UNDER, inf)

    def clear_one(self, finalists: Ints, ranks: Sequence[int]) -> int | None:
        """The finalist that is certainly bought next; None where that is not certain."""
        if (self._ceilings[finalists] == inf).any():
            return None
        if len(finalists) > 1 and not all(self.purses.all_full(option, self._ceilings[option]) for option in finalists):
            return None
        # All supporters pay the same part of the cost.
        return min(map(int, finalists), key=lambda option: (self._whole_share(option), ranks[option]))

    def buy_at(self, option: int) -> None:
        """Buy an option within the bounds found for its payment."""
        self.purses.pay(option, self.floors[option], self._ceilings[option])
        self._lows[option] = inf

    def buy(self, finalists: Ints, exact: ExactPurses, ranks: Sequence[int]) -> int | None:
        """Buy the first of the finalists, found exactly where it is not clear; None where none of them can be paid."""
        option = int(finalists[0])
        if len(finalists) == 1 and self._ceilings[option] < inf:
            poor, doubtful = self.purses.sorted_out(option, self.floors[option], self._ceilings[option])
            if not len(doubtful):
                exact.note(option, poor)
                self.buy_at(option)
                return option
        prices = {int(option): self._price(int(option), exact) for option in finalists}
        self._lows[[option for option, price in prices.items() if price is None]] = inf
        payable = [(option, price) for option, price in prices.items() if price is not None]
        if not payable:
            return None
        option, price = min(payable, key=lambda each: (self._per_utility(*each), ranks[each[0]]))
        quanta = exact.quanta(price, self.purses.scale)
        self.purses.pay(option, quanta, quanta + 1)
        self.purses.empty(price.broke)
        exact.pay(option, price)
        self._lows[option] = inf
        return option

    def _look(self, options: Ints, best: float) -> None:
        """Raise the lower bounds of these options, as far as it matters beside one that is surely had for `best`."""
        worst = best * self._utilities[options] * OVER
        self.floors[options] = self.purses.floors(options, self.floors[options], worst)
        self._ceilings[options] = inf
        self._lows[options] = self.floors[options] / self._utilities[options] * UNDER

    def _high(self, option: int, best: float) -> float:
        """What an option's payment per utility is at most; not looked at where it can't be below `best`."""
        if self._lows[option] <= best and self._lows[option] < inf and self._ceilings[option] == inf:
            self._ceilings[option] = self.purses.ceiling(option, self.floors[option])
        return float(self._ceilings[option] / self._utilities[option] * OVER)

    def _whole_share(self, option: int) -> Fraction:
        """The payment per utility where all supporters have enough."""
        support = int(self._supporters.support[option])
        return Fraction(self._supporters.costs[option], support * self._whole[option])

    def _price(self, option: int, exact: ExactPurses) -> Price | None:
        poor, doubtful = self.purses.sorted_out(option, self.floors[option], self._ceilings[option])
        return exact.price(option, poor, doubtful)

    def _per_utility(self, option: int, price: Price) -> Fraction:
        """A price for a unit of utility, in a unit that all prices of one moment share."""
        return Fraction(price.above, price.rich * self._whole[option])
