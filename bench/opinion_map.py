"""The opinion map on synthetic conversations, against red-dwarf where an environment has it: `python bench/opinion_map.py`.

Four camps lean on statements at random; each person answers a share of them. `--peer PYTHON` names the Python of an
environment with red-dwarf 0.4, which never comes into ours: make one by `python -m venv DIR && DIR/bin/pip install red-dwarf`.
Both are timed from arrays of answers to groups, in processor time. Ours is timed twice: to groups, as the peer, and with
the fifty resamples and nineteen shuffles that say whether groups are clear.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from stoa.methods.opinion_map import Map, find_map

SIZES = [(1_000, 100, 0.10), (5_000, 500, 0.03), (20_000, 1_000, 0.03)]
FULL_SIZES = [*SIZES, (100_000, 1_000, 0.03), (333_000, 1_000, 0.03)]
MOST_FOR_PEER = 700_000
Answers = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]
PEER = """
import json, sys, time
import numpy as np
from reddwarf.implementations.polis import run_pipeline
rows = np.load(sys.argv[1])
votes = [{"participant_id": int(p), "statement_id": int(s), "vote": int(v)} for p, s, v in rows]
start = time.process_time()
run_pipeline(votes=votes)
print(json.dumps(time.process_time() - start))
"""


def synthetic(people: int, statements: int, share: float) -> Answers:
    """The same conversation for the same size."""
    chance = np.random.default_rng([people, statements])
    camp = chance.integers(0, 4, people)
    lean = chance.normal(size=(4, statements)) * 1.2
    cells = np.unique(chance.integers(0, people * statements, int(people * statements * share)))
    person, statement = cells // statements, cells % statements
    felt = lean[camp[person], statement] + chance.normal(size=len(cells))
    return person, statement, np.where(felt > 0.4, 1, np.where(felt < -0.4, -1, 0)).astype(np.int8)


def timed(work: Callable[[], Map]) -> tuple[float, Map]:
    """Processor time of the work in seconds, whoever else is busy on the machine; and what it gave."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def by_peer(answers: Answers, python: str) -> float:
    """Processor time of red-dwarf in its own environment."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answers.npy"
        np.save(path, np.stack([each.astype(np.int64) for each in answers], axis=1))
        told = subprocess.run([python, "-c", PEER, str(path)], capture_output=True, text=True, check=True)
    seconds: float = json.loads(told.stdout.splitlines()[-1])
    return seconds


def compare(people: int, statements: int, share: float, python: str | None) -> None:
    """Print one line of the table."""
    person, statement, value = answers = synthetic(people, statements, share)

    def work(**more: object) -> Map:
        return find_map(person, statement, value, people=people, statements=statements, seed=b"bench", **more)  # type: ignore[arg-type] # keywords of find_map

    groups, found = timed(lambda: work(certain=False))
    sure, _ = timed(work)
    again, _ = timed(lambda: work(certain=False, start=found.axes))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = f"{people:>8,} × {statements:<6,} {len(value):>10,} {groups:>8.2f} s {sure:>8.2f} s {again:>8.2f} s {memory:>7.0f} MB"
    if python and len(value) <= MOST_FOR_PEER:
        theirs = by_peer(answers, python)
        line += f" {theirs:>9.2f} s {theirs / groups:>6.1f} ×"
    print(line, flush=True)


def main() -> None:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description="The opinion map, against red-dwarf.")
    parser.add_argument("--full", action="store_true", help="up to ten million answers; takes a minute")
    parser.add_argument("--peer", metavar="PYTHON", help="the Python of an environment with red-dwarf")
    asked = parser.parse_args()
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}; processor time"
    )
    head = f"{'people × statements':>17} {'answers':>10} {'groups':>10} {'certain':>10} {'again':>10} {'memory':>10}"
    print(f"{head} {'red-dwarf':>11} {'ratio':>8}")
    for size in FULL_SIZES if asked.full else SIZES:
        compare(*size, asked.peer)


if __name__ == "__main__":
    main()
