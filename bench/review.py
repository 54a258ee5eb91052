"""Reviewing at the size of a large call, against limits and peers: `python bench/review.py [--gold FOLDER] [--peer FOLDER]`.

2,000 applicants, 300 reviewers, 20 co-authors each; three reviews a piece, loads of 25. Conflicts are compared with going
through all pairs. `--gold` names the folder of the gold standard of Stelmakh et al. (2023), with the three baselines that
it came with; one that lies beside the repository is found.
`--peer` names a checkout of openreview-matcher, whose solver of flows runs in a process of its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from stoa.methods.affinity import TfIdf, ranked, weighted_loss
from stoa.methods.assignment import Assignment, Problem, assign
from stoa.methods.conflicts import Conflict, Party, find_conflicts
from stoa.verify.assignment import check_assignment

GOLD = Path(__file__).resolve().parents[2] / "shared/data/peer_review/goldstandard"
PIECES, REVIEWERS, CO_AUTHORS, WANTED, LOAD = 2_000, 300, 20, 3, 25
SINCE, UNTIL = "2023-12-01", "2026-12-01"
T = TypeVar("T")
People = tuple[dict[str, list[Party]], dict[str, Party]]
PEER = """
import json, sys, time, types
import numpy as np
sys.path.insert(0, sys.argv[2])
for name in ("matcher", "matcher.solvers"):  # their own inits ask for a solver that needs a licence
    package = types.ModuleType(name)
    package.__path__ = [sys.argv[2] + "/" + name.replace(".", "/")]
    sys.modules[name] = package
from matcher.solvers.minmax_solver import MinMaxSolver
data = np.load(sys.argv[1])
scores, allowed = data["scores"], data["allowed"]
pieces, reviewers = scores.shape
encoder = types.SimpleNamespace(cost_matrix=-scores, constraint_matrix=np.where(allowed, 0, -1))
start = time.process_time()
solver = MinMaxSolver([0] * reviewers, [int(data["load"])] * reviewers, [int(data["wanted"])] * pieces, encoder)
flow = np.asarray(solver.solve())
print(json.dumps([time.process_time() - start, float((flow * scores).sum())]))
"""


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Processor time in seconds, whoever else is busy on the machine; and what the work gave."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def people(chance: np.random.Generator) -> People:
    """Applicants and reviewers of 400 organisations, who wrote with each other and with others."""

    def person(number: int) -> Party:
        wrote = chance.integers(0, 20_000, CO_AUTHORS)
        house = f"house:{chance.integers(0, 400)}"
        return Party(
            frozenset({f"person:{number}"}),
            [(house, "2020-01-01", None)],
            [(f"person:{n}", "2025-01-01") for n in wrote],
        )

    pieces = {f"piece:{n}": [person(n)] for n in range(PIECES)}
    return pieces, {f"seat:{n}": person(PIECES + n) for n in range(REVIEWERS)}


def by_all_pairs(pieces: dict[str, list[Party]], reviewers: dict[str, Party]) -> int:
    """How many conflicts comparing everybody with everybody finds: the same rules, without an index."""
    found = 0
    for authors in pieces.values():
        for author in authors:
            theirs = {key for key, _ in author.wrote_with}
            houses = {house for house, _, _ in author.organisations}
            for reviewer in reviewers.values():
                found += bool(author.keys & reviewer.keys)
                found += any(house in houses for house, _, _ in reviewer.organisations)
                found += bool(theirs & reviewer.keys) or any(key in author.keys for key, _ in reviewer.wrote_with)
    return found


def problem(conflicts: list[Conflict], reviewers: dict[str, Party], chance: np.random.Generator) -> Problem:
    """Scores as ranks of random affinities, without the pairs in conflict."""
    barred = {(one.piece, one.reviewer) for one in conflicts}
    scores = ranked(chance.integers(0, 10_001, (PIECES, REVIEWERS)))
    rows = {
        f"piece:{p}": {
            f"seat:{r}": int(scores[p, r]) for r in range(REVIEWERS) if (f"piece:{p}", f"seat:{r}") not in barred
        }
        for p in range(PIECES)
    }
    houses = {seat: party.organisations[0][0] for seat, party in reviewers.items()}
    return Problem(dict.fromkeys(rows, WANTED), dict.fromkeys(reviewers, LOAD), rows, houses)


def by_peer(given: Problem, source: Path) -> tuple[float, float]:
    """Processor time and sum of scores of openreview-matcher, which knows no organisations."""
    scores = np.zeros((PIECES, REVIEWERS))
    allowed = np.zeros((PIECES, REVIEWERS), dtype=bool)
    for p in range(PIECES):
        for seat, score in given.scores[f"piece:{p}"].items():
            place = int(seat.partition(":")[2])
            scores[p, place], allowed[p, place] = score, True
    with TemporaryDirectory() as folder:
        path = Path(folder) / "given.npz"
        np.savez(path, scores=scores, allowed=allowed, wanted=WANTED, load=LOAD)
        told = subprocess.run(
            [sys.executable, "-c", PEER, str(path), str(source)], capture_output=True, text=True, check=True
        )
    seconds, objective = json.loads(told.stdout.splitlines()[-1])
    return seconds, objective


def gold(folder: Path) -> dict[str, float]:
    """The weighted loss of ours and of the three baselines that the gold standard came with."""
    texts = {
        key: _text(paper["content"]) for key, paper in json.loads((folder / "submissions.json").read_text()).items()
    }
    archives: dict[str, list[str]] = {}
    for line in (folder / "reviewer_archives.jsonl").read_text().splitlines():
        paper = json.loads(line)
        archives.setdefault(str(paper["reviewer"]).strip("~"), []).append(_text(paper["content"]))
    stated = {row.pop("ParticipantID"): _stated(row) for row in _rows(folder / "evaluations.tsv")}
    scores = TfIdf().score([*texts.values()], [archives[reviewer] for reviewer in stated])
    ours = {reviewer: dict(zip(texts, scores[:, n].tolist(), strict=True)) for n, reviewer in enumerate(stated)}
    found = {"stoa": weighted_loss(ours, stated)}
    for path in sorted(folder.glob("predictions_*.json")):
        found[path.stem.removeprefix("predictions_")] = weighted_loss(json.loads(path.read_text()), stated)
    return found


def _text(paper: dict[str, str]) -> str:
    return f"{paper.get('title') or ''}\n{paper.get('abstract') or ''}"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _stated(row: dict[str, str]) -> dict[str, float]:
    papers = [n for n in range(1, 11) if row[f"Paper{n}"] and row[f"Expertise{n}"]]
    return {row[f"Paper{n}"]: float(row[f"Expertise{n}"]) for n in papers}


def line(what: str, ours: str, beside: str, *, holds: bool) -> bool:
    """Print one line of the table, and say whether its limit holds."""
    print(f"{what:<34} {ours:>12}   {beside:<46} {'holds' if holds else 'MISSED'}")
    return holds


def conflicts_and_assignment(peer: Path | None) -> bool:
    """The lines on conflicts and on the assignment that follows from them."""
    chance = np.random.default_rng(5)
    pieces, reviewers = people(chance)
    seconds, found = timed(lambda: find_conflicts(pieces, reviewers, since=SINCE, until=UNTIL))
    slow, count = timed(lambda: by_all_pairs(pieces, reviewers))
    if count != len(found):
        raise AssertionError("Going through all pairs finds other conflicts.")
    beside = f"limit 10 s; all pairs {slow:.2f} s, {slow / seconds:.0f} × ours"
    good = line(f"conflicts ({len(found):,})", f"{seconds:.3f} s", beside, holds=seconds < 10)
    given = problem(found, reviewers, chance)
    seconds, assigned = timed(lambda: assign(given, seed=bytes(32)))
    checking, _ = timed(lambda: check_assignment(given.as_json(), assigned.as_json()))
    beside = f"limit 20 s; proof checked in {checking:.2f} s"
    good &= line(f"assignment ({len(assigned.pairs):,} pairs)", f"{seconds:.2f} s", beside, holds=seconds < 20)
    return good & (_against_peer(given, assigned, seconds, peer) if peer else True)


def _against_peer(given: Problem, assigned: Assignment, ours: float, source: Path) -> bool:
    seconds, objective = by_peer(given, source)
    beside = f"openreview-matcher {seconds:.2f} s, {seconds / ours:.1f} × ours; sum {objective / assigned.objective:.4f} of ours"
    return line("  beside it", f"{ours:.2f} s", beside, holds=ours <= seconds)


def main() -> None:
    """Print the machine and the table; end with 1 where a limit was missed."""
    parser = argparse.ArgumentParser(description="Reviewing at the size of a large call.")
    beside = GOLD if GOLD.is_dir() else None
    parser.add_argument("--gold", type=Path, default=beside, help="folder of the gold standard")
    parser.add_argument("--peer", type=Path, help="checkout of openreview-matcher")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; processor time")
    print(f"{PIECES:,} applicants × {REVIEWERS} reviewers, {CO_AUTHORS} co-authors each")
    good = conflicts_and_assignment(asked.peer)
    if asked.gold:
        losses = gold(asked.gold)
        ours = losses.pop("stoa")
        others = ", ".join(f"{name} {loss:.4f}" for name, loss in losses.items())
        good &= line("affinity, weighted loss", f"{ours:.4f}", others, holds=ours <= min(losses.values()))
    else:
        print(f"affinity: not measured, since the gold standard is not at {GOLD}")
    sys.exit(not good)


if __name__ == "__main__":
    main()
