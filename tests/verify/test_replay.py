"""The checker's own count of equal shares: by known answers, and against the server's and a plain one on chance votes."""

from fractions import Fraction
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stoa.methods.equal_shares import choose, majority
from stoa.verify.certificate import certificate_of, check_certificate
from stoa.verify.faults import Broken
from stoa.verify.market import Contest, Market, contest_of
from stoa.verify.replay import Count, count, most_approved, run

SEED = bytes(32)


def contest(options: dict[str, int], ballots: list[list[str]], capacity: int, utility: str = "cost") -> Contest:
    return contest_of(options, ballots, capacity, utility=utility, seed=SEED)


def chosen(one: Contest, counted: Count) -> list[tuple[str, str]]:
    return [(one.ids[option], phase) for option, phase in counted.phases]


def by_hand(options: dict[str, int], ballots: list[list[str]], share: Fraction, utility: str) -> list[str]:
    """One run as the rule says it, in fractions and plain loops."""
    order = sorted(options, key=lambda option: sha256(SEED + option.encode()).digest())
    purse = [share] * len(ballots)
    bought: list[str] = []
    while True:
        prices: list[tuple[Fraction, int, Fraction]] = []
        for place, option in enumerate(order):
            have = sorted(purse[v] for v, ballot in enumerate(ballots) if option in ballot)
            if option in bought or not have or sum(have) < options[option]:
                continue
            rest = Fraction(options[option])
            while have[0] * len(have) < rest:
                rest -= have.pop(0)
            payment = rest / len(have)
            prices.append((payment / (options[option] if utility == "cost" else 1), place, payment))
        if not prices:
            return bought
        _, place, payment = min(prices)
        bought.append(order[place])
        purse = [
            have - min(have, payment) if order[place] in ballot else have
            for have, ballot in zip(purse, ballots, strict=True)
        ]


# The example of docs/equal-shares.md.
EXAMPLE = {"a": 30, "b": 40, "c": 20, "d": 20, "e": 50}
EXAMPLE_BALLOTS = [["a", "b", "e"]] * 4 + [["b", "d"]] * 3 + [["b", "e"]] * 3


def test_the_documented_example_is_counted_as_it_says() -> None:
    one = contest(EXAMPLE, EXAMPLE_BALLOTS, 100)
    counted = count(one, "add1u")
    assert chosen(one, counted) == [("b", "mes"), ("d", "add1"), ("a", "utilitarian")]
    assert [one.ids[option] for option in most_approved(one, [])] == ["b", "e"]
    certificate = certificate_of(one, counted, list(EXAMPLE), {"seed": None})
    assert certificate == {
        "seed": None,
        "unit": "1",
        "voters": 10,
        "base": {"share": "10", "cost": 40, "rounds": [{"id": "b", "full": 10, "payment": "4"}]},
        "raising": {"step": "1", "raises": 1, "ended": "overspends"},
        "final": {
            "share": "11",
            "cost": 60,
            "rounds": [
                {"id": "b", "full": 10, "payment": "4"},
                {"id": "d", "full": 3, "payment": "6.666666666666"},
            ],
        },
        "beyond": {
            "share": "12",
            "cost": 110,
            "rounds": [
                {"id": "b", "full": 10, "payment": "4"},
                {"id": "e", "full": 7, "payment": "7.142857142857"},
                {"id": "d", "full": 3, "payment": "6.666666666666"},
            ],
        },
        "utilitarian": ["a"],
        "left": {"a": 24, "c": 0, "d": 18, "e": 42},
        "audit": {"base": [], "outcome": []},
    }


def test_an_exactly_affordable_option_is_bought() -> None:
    """A third of 100 has no end as a decimal; three of them are 100."""
    one = contest({"a": 100}, [["a"]] * 3, 100)
    assert chosen(one, count(one, "none")) == [("a", "mes")]


def test_who_pays_all_and_who_pays_in_full() -> None:
    one = contest({"a": 6, "b": 10}, [["a"], ["a", "b"], ["b"]], 18, "cardinality")
    market = Market(one, Fraction(6))
    bought = [market.buy(), market.buy()]
    assert [(one.ids[round.option], round.payment, round.full) for round in bought if round] == [("a", Fraction(3), 2)]
    assert bought[1] is None
    assert market.pockets.left(one.ids.index("b")) == 9


@pytest.mark.slow
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([1, 2, 3, 4, 6, 12, 35]), min_size=1),
    st.lists(st.frozensets(st.sampled_from("abcdef")), min_size=1, max_size=7),
    st.integers(0, 60),
    st.sampled_from(["cost", "cardinality"]),
    st.sampled_from(["add1u", "none"]),
)
@example({"a": 4, "b": 4, "c": 4}, [frozenset("ab"), frozenset("bc"), frozenset("ca")], 12, "cost", "add1u")
@example({"a": 35}, [frozenset("a"), frozenset("b")], 35, "cost", "add1u")
@settings(deadline=None, max_examples=400)
def test_chance_votes_full_of_ties_are_counted_as_the_server_counts_them(
    options: dict[str, int], sets: list[frozenset[str]], capacity: int, utility: Any, completion: Any
) -> None:
    ballots = [sorted(option for option in ballot if option in options) for ballot in sets]
    one = contest(options, ballots, capacity, utility)
    counted = count(one, completion)
    theirs = choose(ballots, options, capacity, utility=utility, completion=completion, seed=SEED)
    assert chosen(one, counted) == list(theirs.phase.items())
    rules = {"method": "equal-shares/1", "utility": utility, "completion": completion, "seed": SEED.hex()}
    check_certificate(theirs.certificate, certificate_of(one, counted, list(options), rules))
    assert tuple(one.ids[o] for o in most_approved(one, [])) == majority(ballots, options, capacity, seed=SEED)
    assert [one.ids[o] for o in run(one, one.share).bought] == by_hand(options, ballots, one.share, utility)


@pytest.mark.parametrize("utility", ["cost", "cardinality"])
@pytest.mark.parametrize("unit", [1, 997, 10**9])
def test_larger_votes_are_counted_as_the_server_counts_them(utility: Any, unit: int) -> None:
    """Some hundred voters and costs of any size: floating numbers decide most of it here, and must never decide a tie."""
    options = {f"question:{n}": (20 + n % 7) * unit for n in range(40)}
    ballots = [
        sorted({f"question:{(voter * voter + 3 * step * step + voter // 60) % 40}" for step in range(6)})
        for voter in range(300)
    ]
    one = contest(options, ballots, 290 * unit, utility)
    counted = count(one, "add1u")
    theirs = choose(ballots, options, 290 * unit, utility=utility, completion="add1u", seed=SEED)
    assert chosen(one, counted) == list(theirs.phase.items())
    rules = {"method": "equal-shares/1", "utility": utility, "completion": "add1u", "seed": SEED.hex()}
    check_certificate(theirs.certificate, certificate_of(one, counted, list(options), rules))


def test_the_audit_finds_who_was_passed_over() -> None:
    """The outcome of the raised run lacks what the base run had: the group that paid for it there is named."""
    one = contest({"a": 10, "b": 10}, [["a"], ["a"], ["b"], ["b"]], 20)
    base = run(one, one.share)
    counted = Count(base, run(one, Fraction(0)), 1, None, "nothing-fits", [])
    audit = certificate_of(one, counted, ["a", "b"], {})["audit"]
    assert audit == {"base": [], "outcome": [{"id": "a", "supporters": 2}, {"id": "b", "supporters": 2}]}


def test_a_certificate_that_differs_is_refused_at_the_place() -> None:
    one = contest(EXAMPLE, EXAMPLE_BALLOTS, 100)
    right = certificate_of(one, count(one, "add1u"), list(EXAMPLE), {})
    wrong = certificate_of(one, count(one, "add1u"), list(EXAMPLE), {})
    wrong["beyond"]["rounds"][1]["full"] = 8
    with pytest.raises(Broken) as fault:
        check_certificate(wrong, right)
    assert str(fault.value) == (
        "Certificate: “beyond” is not what follows from the opened ballots, "
        "in “rounds”, at number 2, in “full”: 8 instead of 7."
    )
