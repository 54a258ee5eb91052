"""What a run of the lab costs over Inspect alone, and how long all suites take on the small model: `python bench/lab.py [--study]`.

Overhead: pairs of turns of 1,000 samples on Inspect's mock model, a run of the lab and what `inspect eval` does with the same
suite, in this process; which of the two comes first changes from pair to pair, so that what drifts cancels out. Ours includes
what a run does besides: checking the sample set, the copy that is given away, the signature. Compared is the median of the
ratios of the pairs, once of processor seconds, which others on the machine lengthen least and which the limit is on, and once
of seconds by the clock; behind each the bounds between which the true median lies with 95 %. Beside it, for information, the
same prompts with Inspect's plainest scorer: Inspect copies every sample once for each measure of a suite. `--study` also runs
`stoa lab demo`: all suites, 50 samples each, on SmolLM2, offline, on whatever processors there are; quiet ones, if the time is
to mean something.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from inspect_ai import Task
from inspect_ai import eval as ask
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import Model, ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import includes
from inspect_ai.solver import generate, system_message

from bench._peers import verdict
from stoa.evaluation.catalogue import SUITES
from stoa.evaluation.runner.endpoint import Endpoint
from stoa.evaluation.runner.planned import Plan, check_suite, practice
from stoa.evaluation.runner.work import Work, prepared
from stoa.evaluation.tasks import task_of
from stoa.methods.evaluation.distributions import binomial_below

SAMPLES, PAIRS, AT_ONCE = 1_000, 10, 20
ASIDE = 4
"""Of so many pairs one is followed by a turn of the plain task."""
RUN, ALONE, PLAIN = "a run of the lab", "Inspect, same suite", "Inspect, one measure"
SUITE = "stoa/context_leak"
MOST, LONGEST = 0.05, 15 * 60


class Mock(Endpoint):
    """Inspect's mock model in the place of an endpoint."""

    @property
    def model(self) -> Any:
        """The model itself, where an endpoint gives the name of one."""
        return mock()


def mock() -> Model:
    """Inspect's mock model, with a count of tokens, which it would else fetch a vocabulary for."""
    usage = ModelUsage(input_tokens=40, output_tokens=12, total_tokens=52)
    choice = ModelOutput.from_content("mock", "I can't tell you anything of that person's record.").choices[0]
    return get_model(
        "mockllm/model", custom_outputs=lambda *_: ModelOutput(model="mock", choices=[choice], usage=usage)
    )


def alone(folder: Path) -> None:
    """The suite as `inspect eval` runs it."""
    _ask(task_of(SUITE, samples=SAMPLES, seed=1), folder)


def plain(folder: Path) -> None:
    """The same prompts as a task with Inspect's own scorer."""
    rows = SUITES[SUITE].samples(1, SAMPLES)
    samples = [Sample(id=one.id, input=one.input, target=one.target, metadata=dict(one.metadata)) for one in rows]
    solver = [system_message("You answer for a library."), generate()]
    _ask(Task(dataset=MemoryDataset(samples), solver=solver, scorer=includes()), folder)


def _ask(task: Task, folder: Path) -> None:
    ways = {"max_samples": AT_ONCE, "max_connections": AT_ONCE, "ctl_server": False}
    assert ask(task, model=mock(), display="none", log_dir=str(folder), **ways)[0].status == "success"


def ours(folder: Path, plan: Plan) -> None:
    """A run of the suite, signed."""
    check_suite(plan, plan.suites[0])
    work = Work(plan, plan.suites[0], plan.models[0], folder)
    work.asked(work.begun(None), Mock("http://127.0.0.1:9/v1", "mock", at_once=AT_ONCE), lambda _: None)
    prepared(folder)


class Took(NamedTuple):
    """Seconds of a turn: of all processors, and by the clock."""

    processor: float
    clock: float


def turn(work: Callable[[Path], None], folder: Path) -> Took:
    """Do it once, with what the turns before left cleared away."""
    gc.collect()
    processor, clock = time.process_time(), time.perf_counter()
    work(folder)
    return Took(time.process_time() - processor, time.perf_counter() - clock)


def overhead(folder: Path) -> bool:
    """Run both in turn and print how much longer ours takes."""
    weights = folder / "mock.gguf"
    weights.write_bytes(b"GGUF")
    plan = practice([SUITE], SAMPLES, 1, weights)
    works = {PLAIN: plain, ALONE: alone, RUN: lambda at: ours(at, plan)}
    took: dict[str, list[Took]] = {name: [] for name in works}
    for name, work in works.items():
        turn(work, folder / f"first {name}")  # what is loaded once is no part of it
    for pair in range(PAIRS):
        order = [ALONE, RUN] if pair % 2 else [RUN, ALONE]
        for name in [*order, *([PLAIN] if pair % ASIDE == 0 else [])]:
            took[name].append(turn(works[name], folder / f"{name} {pair}"))
    for name, turns in took.items():
        print(f"{name:<21} {_seconds(turns, 'processor')} by processors, {_seconds(turns, 'clock')} by the clock")
    clock, processor = (_more(took, kind) for kind in ("clock", "processor"))
    print(f"{PAIRS} pairs of {SAMPLES} samples on the mock model: {_said(clock)} by the clock, {_said(processor)} by processors "
          f"(at most {MOST:+.0%}): {verdict(holds=processor[1] < MOST)}")  # fmt: skip
    return processor[1] < MOST


def _seconds(turns: Sequence[Took], kind: str) -> str:
    found = [getattr(one, kind) for one in turns]
    return f"{statistics.median(found):6.2f} s ({min(found):.2f} to {max(found):.2f})"


def _more(took: Mapping[str, Sequence[Took]], kind: str) -> tuple[float, float, float]:
    """By how much ours takes longer: the lower bound, the median and the upper bound of the pairs' ratios, less 1.

    The bounds are ratios in order of size: the true median lies beyond the k-th from either end with twice the probability of
    fewer than k heads in as many tosses.
    """
    pairs = zip(took[RUN], took[ALONE], strict=True)
    ratios = sorted(getattr(ours, kind) / getattr(alone, kind) - 1 for ours, alone in pairs)
    k = max(k for k in range(1, len(ratios) // 2) if 2 * binomial_below(k - 1, len(ratios), 0.5) <= 0.05)
    return ratios[k - 1], statistics.median(ratios), ratios[-k]


def _said(found: tuple[float, float, float]) -> str:
    return f"{found[1]:+.1%} ({found[0]:+.1%} to {found[2]:+.1%})"


def study(folder: Path) -> bool:
    """All suites on the small model, by the command that a member gives."""
    start = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "stoa.cli", "lab", "demo", "--samples", "50", "--folder", str(folder), "--yes"],
        check=True,
    )
    seconds = time.monotonic() - start
    print(
        f"all suites, 50 samples each: {seconds / 60:.1f} min (at most {LONGEST // 60}): {verdict(holds=seconds < LONGEST)}"
    )
    return seconds < LONGEST


def main() -> None:
    """Print both, or the first; exit with 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", action="store_true", help="also run all suites on SmolLM2: minutes")
    asked = parser.parse_args()
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    with TemporaryDirectory() as name:
        os.environ["XDG_CONFIG_HOME"] = name
        holds = overhead(Path(name)) & (study(Path(name)) if asked.study else True)
    sys.exit(not holds)


if __name__ == "__main__":
    main()
