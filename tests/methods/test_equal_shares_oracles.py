"""Equal shares on real elections, against the definition and pabutools; on committees, against those that are published."""

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pabutools.election import (
    ApprovalBallot,
    ApprovalProfile,
    Cardinality_Sat,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.rules import method_of_equal_shares
from pabutools.tiebreaking import TieBreakingRule

from stoa.methods.equal_shares import choose, raise_step
from stoa.methods.pabulib import Election, read
from tests.methods import exact_shares
from tests.methods.certificates import Checker

VOTES = Path(__file__).parents[3] / "shared" / "data" / "votes"
COMMITTEES = sorted((VOTES / "abcvoting").glob("*.abc.yaml"))
SATISFACTION = {"cost": Cost_Sat, "cardinality": Cardinality_Sat}
MANY_BALLOTS = {"Hungary_Budapest_2024", "Poland_Wieliczka_2023_Green_Budget"}


@cache
def election(name: str) -> Election:
    with (VOTES / "pabulib" / f"{name}.pb").open("rb") as stream:
        return read(stream)


def is_approval(path: Path) -> bool:
    with path.open("rb") as stream:
        return read(stream, as_approvals=True).meta["vote_type"] in {"approval", "choose-1"}


NAMES = [path.stem for path in sorted((VOTES / "pabulib").glob("*.pb")) if is_approval(path)]
EACH = [
    pytest.param(name, utility, marks=pytest.mark.slow if name in MANY_BALLOTS else ())
    for name in NAMES
    for utility in SATISFACTION
    if (name, utility) != ("Hungary_Budapest_2024", "cardinality")  # a minute for each reference
]
QUICK = [name for name in NAMES if name not in MANY_BALLOTS]


def of_file(name: str) -> dict[str, Any]:
    found = election(name)
    return {
        "ballots": [vote.approved for vote in found.votes],
        "costs": {project.id: project.cost for project in found.projects},
        "capacity": found.budget,
    }


def by_pabutools(vote: dict[str, Any], utility: str, increment: int | None) -> list[str]:
    """What pabutools chooses in exact arithmetic, ties to the project listed first."""
    projects = {name: Project(name, cost) for name, cost in vote["costs"].items()}
    place = {name: number for number, name in enumerate(projects)}
    instance = Instance(projects.values(), budget_limit=vote["capacity"])
    ballots = [ApprovalBallot(projects[name] for name in ballot) for ballot in vote["ballots"]]
    found = method_of_equal_shares(
        instance,
        ApprovalProfile(ballots, instance=instance).as_multiprofile(),
        SATISFACTION[utility],
        tie_breaking=TieBreakingRule(lambda _instance, _profile, project: place[project.name]),
        voter_budget_increment=increment,
    )
    return [project.name for project in found]


@pytest.mark.parametrize(("name", "utility"), EACH)
def test_pabutools_buys_the_same_in_the_same_order(name, utility):
    vote = of_file(name)
    assert list(choose(**vote, utility=utility, completion="none").selected) == by_pabutools(vote, utility, None)


@pytest.mark.slow
@pytest.mark.parametrize("utility", ["cost", "cardinality"])
@pytest.mark.parametrize("name", QUICK)
def test_pabutools_raises_to_the_same_outcome(name, utility):
    vote = of_file(name)
    step = raise_step(vote["capacity"], len(vote["ballots"]))
    choice = choose(**vote, utility=utility)
    bought = [option for option, phase in choice.phase.items() if phase != "utilitarian"]
    assert bought == by_pabutools(vote, utility, int(step))


@pytest.mark.parametrize(("name", "utility"), EACH)
def test_the_definition_buys_the_same_on_real_ballots(name, utility):
    vote = of_file(name)
    share = Fraction(vote["capacity"], len(vote["ballots"]))
    bought = [option for option, _ in exact_shares.run(vote["ballots"], vote["costs"], share, utility, None)]
    assert list(choose(**vote, utility=utility, completion="none").selected) == bought


@pytest.mark.parametrize("name", [*QUICK, pytest.param("Poland_Wieliczka_2023_Green_Budget", marks=pytest.mark.slow)])
def test_certificates_of_real_elections_can_be_checked(name):
    vote = of_file(name)
    choice = choose(**vote, seed=b"seed")
    Checker(vote["ballots"], vote["costs"], vote["capacity"], "cost", b"seed").check(choice.as_json())


@pytest.mark.parametrize("path", COMMITTEES, ids=lambda path: path.name)
@pytest.mark.parametrize("utility", ["cost", "cardinality"])
def test_committees_are_those_that_abcvoting_publishes(path, utility):
    profile = yaml.safe_load(path.read_text())
    published: dict[str, list[set[int]]] = {
        rule["rule_id"]: [set(committee) for committee in rule["result"] or []] for rule in profile["compute"]
    }
    ballots = [[str(candidate) for candidate in ballot] for ballot in profile["profile"]]
    costs = {str(candidate): 1 for candidate in range(profile["num_cand"])}
    seats = profile["committeesize"]
    base = choose(ballots, costs, seats, utility=utility, completion="none")
    assert any(set(map(int, base.selected)) <= committee for committee in published["equal-shares"])
    whole = choose(ballots, costs, seats, utility=utility)
    assert set(map(int, whole.selected)) in published["equal-shares-with-increment-completion"]
