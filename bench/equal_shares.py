"""Equal shares against pabutools in exact arithmetic, on synthetic votes: `python -m bench.equal_shares [--full]`.

Voters and options lie in the plane around six centres; voters approve what is near. Both programs buy with the true
capacity, ties to the option listed first, and must buy the same in the same order. Ours includes reading the ballots.
"""

import argparse
import os
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pabutools.election import ApprovalBallot, ApprovalProfile, Cardinality_Sat, Cost_Sat, Instance, Project
from pabutools.rules import method_of_equal_shares
from pabutools.tiebreaking import TieBreakingRule

from stoa.methods.equal_shares import Utility, choose

SIZES = [(1_000, 100, True), (3_000, 200, True), (10_000, 500, False)]
FULL_SIZES = [(1_000, 100, True), (10_000, 500, True), (100_000, 1_000, False)]
APPROVALS_EACH = 20
UTILITIES: dict[Utility, type] = {"cost": Cost_Sat, "cardinality": Cardinality_Sat}


@dataclass(frozen=True)
class Vote:
    """A synthetic vote: ballots, costs in the order of listing, capacity."""

    ballots: list[list[str]]
    costs: dict[str, int]
    capacity: int


def synthetic(voters: int, options: int) -> Vote:
    """The same vote for the same size; the capacity is a tenth of all costs."""
    chance = np.random.default_rng([voters, options])
    centres = chance.normal(size=(6, 2)) * 2
    where = centres[chance.integers(0, 6, voters)] + chance.normal(size=(voters, 2))
    what = centres[chance.integers(0, 6, options)] + chance.normal(size=(options, 2)) * 1.2
    ids = [f"option-{number}" for number in range(options)]
    ballots: list[list[str]] = []
    for start in range(0, voters, 1000):
        near = np.exp(-np.linalg.norm(where[start : start + 1000, None] - what, axis=2))
        likely = near * (min(APPROVALS_EACH, options / 5) / options / near.mean())
        approved = chance.random(likely.shape) < likely
        ballots += [[ids[place] for place in np.flatnonzero(row)] for row in approved]
    costs = {name: int(cost) for name, cost in zip(ids, chance.integers(5_000, 100_000, options), strict=True)}
    return Vote(ballots, costs, sum(costs.values()) // 10)


def timed(work: Callable[[], list[str]]) -> tuple[float, list[str]]:
    """How much processor time the work took, in seconds, whoever else is busy on the machine; and what it gave."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def by_us(vote: Vote, utility: Utility) -> list[str]:
    """What we buy."""
    return list(choose(vote.ballots, vote.costs, vote.capacity, utility=utility, completion="none").selected)


def by_pabutools(vote: Vote, utility: Utility) -> list[str]:
    """What pabutools buys."""
    projects = {name: Project(name, cost) for name, cost in vote.costs.items()}
    place = {name: number for number, name in enumerate(projects)}
    instance = Instance(projects.values(), budget_limit=vote.capacity)
    ballots = [ApprovalBallot(projects[name] for name in ballot) for ballot in vote.ballots]
    ties = TieBreakingRule(lambda _instance, _profile, project: place[project.name])
    profile = ApprovalProfile(ballots, instance=instance)
    found = method_of_equal_shares(instance, profile, UTILITIES[utility], tie_breaking=ties)
    return [project.name for project in found]


def compare(voters: int, options: int, utility: Utility, *, with_peer: bool) -> None:
    """Print one line of the table; AssertionError where the two differ."""
    vote = synthetic(voters, options)
    ours, bought = timed(lambda: by_us(vote, utility))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = f"{voters:>8,} × {options:<6,} {utility:<12} {len(bought):>6} {ours:>9.3f} s {memory:>7.0f} MB"
    if with_peer:
        theirs, expected = timed(lambda: by_pabutools(vote, utility))
        if bought != expected:
            raise AssertionError("pabutools buys something else.")
        line += f" {theirs:>10.3f} s {theirs / ours:>7.0f} ×"
    print(line)


def main() -> None:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description="Equal shares against pabutools.")
    parser.add_argument("--full", action="store_true", help="the sizes of a large city; takes some minutes")
    full = parser.parse_args().full
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}; processor time"
    )
    head = f"{'voters × options':>17} {'utility':<12} {'bought':>6} {'stoa':>11} {'memory':>10}"
    print(f"{head} {'pabutools':>12} {'ratio':>9}")
    for voters, options, with_peer in FULL_SIZES if full else SIZES:
        for utility in UTILITIES:
            compare(voters, options, utility, with_peer=with_peer)


if __name__ == "__main__":
    main()
