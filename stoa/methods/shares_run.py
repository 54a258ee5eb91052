"""One run of the Method of Equal Shares (Peters and Skowron 2020; Peters, Pierczyński and Skowron 2021), exactly.

Every voter begins with the same share. Again and again, the option that its supporters can buy at the lowest payment
per unit of utility is bought: each pays that payment or, if they have less, all they have. Ties go by rank.

Payments only rise while purses shrink, so an option's last known payment bounds its next one from below: options wait
in a heap by that bound and are looked at only when they might be next.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, nextafter

from stoa.methods.approvals import Approvals
from stoa.methods.purses import FINEST, Bracket, Price, Purses


@dataclass(frozen=True)
class Purchase:
    """An option (by its place in the listing) that was bought, the payment, and how many supporters had more than that.

    These paid the payment and had something left; the other supporters paid all they had.
    """

    option: int
    payment: Fraction
    full: int


@dataclass(frozen=True)
class Run:
    """What was bought with this share for every voter, in order; `overspent` where that ended by passing the limit."""

    share: Fraction
    purchases: tuple[Purchase, ...]
    cost: int
    overspent: bool
    purses: Purses
    """What the voters have left."""

    @property
    def bought(self) -> tuple[int, ...]:
        """The options bought, in order."""
        return tuple(purchase.option for purchase in self.purchases)


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
    market = _Market(approvals, utilities, ranks, Purses(approvals, utilities, share, quanta))
    purchases: list[Purchase] = []
    cost = 0
    while cost <= limit and (purchase := market.buy()) is not None:
        purchases.append(purchase)
        cost += approvals.costs[purchase.option]
    return Run(share, tuple(purchases), cost, cost > limit, market.purses)


class _Market:
    """The options still for sale and the voters' purses."""

    def __init__(self, approvals: Approvals, utilities: tuple[int, ...], ranks: Sequence[int], purses: Purses) -> None:
        self._approvals = approvals
        self._utilities = utilities
        self._ranks = ranks
        self.purses = purses
        self._floors: dict[int, int] = {}
        self._heap: list[tuple[float, int]] = []
        for option, (cost, support) in enumerate(zip(approvals.costs, approvals.support.tolist(), strict=True)):
            if support * purses.share.numerator >= cost * purses.share.denominator:
                self._floors[option] = self.purses.first_floor(option)
                low = nextafter(self._floors[option] / utilities[option], 0.0)
                self._heap.append((low, option))
        heapq.heapify(self._heap)

    def buy(self) -> Purchase | None:
        """Let the voters buy the next option; None where they can't pay any."""
        finalists = self._finalists()
        if not finalists:
            return None
        option, price = self._best(finalists)
        payment = self.purses.payment(price)
        return Purchase(option, payment, self.purses.pay(option, price))

    def _finalists(self) -> dict[int, Bracket]:
        """Take out of the heap the options whose payments might be the lowest."""
        found: dict[int, Bracket] = {}
        best = inf
        while self._heap and self._heap[0][0] <= best:
            option = heapq.heappop(self._heap)[1]
            bracket = self.purses.bracket(option, self._floors[option], best)
            if bracket is not None:
                found[option] = bracket
                self._floors[option] = bracket.floor
                best = min(best, bracket.high)
        for option in [option for option, bracket in found.items() if bracket.low > best]:
            heapq.heappush(self._heap, (found.pop(option).low, option))
        return found

    def _best(self, finalists: dict[int, Bracket]) -> tuple[int, Price]:
        """The option with the lowest payment per utility, exactly, and by rank among equals; the others wait on."""
        prices = {option: self._price(option, bracket) for option, bracket in finalists.items()}
        best = next(iter(prices))
        for option, price in prices.items():
            # above / (rich · utility), compared crosswise
            ours = price.above * prices[best].rich * self._utilities[best]
            theirs = prices[best].above * price.rich * self._utilities[option]
            if (ours, self._ranks[option]) < (theirs, self._ranks[best]):
                best = option
        for option, bracket in finalists.items():
            if option != best:
                heapq.heappush(self._heap, (bracket.low, option))
        return best, prices[best]

    def _price(self, option: int, bracket: Bracket) -> Price:
        price = self.purses.price(option, bracket.floor, bracket.ceiling)
        if price is None:
            raise AssertionError("An option with a bracket can be paid: a bracket's upper end is proved.")
        return price
