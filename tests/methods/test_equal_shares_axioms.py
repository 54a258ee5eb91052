"""Equal shares' axioms: what no order, unit, clone or coarse sum may change, and which groups get their part."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.methods.equal_shares import choose, majority
from stoa.methods.proportionality import Violation, audit
from tests.methods.drawing import utilities, votes

pytestmark = pytest.mark.slow


@settings(deadline=None)
@given(votes(), utilities, st.randoms(use_true_random=False))
def test_the_order_of_voters_does_not_matter(vote, utility, chance):
    choice = choose(**vote, utility=utility)
    chance.shuffle(vote["ballots"])
    assert choose(**vote, utility=utility) == choice


@settings(deadline=None)
@given(votes(), utilities, st.integers(2, 5))
def test_cloning_every_voter_changes_nothing(vote, utility, times):
    choice = choose(**vote, utility=utility, completion="none")
    vote["ballots"] *= times
    assert choose(**vote, utility=utility, completion="none").selected == choice.selected


@settings(deadline=None)
@given(votes(), utilities, st.integers(2, 10**9))
def test_another_unit_of_cost_changes_nothing(vote, utility, factor):
    choice = choose(**vote, utility=utility, completion="none")
    vote["costs"] = {option: cost * factor for option, cost in vote["costs"].items()}
    vote["capacity"] *= factor
    assert choose(**vote, utility=utility, completion="none").selected == choice.selected


@settings(deadline=None)
@given(votes(), utilities)
def test_an_option_that_its_supporters_cannot_pay_changes_nothing(vote, utility):
    choice = choose(**vote, utility=utility, completion="none")
    share = Fraction(vote["capacity"], max(len(vote["ballots"]), 1))
    for option, cost in list(vote["costs"].items()):
        if sum(option in ballot for ballot in vote["ballots"]) * share < cost:
            del vote["costs"][option]
            vote["ballots"] = [[o for o in ballot if o != option] for ballot in vote["ballots"]]
    assert choose(**vote, utility=utility, completion="none").selected == choice.selected


@settings(deadline=None)
@given(votes(), utilities)
def test_what_equal_shares_buys_is_always_proportional(vote, utility):
    choice = choose(**vote, utility=utility, completion="none")
    assert audit(vote["ballots"], vote["costs"], vote["capacity"], choice.selected, utility=utility) == ()


def satisfied(ballots: list[list[str]], chosen: tuple[str, ...], worth: dict[str, int]) -> list[int]:
    """What each voter counts the chosen for."""
    return [sum(worth[option] for option in chosen if option in ballot) for ballot in ballots]


@settings(deadline=None, max_examples=60)
@given(votes(), utilities)
def test_every_group_that_agrees_gets_its_part_up_to_one_option(vote, utility):
    """EJR up to one option (Peters, Pierczyński and Skowron 2021): looked for in all groups and all sets of options."""
    ballots, costs, capacity = vote["ballots"], vote["costs"], vote["capacity"]
    worth = {option: cost if utility == "cost" else 1 for option, cost in costs.items()}
    choice = choose(**vote, utility=utility, completion="none")
    enjoyed = satisfied(ballots, choice.selected, worth)
    for size in range(1, len(costs) + 1):
        for wanted in combinations(costs, size):
            group = [voter for voter, ballot in enumerate(ballots) if set(wanted) <= set(ballot)]
            if sum(costs[option] for option in wanted) * len(ballots) > len(group) * capacity:
                continue
            beside = [option for option in wanted if option not in choice.selected]
            # Somebody would have as much as the whole set with at most one option more.
            assert (
                not group
                or not beside
                or any(
                    enjoyed[voter] + worth[option] >= sum(worth[each] for each in wanted)
                    for voter in group
                    for option in beside
                )
            )


@settings(deadline=None)
@given(votes(), utilities)
def test_with_costs_alike_every_base_run_is_priceable_and_holds_ejr_plus(vote, utility):
    costs = dict.fromkeys(vote["costs"], 1)
    ballots, seats = vote["ballots"], vote["capacity"]
    choice = choose(ballots, costs, seats, utility=utility, completion="none", seed=vote["seed"])
    enjoyed = satisfied(ballots, choice.selected, costs)
    for option in costs.keys() - set(choice.selected):
        for level in range(1, seats + 1):
            group = [v for v, ballot in enumerate(ballots) if option in ballot and enjoyed[v] < level]
            assert len(group) * seats < level * len(ballots) or not group
    assert all(rest < 1 for rest in choice.certificate["left"].values())


@settings(deadline=None)
@given(votes(), utilities)
def test_with_completion_nothing_that_is_approved_would_still_fit(vote, utility):
    choice = choose(**vote, utility=utility)
    approved = {option for ballot in vote["ballots"] for option in ballot}
    room = vote["capacity"] - choice.cost
    assert room >= 0
    assert all(vote["costs"][option] > room for option in approved - set(choice.selected))


@settings(deadline=None, max_examples=60)
@given(votes(), utilities, st.data())
def test_the_audit_finds_what_looking_at_every_group_finds(vote, utility, data):
    ballots, costs, capacity = vote["ballots"][:6], vote["costs"], vote["capacity"]
    selected = set(data.draw(st.lists(st.sampled_from(sorted(costs)), unique=True)))
    worth = {o: cost if utility == "cost" else 1 for o, cost in costs.items()}
    enjoyed = [sum(worth[o] for o in selected & set(ballot)) for ballot in ballots]
    found = []
    for option in costs.keys() - selected:
        backers = [v for v, ballot in enumerate(ballots) if option in ballot]
        groups = [g for size in range(1, len(backers) + 1) for g in combinations(backers, size)]
        denied = [
            len(group)
            for group in groups
            if all(
                (enjoyed[v] + worth[option]) * costs[option] * len(ballots) <= len(group) * capacity * worth[option]
                for v in group
            )
        ]
        if denied:
            found.append(Violation(option, max(denied)))
    assert sorted(audit(ballots, costs, capacity, selected, utility=utility), key=repr) == sorted(found, key=repr)


def test_a_plain_majority_can_be_unfair_and_the_audit_says_to_whom():
    ballots = [*["abc"] * 6, *["x"] * 4]
    costs = {"a": 30, "b": 30, "c": 30, "x": 30}
    assert majority(ballots, costs, 90) == ("a", "b", "c")
    assert audit(ballots, costs, 90, "abc") == (Violation("x", 4),)
    assert "x" in choose(ballots, costs, 90).selected
