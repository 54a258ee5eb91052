"""Equal shares: known cases, an independent reference in fractions, the certificate, what is at its limits."""

import json
import random
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.methods.approvals import Approvals
from stoa.methods.canonical import canonical
from stoa.methods.equal_shares import choose, majority, raise_step
from stoa.methods.shares_run import common_run, equal_shares_run
from tests.methods import exact_shares
from tests.methods.certificates import Checker
from tests.methods.drawing import utilities, votes

pytestmark = pytest.mark.slow


DOCS = Path(__file__).parents[2] / "docs" / "equal-shares.md"


BOOK = [*["ab"] * 3, *["ac"] * 3, *["ad"] * 2, "bcf", "e", "f", "g"]


TIED = ["ab", "abc", "a", "cd", "cd", "d"]


TIED_COSTS = {"a": 600, "b": 400, "c": 500, "d": 400}


def bought(vote: dict[str, Any], utility: Any, quanta: int = 1 << 52) -> list[tuple[str, Fraction]]:
    """The base run's purchases by the fast road."""
    approvals = Approvals.of(vote["ballots"], vote["costs"])
    order = exact_shares.tie_order(vote["costs"], vote["seed"])
    run = equal_shares_run(
        approvals,
        utilities=approvals.costs if utility == "cost" else (1,) * len(approvals.costs),
        ranks=[order.index(option) for option in approvals.options],
        share=Fraction(vote["capacity"], max(len(vote["ballots"]), 1)),
        limit=vote["capacity"],
        quanta=quanta,
    )
    return [(approvals.options[purchase.option], purchase.payment) for purchase in run.purchases]


def reference(vote: dict[str, Any], utility: str) -> list[tuple[str, Fraction]]:
    """The base run's purchases by the definition."""
    share = Fraction(vote["capacity"], max(len(vote["ballots"]), 1))
    return exact_shares.run(vote["ballots"], vote["costs"], share, utility, vote["seed"])


def random_vote(chance: random.Random, voters: int, options: int) -> dict[str, Any]:
    ids = [f"o{place}" for place in range(chance.randint(1, options))]
    prices = chance.choice([[1, 2], [1, 2, 3, 4, 6, 12, chance.randint(1, 30)]])
    costs = {option: chance.choice(prices) for option in ids}
    often = chance.random()
    ballots = [[o for o in ids if chance.random() < often] for _ in range(chance.randint(1, voters))]
    capacity = chance.choice(
        [
            chance.randint(1, min(40, sum(costs.values()))),
            sum(costs.values()) // 2 + 1,
            len(ballots) * chance.randint(1, 6),
        ]
    )
    return {"ballots": ballots, "costs": costs, "capacity": capacity, "seed": chance.choice([None, b"seed"])}


def test_the_book_example_of_abcvoting():
    choice = choose(BOOK, dict.fromkeys("abcdefg", 1), 4, utility="cardinality", completion="none")
    assert choice.selected == ("a",)
    assert choice.certificate["base"] == {
        "share": "1/3",
        "cost": 1,
        "rounds": [{"id": "a", "full": 8, "payment": "0.125"}],
    }
    assert choice.certificate["left"] == dict.fromkeys("bcdefg", 0)


def test_ties_at_a_threshold_with_cost_utility():
    choice = choose(TIED, TIED_COSTS, 1200, completion="none")
    assert choice.certificate["base"] == {
        "share": "200",
        "cost": 1000,
        "rounds": [{"id": "a", "full": 0, "payment": "200"}, {"id": "d", "full": 3, "payment": "133.333333333333"}],
    }
    assert choice.certificate["left"] == {"b": 0, "c": 133}
    assert bought({"ballots": TIED, "costs": TIED_COSTS, "capacity": 1200, "seed": None}, "cost") == [
        ("a", Fraction(200)),
        ("d", Fraction(400, 3)),
    ]


def test_ties_at_a_threshold_with_cardinality():
    choice = choose(TIED, TIED_COSTS, 1200, utility="cardinality", completion="none")
    assert choice.selected == ("d", "a")


def test_an_option_that_takes_everybodys_last_is_bought():
    choice = choose(["p"] * 3, {"p": 100}, 100, completion="none")
    assert (choice.selected, choice.phase, choice.cost) == (("p",), {"p": "mes"}, 100)


def test_the_example_of_the_docs():
    blocks = re.findall(r"```json\n(.*?)```", DOCS.read_text(), re.DOTALL)
    ballots = [*["abe"] * 4, *["bd"] * 3, *["be"] * 3]
    costs = {"a": 30, "b": 40, "c": 20, "d": 20, "e": 50}
    assert [choose(ballots, costs, 100).as_json()] == [json.loads(block) for block in blocks]
    assert majority(ballots, costs, 100) == ("b", "e")


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.prove)])
def test_tie_heavy_votes_are_bought_as_the_definition_says(count):
    chance = random.Random(2026)
    for number in range(count):
        vote = random_vote(chance, voters=7, options=6)
        utility = ("cost", "cardinality")[number % 2]
        assert bought(vote, utility) == reference(vote, utility), vote
        result = choose(**vote, utility=utility).as_json()
        Checker(vote["ballots"], vote["costs"], vote["capacity"], utility, vote["seed"]).check(result)


@pytest.mark.parametrize("quanta", [1 << 52, 1 << 12, 1 << 7])
def test_larger_votes_are_bought_as_the_definition_says(quanta):
    chance = random.Random(7)
    for number in range(40):
        vote = random_vote(chance, voters=60, options=25)
        utility = ("cost", "cardinality")[number % 2]
        assert bought(vote, utility, quanta) == reference(vote, utility), vote


@settings(deadline=None)
@given(votes(), utilities, st.sampled_from([1, 2, 30, 1000, 1 << 20]))
def test_coarse_quanta_never_change_what_is_bought(vote, utility, quanta):
    assert bought(vote, utility, quanta) == reference(vote, utility)


def cut(bought: list[tuple[str, Fraction]], costs: dict[str, int], limit: int) -> list[str]:
    """What was bought up to the purchase that passes the limit."""
    cost, kept = 0, []
    for option, _ in bought:
        if cost > limit:
            break
        kept.append(option)
        cost += costs[option]
    return kept


@settings(deadline=None, max_examples=100)
@given(votes(), utilities, st.integers(1, 40), st.integers(1, 30), st.integers(0, 20))
def test_what_is_said_to_be_bought_with_all_shares_is_bought_with_each(vote, utility, base, width, most_classes):
    ballots, costs, limit = vote["ballots"] or [[]], vote["costs"], vote["capacity"]
    approvals = Approvals.of(ballots, costs)
    order = exact_shares.tie_order(costs, vote["seed"])
    parted = approvals.parted_by([option for option in range(len(costs)) if approvals.support[option]], most_classes)

    def common(least, most, **known):
        return common_run(
            approvals,
            parted,
            utilities=approvals.costs if utility == "cost" else (1,) * len(costs),
            ranks=[order.index(option) for option in costs],
            least=Fraction(least, 7),
            most=Fraction(most, 7),
            limit=limit,
            **known,
        )

    upper = common(base + width, base + 2 * width)
    whole = common(base, base + width, above=upper)
    half = common(base, base + width // 2, wider=whole, above=upper)
    for told, end in ((whole, base + width), (half, base + width // 2)):
        names = [approvals.options[option] for option in told.bought]
        for share in range(base, end + 1):
            bought = exact_shares.run(ballots, costs, Fraction(share, 7), utility, vote["seed"])
            expected = cut(bought, costs, limit)
            assert names == (expected if told.done else expected[: len(names)])


@pytest.mark.parametrize("utility", ["cost", "cardinality"])
def test_raising_many_times_at_once_ends_where_raising_one_by_one_does(utility):
    chance = random.Random(5)
    raised = 0
    for _ in range(12):
        vote = random_vote(chance, voters=40, options=12)
        vote["costs"] = {option: cost * 50 + chance.randrange(9) for option, cost in vote["costs"].items()}
        vote["capacity"] *= 50
        choice = choose(**vote, utility=utility)
        raised += (choice.certificate["raising"]["raises"]) > 4
        reference = {"budget": vote.pop("capacity"), **vote}
        assert list(choice.phase.items()) == list(exact_shares.choose(**reference, utility=utility).items())
    assert raised >= 3


@settings(deadline=None, max_examples=150)
@given(votes(), utilities, st.sampled_from(["none", "add1u"]))
def test_the_choice_is_that_of_the_reference(vote, utility, completion):
    choice = choose(**vote, utility=utility, completion=completion)
    assert list(choice.phase.items()) == list(
        exact_shares.choose(**{"budget": vote.pop("capacity"), **vote}, utility=utility, completion=completion).items()
    )


@settings(deadline=None, max_examples=150)
@given(votes(), utilities, st.sampled_from(["none", "add1u"]))
def test_the_certificate_can_be_checked(vote, utility, completion):
    choice = choose(**vote, utility=utility, completion=completion)
    result = json.loads(canonical(choice.as_json()))
    assert set(result) == {"selected", "phase", "cost", "budget", "certificate"}
    Checker(vote["ballots"], vote["costs"], vote["capacity"], utility, vote["seed"]).check(choice.as_json())


def test_certificates_of_larger_votes_can_be_checked():
    chance = random.Random(11)
    ends = set()
    for _ in range(15):
        vote = random_vote(chance, voters=40, options=12)
        choice = choose(**vote, seed=b"s") if vote.pop("seed") else choose(**vote)
        ends.add(choice.certificate["raising"]["ended"])
        seed = b"s" if choice.certificate["seed"] else None
        Checker(vote["ballots"], vote["costs"], vote["capacity"], "cost", seed).check(choice.as_json())
    assert ends == {"all-fit", "nothing-fits", "overspends"}


@pytest.mark.parametrize(("key", "value"), [("full", 2), ("full", 4), ("payment", "133.3"), ("id", "c")])
def test_the_checker_notices_a_changed_round(key, value):
    result = choose(TIED, TIED_COSTS, 1200).as_json()
    result["certificate"]["base"]["rounds"][1][key] = value
    with pytest.raises((AssertionError, IndexError)):
        Checker(TIED, TIED_COSTS, 1200, "cost", None).check(result)


def test_the_seed_breaks_ties_in_every_phase():
    costs = dict.fromkeys(["a", "b", "c", "d"], 1)
    ballots = [["a"], ["b"], ["c"], ["d"]]
    for seed in (b"", b"1", b"2", b"3"):
        order = exact_shares.tie_order(costs, seed)
        assert choose(ballots, costs, 2, seed=seed).selected == tuple(order[:2])
        assert majority(ballots, costs, 2, seed=seed) == tuple(order[:2])
    assert choose(ballots, costs, 2).selected == ("a", "b")


def test_steps():
    assert raise_step(100, 10) == 1
    assert raise_step(99, 10) == Fraction(1, 10)
    assert raise_step(999, 100) == Fraction(9, 100)
    assert raise_step(1_999_999, 1000) == 1
    assert raise_step(2_000_000, 1000) == 2


def test_a_lone_voters_option_is_reached_without_raising_a_million_times():
    ballots = [*[["a", "b"]] * 999, ["z"]]
    choice = choose(ballots, {"a": 300, "b": 500, "z": 10, "y": 900}, 1000)
    assert choice.phase == {"a": "mes", "b": "mes", "z": "utilitarian"}
    assert choice.certificate["raising"]["ended"] == "all-fit"
    dear = choose([*ballots, ["y"]], {"a": 300, "b": 500, "z": 10, "y": 900}, 1000)
    assert dear.phase == {"a": "mes", "b": "mes", "z": "add1"}
    raises = dear.certificate["raising"]["raises"]
    assert Fraction(dear.certificate["final"]["share"]) == Fraction(1000, 1001) + raises * Fraction(1000, 100_100) >= 10


def test_raising_gives_up_after_ten_thousand_times():
    ballots = [*[["a"]] * 99_999, ["z"]]
    choice = choose(ballots, {"a": 100, "z": 899, "b": 50}, 1000)
    assert choice.certificate["raising"]["ended"] == "all-fit"
    choice = choose([*ballots, ["b", "y"]], {"a": 100, "z": 850, "b": 50, "y": 1000}, 1000)
    assert choice.certificate["raising"] == {"step": "10/100001", "raises": 10_000, "ended": "limit"}
    assert choice.phase == {"a": "mes", "z": "utilitarian", "b": "utilitarian"}


@pytest.mark.parametrize("completion", ["none", "add1u"])
def test_without_ballots_or_with_empty_ones_nothing_is_chosen(completion):
    for ballots in ([], [[], []]):
        choice = choose(ballots, {"a": 1}, 10, completion=completion)
        assert (choice.selected, choice.cost, choice.certificate["voters"]) == ((), 0, len(ballots))
        Checker(ballots, {"a": 1}, 10, "cost", None).check(choice.as_json())


def test_without_options_or_capacity_nothing_is_chosen():
    assert choose([[], []], {}, 10).selected == ()
    assert choose([["a"], ["a"]], {"a": 1}, 0).selected == ()


def test_empty_ballots_have_a_share_that_nobody_spends():
    assert choose([["a"], []], {"a": 10}, 10, completion="none").selected == ()
    assert choose([["a"]], {"a": 10}, 10, completion="none").selected == ("a",)


def test_an_option_dearer_than_the_capacity_or_approved_by_nobody_is_never_chosen():
    choice = choose([["a", "b"]] * 3, {"a": 11, "b": 4, "c": 1}, 10)
    assert choice.selected == ("b",)
    assert majority([["a", "b"]] * 3, {"a": 11, "b": 4, "c": 1}, 10) == ("b",)


def test_a_doubled_approval_counts_once():
    assert choose([["a", "a", "b"], ["b"]], {"a": 6, "b": 5}, 10) == choose([["a", "b"], ["b"]], {"a": 6, "b": 5}, 10)


def test_ids_may_be_any_text():
    ids = ["", " ", "é", "e\u0301", "\U0001f600", '"; DROP', "a" * 1000, "\n"]
    choice = choose([ids] * 2, dict.fromkeys(ids, 1), 8, completion="none", seed=b"\0")
    assert sorted(choice.selected) == sorted(ids)


def test_amounts_at_the_limit_are_exact():
    top = 2**53 - 1
    choice = choose([["a"], ["a"], ["b"]], {"a": top // 3 * 2, "b": top // 3, "c": 2**70}, top, completion="none")
    assert choice.selected == ("a", "b")
    assert choose([["a"], ["b"]], {"a": top // 2 + 1, "b": top // 2}, top, completion="none").selected == ("b",)


@pytest.mark.parametrize(
    ("ballots", "costs", "capacity"),
    [([["a"]], {"a": 0}, 1), ([["a"]], {"a": -1}, 1), ([["x"]], {"a": 1}, 1), ([], {}, -1), ([], {}, 2**53)],
)
def test_impossible_input_is_refused(ballots, costs, capacity):
    with pytest.raises(ValueError, match=r"."):
        choose(ballots, costs, capacity)
