"""Equal shares as its definition says it, in fractions and plain loops: the reference that the fast one must equal."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256

Ballots = Sequence[Iterable[str]]


def tie_order(options: Iterable[str], seed: bytes | None) -> list[str]:
    listed = list(options)
    return listed if seed is None else sorted(listed, key=lambda option: sha256(seed + option.encode()).digest())


def payment(purses: list[tuple[Fraction, int]], cost: int) -> Fraction | None:
    """The least amount such that supporters who pay it, or all they have, pay the cost; purses with how many have each."""
    rest, waiting = Fraction(cost), sum(count for _, count in purses)
    for purse, count in sorted(purses):
        if purse * waiting >= rest:
            return rest / waiting
        rest -= purse * count
        waiting -= count
    return None


def run(
    ballots: Ballots, costs: Mapping[str, int], share: Fraction, utility: str, seed: bytes | None
) -> list[tuple[str, Fraction]]:
    order = tie_order(costs, seed)
    supporters = {option: [v for v, ballot in enumerate(ballots) if option in ballot] for option in order}
    # Voters who paid for the same options have the same left: purse number -> amount, voter -> purse number.
    left, purse = [share], [0] * len(ballots)
    bought: list[tuple[str, Fraction]] = []
    while True:
        best: tuple[Fraction, str, Fraction] | None = None
        for option in order:
            counts = Counter(purse[v] for v in supporters[option])
            amount = payment([(left[number], count) for number, count in counts.items()], costs[option])
            if amount is None:
                continue
            price = amount / (costs[option] if utility == "cost" else 1)
            if best is None or price < best[0]:
                best = (price, option, amount)
        if best is None:
            return bought
        _, option, amount = best
        moved: dict[int, int] = {}
        for v in supporters.pop(option):
            if purse[v] not in moved:
                moved[purse[v]] = len(left)
                left.append(left[purse[v]] - min(left[purse[v]], amount))
            purse[v] = moved[purse[v]]
        order.remove(option)
        bought.append((option, amount))


def step(budget: int, voters: int) -> Fraction:
    if budget < 10 * voters:
        return Fraction(max(1, budget // 100), voters)
    return Fraction(max(1, budget // (1000 * voters)))


def choose(  # noqa: C901  # the whole rule in one place
    ballots: Ballots,
    costs: Mapping[str, int],
    budget: int,
    *,
    utility: str = "cost",
    completion: str = "add1u",
    seed: bytes | None = None,
) -> dict[str, str]:
    """The chosen options in order, each with its phase."""
    lists = [set(ballot) for ballot in ballots]
    approvals = {option: sum(option in ballot for ballot in lists) for option in costs}
    wanted = [option for option in costs if approvals[option]]

    def bought(raises: int) -> list[str]:
        if not lists:
            return []
        share = Fraction(budget, len(lists)) + raises * step(budget, len(lists))
        return [option for option, _ in run(lists, costs, share, utility, seed)]

    def cost(chosen: Iterable[str]) -> int:
        return sum(costs[option] for option in chosen)

    base = chosen = bought(0)
    if completion == "add1u" and cost(wanted) > budget:
        raises = 0
        while any(o not in chosen and cost(chosen) + costs[o] <= budget for o in wanted) and raises < 10_000:
            raises += 1
            following = bought(raises)
            if cost(following) > budget:
                break
            chosen = following
    phase = {option: "mes" if option in base else "add1" for option in chosen}
    if completion == "add1u":
        for option in sorted(tie_order(wanted, seed), key=lambda o: -approvals[o]):
            if option not in phase and cost(phase) + costs[option] <= budget:
                phase[option] = "utilitarian"
    return phase
