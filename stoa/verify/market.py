"""One run of equal shares in exact whole numbers: who can pay what, and which option is bought next.

Voters who have paid for the same options share one *pocket*, and every amount is a whole number over one common
denominator, so that nothing is ever rounded. Floating numbers say only what is far from a tie.
"""

import heapq
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from hashlib import sha256
from math import gcd, inf

_ROUNDING = 2.0**-52
_JUST_UNDER = 1 - 2.0**-50


@dataclass(frozen=True)
class Contest:
    """What a count needs: options by number, in the order in which ties fall. Voters are numbered as their ballots."""

    ids: list[str]
    costs: list[int]
    utilities: list[int]
    supporters: list[list[int]]
    voters: int
    capacity: int

    @property
    def share(self) -> Fraction:
        """What everyone begins with: an equal part of the capacity."""
        return Fraction(self.capacity, self.voters) if self.voters else Fraction(0)

    @property
    def step(self) -> Fraction:
        """By how much one raise lifts everyone's share."""
        if not self.voters:
            return Fraction(0)
        if self.capacity < 10 * self.voters:
            return Fraction(max(1, self.capacity // 100), self.voters)
        return Fraction(max(1, self.capacity // (1000 * self.voters)))

    @property
    def backed(self) -> list[int]:
        """The options that somebody approves: only these are ever chosen."""
        return [option for option, backers in enumerate(self.supporters) if backers]

    def cost(self, options: list[int]) -> int:
        """What these options cost together."""
        return sum(self.costs[option] for option in options)


def contest_of(
    options: dict[str, int], ballots: list[list[str]], capacity: int, *, utility: str, seed: bytes
) -> Contest:
    """Number the options by how ties fall among them, and find who supports each."""
    ids = sorted(options, key=lambda option: sha256(seed + option.encode()).digest())
    number = {option: place for place, option in enumerate(ids)}
    supporters: list[list[int]] = [[] for _ in ids]
    for voter, approved in enumerate(ballots):
        for option in approved:
            supporters[number[option]].append(voter)
    costs = [options[option] for option in ids]
    utilities = costs if utility == "cost" else [1] * len(costs)
    return Contest(ids, costs, utilities, supporters, len(ballots), capacity)


@dataclass(frozen=True)
class Round:
    """One purchase: what it cost a supporter at most, and how many supporters had more than that."""

    option: int
    payment: Fraction
    full: int


@dataclass(frozen=True)
class Price:
    """What an option costs each supporter who can pay in full, exactly: `rest` / `payers` parts of the common unit."""

    option: int
    rest: int
    payers: int
    utility: int


def _order(one: Price, other: Price) -> int:
    """Below 0 where `one` is bought before `other`: cheaper for a unit of utility, or first among ties."""
    ours, theirs = one.rest * other.payers * other.utility, other.rest * one.payers * one.utility
    return one.option - other.option if ours == theirs else -1 if ours < theirs else 1


class Pockets:
    """What everyone has, exactly: whole numbers over one common denominator, `unit`, that grows with each payment.

    `cash` is the same as floating numbers, each rounded once and never reckoned with further.
    """

    def __init__(self, contest: Contest, each: Fraction) -> None:
        self._contest = contest
        self.unit = each.denominator
        self._held = [(0, 1), (each.numerator, each.denominator)]
        self._pocket = [1] * contest.voters
        self.cash = [float(each)] * contest.voters

    def price(self, option: int) -> Price | None:
        """The exact price of an option; None where its supporters have too little together."""
        backers = self._contest.supporters[option]
        sizes = Counter(map(self._pocket.__getitem__, backers))
        amounts = {pocket: self._amount(pocket) for pocket in sizes}
        rest, payers = self._contest.costs[option] * self.unit, len(backers)
        for pocket in sorted(sizes, key=amounts.__getitem__):
            if rest <= amounts[pocket] * payers:
                return Price(option, rest, payers, self._contest.utilities[option])
            rest -= amounts[pocket] * sizes[pocket]
            payers -= sizes[pocket]
        return None

    def pay(self, price: Price) -> Round:
        """Let every supporter pay the price, or all they have."""
        common = gcd(price.rest, price.payers)
        amount = price.rest // common
        self.unit *= price.payers // common
        moved: dict[int, tuple[int, float]] = {}
        full = 0
        for voter in self._contest.supporters[price.option]:
            pocket = self._pocket[voter]
            if pocket not in moved:
                moved[pocket] = self._pocket_with(self._amount(pocket) - amount)
            self._pocket[voter], self.cash[voter] = moved[pocket]
            full += moved[pocket][0] > 0
        return Round(price.option, Fraction(amount, self.unit), full)

    def left(self, option: int) -> Fraction:
        """What the supporters of an option have left together."""
        sizes = Counter(map(self._pocket.__getitem__, self._contest.supporters[option]))
        return Fraction(sum(self._amount(pocket) * size for pocket, size in sizes.items()), self.unit)

    def _amount(self, pocket: int) -> int:
        """What is in a pocket, over the present unit. Amounts are brought to it only when they are looked at."""
        number, unit = self._held[pocket]
        if unit != self.unit:
            number *= self.unit // unit
            self._held[pocket] = number, self.unit
        return number

    def _pocket_with(self, number: int) -> tuple[int, float]:
        """A new pocket and its amount as a floating number; whoever has nothing left has pocket 0."""
        if number <= 0:
            return 0, 0.0
        self._held.append((number, self.unit))
        return len(self._held) - 1, number / self.unit


class Market:
    """One count in progress: which options wait to be bought, and what everyone still has.

    A price never falls while money is spent. So an option waits under the least that its price can be, and only those
    that may be the cheapest are priced again; one that its supporters can't pay now they can never pay. Floating
    numbers with proven bounds decide what is clear, `Pockets` what is close.
    """

    def __init__(self, contest: Contest, each: Fraction) -> None:
        self._contest = contest
        self.pockets = Pockets(contest, each)
        self._waiting = [
            (cost / (utility * len(voters)) * _JUST_UNDER, option)
            for option, (cost, utility, voters) in enumerate(
                zip(contest.costs, contest.utilities, contest.supporters, strict=True)
            )
            if cost <= each * len(voters)
        ]
        heapq.heapify(self._waiting)

    def buy(self) -> Round | None:
        """Buy the next option; None where nothing can be paid."""
        limit = inf
        found: list[tuple[float, int]] = []
        while self._waiting and self._waiting[0][0] <= limit:
            least, option = heapq.heappop(self._waiting)
            bounds = self._bounds(option, least, limit)
            if bounds:
                found.append((bounds[0], option))
                limit = min(limit, bounds[1])
        best = self._first([option for least, option in found if least <= limit])
        for least, option in found:
            if best and option != best.option:
                heapq.heappush(self._waiting, (least, option))
        return self.pockets.pay(best) if best else None

    def _first(self, options: list[int]) -> Price | None:
        """Of these options, which can all be paid, the one to be bought next."""
        prices = [price for option in options if (price := self.pockets.price(option))]
        return min(prices, key=cmp_to_key(_order), default=None)

    def _bounds(self, option: int, least: float, limit: float) -> tuple[float, float] | None:
        """Between which numbers the price for a unit of utility lies; None if it can't be paid any more.

        It is known not to be below `least`, and of no interest above `limit`: then the upper bound is infinite.
        The sum of min(cash, price) over m supporters is off by less than m + 3 roundings of the cost, and rises by at
        least 1 with the price as long as one of them can pay in full. So the price is off by no more than that.
        """
        cost, utility = self._contest.costs[option], self._contest.utilities[option]
        purses = list(map(self.pockets.cash.__getitem__, self._contest.supporters[option]))
        off = (len(purses) + 3) * cost * _ROUNDING
        money = sum(purses)
        if money < cost - off:
            return None
        if money > cost + off:
            ceiling = limit * utility / _JUST_UNDER + off
            price = _level(purses, cost, least * utility, ceiling)
            if price > ceiling:
                return (price - off) / utility * _JUST_UNDER, inf
        else:
            exact = self.pockets.price(option)
            if exact is None:
                return None
            price = exact.rest / (exact.payers * self.pockets.unit)
        return (price - off) / utility * _JUST_UNDER, (price + off) / utility / _JUST_UNDER


def _level(purses: list[float], cost: int, price: float, limit: float) -> float:
    """The price at which purses yield the cost, begun from one that is too low; or one too low, yet above the limit.

    The yield is concave in the price, so each step from below stays below and leaves fewer purses to look at.
    """
    rest = float(cost)
    while purses:
        rest -= sum([purse for purse in purses if purse <= price])
        purses = [purse for purse in purses if purse > price]
        higher = rest / max(1, len(purses))
        if higher <= price or price > limit:
            break
        price = higher
    return price
