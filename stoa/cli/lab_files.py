"""What files of the lab say: the log of a run, checked as a server checks it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from stoa.cli.options import AsJson, out
from stoa.kit.faults import Invalid

Log = Annotated[Path, typer.Argument(metavar="LOG", show_default=False, help="A log of Inspect, .eval or .json.")]
Plan = Annotated[
    Path | None,
    typer.Option("--plan", metavar="FILE", show_default=False, help="The study's plan, as its page gives it as JSON."),
]


def check(log: Log, *, plan: Plan = None, as_json: AsJson = False) -> None:
    """Grade a log's answers anew and name what doesn't follow. Exits with 0 if all follows, 1 if not, 2 if it can't be read."""
    with _lab_installed():
        from stoa.evaluation.catalogue import SUITES
        from stoa.evaluation.logs.checking import check
    with _drawn() as progress:
        verdict = check(log, _read(plan), suites=SUITES, progress=progress).verdict
    if as_json:
        sys.stdout.write(json.dumps(verdict) + "\n")
    else:
        _told(verdict)
    raise typer.Exit({"follows": 0, "differs": 1}.get(verdict["verdict"], 2))


@contextmanager
def _lab_installed() -> Iterator[None]:
    try:
        yield
    except ImportError:
        raise Invalid("Reading logs needs the extra “lab”.", remedy="Install stoa-server[lab].") from None


@contextmanager
def _drawn() -> Iterator[Any]:
    """A bar on standard error, where somebody looks."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        samples = bar.add_task("Samples", total=None)
        yield lambda done, of: bar.update(samples, completed=done, total=of)


def _read(plan: Path | None) -> Mapping[str, Any] | None:
    if plan is None:
        return None
    try:
        found = json.loads(plan.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise Invalid(f"{plan} can’t be read as a plan: {fault}.", remedy="Take it from the study’s page.") from None
    if not isinstance(found, dict):
        raise Invalid(f"{plan} is no plan.", remedy="Take it from the study’s page.")
    return found


def _told(verdict: Mapping[str, Any]) -> None:
    from stoa.evaluation.logs.faults import KINDS

    words = {
        "follows": "Every number follows from the log.",
        "differs": "What differs:",
        "unreadable": "It can’t be read:",
    }
    out.print(words[verdict["verdict"]])
    for fault in verdict["faults"]:
        against = "" if fault["said"] is None else f" (should be {fault['said']})"
        found = "" if fault["found"] is None else f" Found: {fault['found']}{against}."
        out.print(escape(f"- {KINDS[fault['kind']]} [{fault['kind']}] {fault['where']}.{found}"))
    more = sum(verdict.get("counts", {}).values()) - len(verdict["faults"])
    if more > 0:
        out.print(f"- and {more} more of these kinds")
    for name, one in verdict["measures"].items():
        interval = f"95 % interval {one['low']:.3f} to {one['high']:.3f}"
        out.print(f"{name}: {one['value']:.3f}, {interval}, {one['samples']} samples in {one['clusters']} clusters")
    for name in verdict["not_measurable"]:
        out.print(f"{name}: not measurable from this log")
