"""Checks a result's certificate against ballots and costs, step by step as docs/equal-shares.md says, in fractions."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tests.methods.exact_shares import step, tie_order


class Checker:
    """One vote, from which a result is said to follow."""

    def __init__(
        self,
        ballots: Sequence[Iterable[str]],
        costs: Mapping[str, int],
        capacity: int,
        utility: str,
        seed: bytes | None,
    ) -> None:
        self.ballots = [set(ballot) for ballot in ballots]
        self.costs = costs
        self.capacity = capacity
        self.utility = {option: cost if utility == "cost" else 1 for option, cost in costs.items()}
        self.rank = {option: rank for rank, option in enumerate(tie_order(costs, seed))}
        self.backers = {o: [v for v, ballot in enumerate(self.ballots) if o in ballot] for o in costs}

    def check(self, result: Mapping[str, Any]) -> None:
        """AssertionError unless the result follows, as far as a certificate can show."""
        certificate = result["certificate"]
        raising, base, final, beyond = (certificate[key] for key in ("raising", "base", "final", "beyond"))
        share = Fraction(self.capacity, len(self.ballots)) if self.ballots else Fraction(0)
        lift = step(self.capacity, len(self.ballots)) if self.ballots else Fraction(0)
        raises = raising["raises"] if raising else 0
        assert certificate["voters"] == len(self.ballots)
        assert Fraction(base["share"]) == share
        self.check_left(self.check_run(base, ends=True), base, certificate["left"])
        assert (final is None) == (raises == 0)
        decides = base
        if final:
            assert Fraction(final["share"]) == share + raises * lift
            self.check_run(final, ends=True)
            decides = final
        assert decides["cost"] <= self.capacity
        if beyond:
            assert Fraction(beyond["share"]) == share + (raises + 1) * lift
            self.check_run(beyond, ends=False)
            assert beyond["cost"] > self.capacity
        if raising:
            assert Fraction(raising["step"]) == lift
            self.check_end(raising["ended"], decides, beyond)
        self.check_outcome(result, base, decides)

    def check_run(self, run: Mapping[str, Any], *, ends: bool) -> list[Fraction]:
        """What the voters have left after a run that was checked round by round."""
        purse = [Fraction(run["share"])] * len(self.ballots)
        waiting = list(self.costs)
        for bought in run["rounds"]:
            option = bought["id"]
            waiting.remove(option)
            by_wealth = sorted(self.backers[option], key=lambda v: purse[v])
            poor, full = by_wealth[: len(by_wealth) - bought["full"]], by_wealth[len(by_wealth) - bought["full"] :]
            given = sum((purse[v] for v in poor), Fraction(0))
            amount = (self.costs[option] - given) / len(full) if full else purse[poor[-1]]
            assert all(purse[v] <= amount for v in poor)
            assert all(purse[v] > amount for v in full)
            assert given + amount * len(full) == self.costs[option]
            assert Fraction(bought["payment"]) <= amount < Fraction(bought["payment"]) + Fraction(1, 10**12)
            for other in waiting:
                self.check_dearer(other, amount * self.utility[other] / self.utility[option], purse, option)
            for v in self.backers[option]:
                purse[v] -= min(purse[v], amount)
        assert run["cost"] == sum(self.costs[bought["id"]] for bought in run["rounds"])
        for other in waiting if ends else []:
            assert sum(purse[v] for v in self.backers[other]) < self.costs[other]
        return purse

    def check_dearer(self, other: str, limit: Fraction, purse: list[Fraction], bought: str) -> None:
        """That `other` could not be bought for less than the limit, nor for it if it comes first in ties."""
        given = sum(min(purse[v], limit) for v in self.backers[other])
        assert given <= self.costs[other]
        if given == self.costs[other]:
            assert self.rank[bought] < self.rank[other]
            assert max(purse[v] for v in self.backers[other]) >= limit

    def check_left(self, purse: list[Fraction], base: Mapping[str, Any], left: Mapping[str, int]) -> None:
        """That the base run is priceable, with these rests."""
        bought = {each["id"] for each in base["rounds"]}
        assert left == {o: int(sum(purse[v] for v in self.backers[o])) for o in self.costs if o not in bought}
        assert all(rest < self.costs[option] for option, rest in left.items())
        assert base["cost"] <= self.capacity

    def check_end(self, ended: str, decides: Mapping[str, Any], beyond: Mapping[str, Any] | None) -> None:
        """That raising ended for the reason given."""
        wanted = [option for option in self.costs if self.backers[option]]
        bought = {each["id"] for each in decides["rounds"]}
        room = [o for o in wanted if o not in bought and decides["cost"] + self.costs[o] <= self.capacity]
        all_fit = sum(self.costs[option] for option in wanted) <= self.capacity
        assert (ended == "all-fit") == all_fit
        assert (ended == "overspends") == (beyond is not None)
        assert all_fit or (ended == "nothing-fits") == (not room)

    def check_outcome(self, result: Mapping[str, Any], base: Mapping[str, Any], decides: Mapping[str, Any]) -> None:
        """That phases, order and cost are those of the runs, and what was added by approvals follows the rule."""
        in_base = {each["id"] for each in base["rounds"]}
        phase = {each["id"]: "mes" if each["id"] in in_base else "add1" for each in decides["rounds"]}
        spent = decides["cost"]
        if result["certificate"]["raising"]:
            for option in sorted(self.costs, key=lambda o: (-len(self.backers[o]), self.rank[o])):
                if option not in phase and self.backers[option] and spent + self.costs[option] <= self.capacity:
                    phase[option] = "utilitarian"
                    spent += self.costs[option]
        assert list(result["phase"].items()) == list(phase.items())
        assert result["selected"] == list(phase)
        assert result["certificate"]["utilitarian"] == [o for o, word in phase.items() if word == "utilitarian"]
        assert (result["cost"], result["budget"]) == (spent, self.capacity)
