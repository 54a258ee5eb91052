"""What a file brings as a server takes it: `POST /api/v1/lab/imported`, a result a task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from stoa.evaluation.formats.imported import Imported, Reported

LONGEST_MODEL, LONGEST_SUITE, LONGEST_MEASURE = 200, 120, 80
"""Characters that a server takes; what is longer is cut."""


def brought(found: Imported) -> dict[str, Any]:
    """The body of the request: format, digest of the file, and for each task its measures with value, error and samples."""
    tasks: dict[str, list[Reported]] = defaultdict(list)
    for one in found.measures:
        tasks[one.task[:LONGEST_SUITE].strip()].append(one)
    return {
        "format": found.format,
        "source": f"sha256:{found.sha256}",
        "results": [
            {"model_name": found.model[:LONGEST_MODEL].strip(), "suite": task, "measures": _named(measures)}
            for task, measures in tasks.items()
        ],
    }


def _named(measures: Iterable[Reported]) -> dict[str, dict[str, float]]:
    """Each under its name; of several with one name the later ones are numbered, so that none is lost."""
    named: dict[str, dict[str, float]] = {}
    for one in measures:
        name, turn = one.name[:LONGEST_MEASURE].strip(), 1
        while name in named:
            turn += 1
            mark = f" ({turn})"
            name = one.name[: LONGEST_MEASURE - len(mark)].strip() + mark
        named[name] = _numbers(one)
    return named


def _numbers(one: Reported) -> dict[str, float]:
    known = {"value": one.value, "error": one.error, "samples": one.samples}
    return {name: value for name, value in known.items() if value is not None}
