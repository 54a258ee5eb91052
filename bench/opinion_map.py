"""The opinion map on synthetic conversations, and beside red-dwarf: `python bench/opinion_map.py [--full]`.

Four camps lean on statements at random; each person answers a share of them. Timed from arrays of answers, in processor
time. Ours: "groups" as the peer finds them, "whole" with the hundred resamples and fifty-nine shuffles that say whether groups
are clear, "next" the map after one more answer, begun from the one before. Stability is the adjusted Rand index of the
groups that a program finds among two random halves and a bit (three in four) of the people, over who is in both: the mean of
some such pairs, the same for both programs. Ours is less stable where it is so by more than twice the error of that mean.
red-dwarf 0.4 is installed into an environment of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench._peers import python_of, verdict
from bench._shared import machine
from stoa.methods.opinion_map import Map, find_map, likeness, next_map

SHARE = 0.03
SIZES = [(5_000, 500), (20_000, 1_000), (100_000, 1_000)]
FULL_SIZES = [*SIZES, (200_000, 1_000), (333_000, 1_000)]
LIMIT_AT = (100_000, 1_000)
MOST_WHOLE, MOST_NEXT, MOST_MEMORY, LEAST_RATIO = 6.0, 0.3, 600, 8
PAIRS = 12
ERRORS = 2.0
Answers = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]
PEER = """
import json, sys, time
import numpy as np
from reddwarf.implementations.polis import run_pipeline
rows = np.load(sys.argv[1])
votes = [{"participant_id": int(p), "statement_id": int(s), "vote": int(v)} for p, s, v in rows]
start = time.process_time()
found = run_pipeline(votes=votes, random_state=1).participants_df["cluster_id"]
seconds = time.process_time() - start
groups = {int(who): int(group) for who, group in found.dropna().items()}
print(json.dumps([seconds, groups]))
"""


def synthetic(people: int, statements: int) -> Answers:
    """The same conversation for the same size."""
    chance = np.random.default_rng([people, statements])
    camp = chance.integers(0, 4, people)
    lean = chance.normal(size=(4, statements)) * 1.2
    cells = np.unique(chance.integers(0, people * statements, int(people * statements * SHARE)))
    person, statement = cells // statements, cells % statements
    felt = lean[camp[person], statement] + chance.normal(size=len(cells))
    return person, statement, np.where(felt > 0.4, 1, np.where(felt < -0.4, -1, 0)).astype(np.int8)


def timed(work: Callable[[], Map]) -> tuple[float, Map]:
    """Processor time of the work in seconds, whoever else is busy on the machine; and what it gave."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def by_peer(answers: Answers, python: str) -> tuple[float, dict[int, int]]:
    """Processor time of red-dwarf, and the group of each person that it puts into one."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answers.npy"
        np.save(path, np.stack([each.astype(np.int64) for each in answers], axis=1))
        told = subprocess.run(
            [python, "-W", "ignore", "-c", PEER, str(path)], capture_output=True, text=True, check=True
        )
    seconds, groups = json.loads(told.stdout.splitlines()[-1])
    return seconds, {int(who): group for who, group in groups.items()}


def by_us(answers: Answers, people: int, statements: int) -> tuple[float, dict[int, int]]:
    """The same of ours, without asking whether groups are clear; everybody placed is one group where none are told."""
    person, statement, value = answers
    seconds, found = timed(
        lambda: find_map(person, statement, value, people=people, statements=statements, seed=b"bench", certain=False)
    )
    return seconds, {who: max(int(found.group[who]), 0) for who in found.placed}


def beside(
    answers: Answers, find: Callable[[Answers], tuple[float, dict[int, int]]], people: int
) -> NDArray[np.float64]:
    """How alike groups are that are found in each pair of parts of the people: 1 the same, 0 as by chance."""
    chance = np.random.default_rng(7)
    scores = []
    for _ in range(PAIRS):
        one, other = (find(part(answers, chance.random(people) < 0.75))[1] for _ in range(2))
        both = sorted(one.keys() & other.keys())
        scores.append(likeness(np.array([one[who] for who in both]), np.array([other[who] for who in both])))
    return np.array(scores)


def part(answers: Answers, chosen: NDArray[np.bool_]) -> Answers:
    """The answers of some people."""
    kept = chosen[answers[0]]
    return answers[0][kept], answers[1][kept], answers[2][kept]


def alone(people: int, statements: int) -> bool:
    """Print one line of the table; whether the limits hold, where this size has any."""
    person, statement, value = synthetic(people, statements)
    table = {"people": people, "statements": statements, "seed": b"bench"}
    groups, _ = timed(lambda: find_map(person, statement, value, certain=False, **table))  # type: ignore[arg-type] # keywords
    whole, found = timed(lambda: find_map(person, statement, value, **table))  # type: ignore[arg-type] # keywords
    answers = person[1:], statement[1:], value[1:]
    following, carried = timed(lambda: next_map(found, *answers, **table))  # type: ignore[arg-type] # keywords
    for _ in range(2):
        following = min(following, timed(lambda: next_map(found, *answers, **table))[0])  # type: ignore[arg-type] # keywords
    held = "" if np.array_equal(carried.axes, found.axes) else " (found anew)"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    limited = (people, statements) == LIMIT_AT
    holds = not limited or (whole < MOST_WHOLE and following < MOST_NEXT and memory < MOST_MEMORY)
    print(
        f"{people:>8,} × {statements:<6,} {len(value):>10,} {groups:>8.2f} s {whole:>8.2f} s {following:>8.2f} s"
        f" {whole / len(value) * 1e6:>8.2f} {memory:>7.0f} MB{held} {verdict(holds=holds) if limited else ''}",
        flush=True,
    )
    return holds


def beside_red_dwarf(people: int, statements: int) -> bool:
    """Print ours beside red-dwarf's; whether ours is as many times faster as it should be, and its groups no less stable."""
    answers, python = synthetic(people, statements), python_of("red-dwarf", "red-dwarf==0.4.0")
    ours = min(by_us(answers, people, statements)[0] for _ in range(3))
    theirs, _ = by_peer(answers, python)
    stable = beside(answers, lambda some: by_us(some, people, statements), people)
    their_stable = beside(answers, lambda some: by_peer(some, python), people)
    print(
        f"\n{people:,} × {statements:,}: ours {ours:.2f} s, red-dwarf {theirs:.2f} s, {theirs / ours:.1f} times as fast"
    )
    more = stable - their_stable
    error = float(more.std(ddof=1)) / PAIRS**0.5
    print(
        f"groups found again among three in four people: ours {stable.mean():.3f}, red-dwarf {their_stable.mean():.3f}"
    )
    print(f"ours less theirs in {PAIRS} pairs: {more.mean():+.3f}, standard error {error:.3f}")
    holds = theirs / ours >= LEAST_RATIO and more.mean() >= -ERRORS * error
    print(f"At least {LEAST_RATIO} times as fast, groups no less stable: {verdict(holds=holds)}.", flush=True)
    return holds


def main() -> int:
    """Print the machine and the tables; 1 where a limit was missed."""
    parser = argparse.ArgumentParser(description="The opinion map, alone and beside red-dwarf.")
    parser.add_argument("--full", action="store_true", help="up to ten million answers")
    asked = parser.parse_args()
    print(f"{machine()}, numpy {np.__version__}; processor time")
    head = f"{'people × statements':>17} {'answers':>10} {'groups':>10} {'whole':>10} {'next':>10}"
    print(f"{head} {'µs each':>8} {'memory':>10}  limit")
    held = [alone(*size) for size in (FULL_SIZES if asked.full else SIZES)]
    held.append(beside_red_dwarf(5_000, 500))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
