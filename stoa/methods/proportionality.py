"""Whether an agenda is proportional: for every option left out and every group of its supporters, one who has enough.

A group of t supporters of an option that costs c deserves it when their part of the capacity, t/n of it, pays for it
and not all of its members have had their part's worth already. The audit finds every option for which such a group
exists. What equal shares buys with the true capacity always passes; with costs all alike this is EJR+ (Brill and Peters,
EC 2023).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stoa.methods.approvals import Approvals, Ints


@dataclass(frozen=True)
class Violation:
    """An option that was left out, and the size of the largest group that was denied it."""

    option: str
    supporters: int


def audit(
    ballots: Sequence[Iterable[str]],
    costs: Mapping[str, int],
    capacity: int,
    selected: Collection[str],
    *,
    utility: str = "cost",
) -> tuple[Violation, ...]:
    """The violations of proportionality by `selected`, in the order of listing; empty where there are none.

    For p left out, S among its supporters, u(i) what voter i counts the selected for and u(p) what p counts for (its
    cost, or 1 with utility "cardinality"), some i in S must have (u(i) + u(p)) · c(p) · n > |S| · capacity · u(p).
    """
    approvals = Approvals.of(ballots, costs)
    places = {option: place for place, option in enumerate(approvals.options)}
    return violations(approvals, capacity, {places[option] for option in selected}, utility=utility)


def violations(
    approvals: Approvals, capacity: int, selected: Collection[int], *, utility: str
) -> tuple[Violation, ...]:
    """As `audit`, for ballots that were read already; options by their place. Linear in the number of approvals."""
    by_cost = utility == "cost"
    enjoyed = np.zeros(len(approvals.sizes), np.int64)
    for option in selected:
        enjoyed[approvals.groups_of(option)] += approvals.costs[option] if by_cost else 1
    found = []
    for option in set(range(len(approvals.options))).difference(selected):
        denied = _largest_denied(approvals, capacity, option, enjoyed, by_cost=by_cost)
        if denied:
            found.append((option, denied))
    return tuple(Violation(approvals.options[option], denied) for option, denied in sorted(found))


def _largest_denied(approvals: Approvals, capacity: int, option: int, enjoyed: Ints, *, by_cost: bool) -> int:
    """How many supporters the largest group has that was denied the option; 0 where none was.

    The group of size t to look at is that of the t supporters who have least.
    """
    cost, voters = approvals.costs[option], approvals.voters
    support = int(approvals.support[option])
    if cost > capacity or not support:
        return 0
    gain = cost if by_cost else 1
    groups = approvals.groups_of(option)
    # Whoever has more than all supporters together could claim is in no such group: mostly all of them.
    groups = groups[enjoyed[groups] <= support * capacity // voters // (1 if by_cost else cost) - gain]
    groups = groups[np.argsort(enjoyed[groups], kind="stable")]
    size = np.cumsum(approvals.sizes[groups])
    # t · capacity // n without leaving int64
    part = size * (capacity // voters) + size * (capacity % voters) // voters
    denied = size[enjoyed[groups] + gain <= (part if by_cost else part // cost)]
    return int(denied[-1]) if len(denied) else 0
