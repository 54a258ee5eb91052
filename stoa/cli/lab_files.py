"""What files of the lab say: the log of a run, checked as a server checks it; a model’s weights, by their head."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from stoa.cli.options import AsJson, notes, out
from stoa.cli.running import Token, told
from stoa.kit.faults import Invalid

MEGABYTES = 2_048
"""Address space for reading a file, as a server takes it."""
Log = Annotated[Path, typer.Argument(metavar="LOG", show_default=False, help="A log of Inspect, .eval or .json.")]
Plan = Annotated[
    Path | None,
    typer.Option("--plan", metavar="FILE", show_default=False, help="The study's plan, as its page gives it as JSON."),
]


def check(log: Log, *, plan: Plan = None, as_json: AsJson = False) -> None:
    """Grade a log's answers anew and name what doesn't follow. Exits with 0 if all follows, 1 if not, 2 if it can't be read."""
    verdict = _answer("stoa.evaluation.logs", [str(log), *_planned(plan)], "Samples")
    if as_json:
        sys.stdout.write(json.dumps(verdict) + "\n")
    else:
        _told(verdict)
    raise typer.Exit({"follows": 0, "differs": 1}.get(verdict["verdict"], 2))


def model(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]…", show_default=False, help="Weights, GGUF or safetensors; without one, SmolLM2."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print what the head of weights says, and their digest. No weight is loaded. Of weights in several files name them all."""
    from stoa.evaluation.llama import smollm2
    from stoa.evaluation.weights.header import BadWeights
    from stoa.evaluation.weights.reading import header_of_all

    with told():
        files = files or [smollm2()]
    try:
        found = {"file": files[0].name, **asdict(header_of_all(files))}
        found["digest"] = _digest(files, found["size"])
    except (OSError, BadWeights) as fault:
        raise Invalid(
            f"{', '.join(map(str, files))} can’t be read: {fault}",
            remedy="Name a whole file of weights, GGUF or safetensors, or all files of one model.",
        ) from None
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for name, value in found.items():
        out.print(escape(f"{name}: {'not said' if value is None else value}"))


def _digest(files: Sequence[Path], size: int) -> str:
    from stoa.evaluation.weights.header import digest_of, digest_of_all

    with _drawn("Digest") as progress:
        heard = _summed(progress, size)
        digests = {file.name: digest_of(file, heard) for file in files}
    return next(iter(digests.values())) if len(files) == 1 else digest_of_all(digests)


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help="Inspect, garak, lm-eval, Every Eval Ever.")
    ],
    *,
    server: Annotated[
        str, typer.Option("--server", metavar="URL", show_default=False, help="Bring it to this Stoa server.")
    ] = "",
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Print what a file of another program's results would bring; with --server, bring it. It counts as imported only."""
    found = _answer("stoa.evaluation.formats", [str(file)], "Results")
    if "fault" in found:
        raise Invalid(f"{file} can’t be read in: {found['fault']}", remedy="Name a whole file of results.")
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        _say_imported(found)
    if server:
        _bring(found, server, token)


def _say_imported(found: Mapping[str, Any]) -> None:
    samples = f"{found['samples']:,} samples" if found["samples"] else "How many samples is not known"
    made = f"{found['format']}, made by {found['made_by']}, of {found['model']}; licence {found['licence']}"
    out.print(escape(made))
    many = sum(len(result["measures"]) for result in found["results"])
    again = f"{found['recomputed']} of {many} numbers follow from the samples beside them"
    told = again if found["recomputed"] else "nobody recomputed these numbers"
    out.print(f"Imported, not registered here: {told}. {samples}.")
    for result in found["results"]:
        for name, one in result["measures"].items():
            error = f" ± {one['error']:.4f}" if "error" in one else ""
            out.print(escape(f"{result['suite']}: {name} {one['value']:.4f}{error}"))


def _bring(found: Mapping[str, Any], address: str, token: str) -> None:
    from stoa.evaluation.runner.server import Server

    with told():
        new = Server(address, token).bring({name: found[name] for name in ("format", "source", "results")})
    said = f"{new} new {'result' if new == 1 else 'results'}" if new else "They were there before"
    notes.print(escape(f"{said}, shown as imported: {address.rstrip('/')}/lab/imported"))


def _summed(progress: Any, of: int) -> Callable[[int], None]:
    done = 0

    def told(more: int) -> None:
        nonlocal done
        done += more
        progress(done, of)

    return told


def _answer(module: str, arguments: Sequence[str], what: str) -> dict[str, Any]:
    """What a process of its own says of a file that somebody else may have made, with as little as a server gives it."""
    from stoa.evaluation.confined import NOT_INSTALLED, answer_of

    with _drawn(what) as progress:
        code, said, last = answer_of(module, arguments, progress, MEGABYTES)
    if code == NOT_INSTALLED:
        raise Invalid("Reading logs needs the extra “lab”.", remedy="Install stoa-server[lab].")
    if code:
        raise Invalid(f"The file could not be read: {last}", remedy="Try again; the file may be too large for here.")
    found: dict[str, Any] = json.loads(said)
    return found


@contextmanager
def _drawn(what: str = "Samples") -> Iterator[Any]:
    """A bar on standard error, where somebody looks."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _planned(plan: Path | None) -> list[str]:
    """Where the plan lies, if one is given: as arguments. Raises `Invalid` where it is none."""
    if plan is None:
        return []
    try:
        found = json.loads(plan.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise Invalid(f"{plan} can’t be read as a plan: {fault}.", remedy="Take it from the study’s page.") from None
    if not isinstance(found, dict):
        raise Invalid(f"{plan} is no plan.", remedy="Take it from the study’s page.")
    return [str(plan)]


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
