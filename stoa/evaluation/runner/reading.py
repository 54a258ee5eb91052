"""What a finished log says of its measures, for whoever ran it. What counts is what a server recomputes from the samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inspect_ai.log import read_eval_log

_WIDE = 1.96


@dataclass(frozen=True)
class Said:
    """A measure as a log says it: mean, half of the 95 % interval by clusters, and of how many samples it says something."""

    name: str
    value: float | None
    half: float | None
    samples: int


def measures_of(log: Path) -> list[Said]:
    """The measures of a log, in the suite's order."""
    results = read_eval_log(str(log), header_only=True).results
    found = []
    for score in results.scores if results else []:
        count = score.scored_samples or 0
        value = score.metrics["mean"].value if count else None
        error = score.metrics["stderr"].value if count else None
        found.append(Said(score.name, value, None if error is None else _WIDE * error, count))
    return found
