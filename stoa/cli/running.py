"""`stoa lab run` and what goes with it: a study's suites asked of a model on this machine, shown, signed and sent in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from stoa.cli.options import notes, out
from stoa.kit.faults import Fault

if TYPE_CHECKING:
    from stoa.evaluation.runner.endpoint import Endpoint
    from stoa.evaluation.runner.planned import Plan
    from stoa.evaluation.runner.server import Server
    from stoa.evaluation.runner.work import Work

Model = Annotated[
    Path | None,
    typer.Option(
        "--model", metavar="FILE", show_default=False, help="A GGUF file; without one, the small model SmolLM2."
    ),
]
Address = Annotated[
    str, typer.Option("--server", metavar="URL", envvar="STOA_SERVER", show_default=False, help="The Stoa server.")
]
Token = Annotated[
    str,
    typer.Option("--token", envvar="STOA_TOKEN", show_default=False, help="Your API key; better kept in STOA_TOKEN."),
]
At = Annotated[
    str,
    typer.Option("--endpoint", metavar="URL", show_default=False, help="Ask this address, not a model served here."),
]
Called = Annotated[str, typer.Option("--name", show_default=False, help="The model's name at the endpoint.")]
Of = Annotated[str, typer.Option("--of", metavar="MODEL", show_default=False, help="Which of the plan's models it is.")]
Suites = Annotated[
    list[str] | None,
    typer.Option("--suite", metavar="NAME", show_default=False, help="Only this suite of the plan; can be repeated."),
]
Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where runs are kept.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask before it begins.")]
AtOnce = Annotated[int, typer.Option("--at-once", min=1, max=256, help="Requests at once.")]
Patience = Annotated[int, typer.Option("--patience", min=1, max=3_600, help="Seconds that an answer may take.")]
Price = Annotated[
    float | None, typer.Option("--price", min=0, show_default=False, help="Price of a million tokens, to say the cost.")
]
RUNS = Path("stoa-runs")


@contextmanager
def told() -> Iterator[None]:
    """What can't be used is told as every fault is: in one line, exit code 1."""
    from stoa.evaluation.faults import Unusable

    try:
        yield
    except Unusable as fault:
        raise Fault(fault.message, remedy=fault.remedy) from None


def run(
    study: Annotated[str, typer.Argument(metavar="STUDY", show_default=False, help="A study's number.")],
    *,
    server: Address = "",
    token: Token = "",
    endpoint: At = "",
    name: Called = "",
    model: Model = None,
    of: Of = "",
    suite: Suites = None,
    folder: Folder = RUNS,
    offline: Annotated[bool, typer.Option("--offline", help="Don't send in; `stoa lab submit` does it later.")] = False,
    at_once: AtOnce = 4,
    patience: Patience = 120,
    price: Price = None,
    yes: Yes = False,
) -> None:
    """Run a study's suites on a model here, and send in what it gave. Ended at any point, the same command goes on."""
    from stoa.evaluation.runner.server import Server

    with told():
        asked = Server(_address(server), token)
        plan = _plan(asked, study)
        _ask_first(asked, plan, folder, None)
        with _endpoint(endpoint, name, model, at_once, patience) as found:
            works = _works(plan, found, of, suite, root=folder, server=asked)
            _go(works, found, asked, price=price, yes=yes)
        if offline:
            _prepare(works)
        else:
            _send(works, asked)


def reproduce(
    study: Annotated[int, typer.Argument(metavar="STUDY", show_default=False, help="A study's number.")],
    number: Annotated[int, typer.Argument(metavar="RUN", show_default=False, help="The run to reproduce.")],
    *,
    server: Address = "",
    token: Token = "",
    endpoint: At = "",
    name: Called = "",
    model: Model = None,
    of: Of = "",
    folder: Folder = RUNS,
    at_once: AtOnce = 4,
    patience: Patience = 120,
    price: Price = None,
    yes: Yes = False,
) -> None:
    """Reproduce a claimed run: run its suite, commit to the log, then show it."""
    from stoa.evaluation.runner.server import Server

    with told():
        asked = Server(_address(server), token)
        claim = asked.run(study, number)
        plan = _plan(asked, str(study), claim.get("plan_version"))
        why = _ask_first(asked, plan, folder, number)
        with _endpoint(endpoint, name, model, at_once, patience) as found:
            suite = [str(claim["suite"])]
            wanted = of or str(claim["model"])
            works = _works(plan, found, wanted, suite, root=folder, server=asked, reproduces=number)
            _go(works, found, asked, price=price, yes=yes, told=why)
        _send(works, asked)


def submit(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False, help="A folder of runs.")],
    *,
    server: Address = "",
    token: Token = "",
) -> None:
    """Send in what was run with --offline, or what broke off while it was sent."""
    from stoa.evaluation.runner.server import Server
    from stoa.evaluation.runner.work import submit as send

    with told():
        asked = Server(_address(server), token)
        found = sorted(file.parent for file in folder.rglob("run.json") if (file.parent / "log.eval").exists())
        if not found:
            raise Fault(f"{folder} holds no finished run.", remedy="Finish one with `stoa lab run`.")
        for one in found:
            sent = send(one, asked, lambda _: None)
            out.print(escape(f"Run {sent['run']} of study {sent['study']} is sent in: {sent['suite']}."))


def failed(
    study: Annotated[int, typer.Argument(metavar="STUDY", show_default=False, help="A study's number.")],
    number: Annotated[int, typer.Argument(metavar="RUN", show_default=False, help="Your run that failed.")],
    reason: Annotated[str, typer.Argument(metavar="REASON", show_default=False, help="Why; everybody reads it.")],
    *,
    server: Address = "",
    token: Token = "",
) -> None:
    """Say that a run of yours failed and won't be finished. Its number stays."""
    from stoa.evaluation.runner.server import Server

    with told():
        Server(_address(server), token).failed(study, number, reason)
    out.print(f"Run {number} of study {study} is marked as failed.")


def demo(
    *,
    samples: Annotated[int, typer.Option("--samples", min=1, max=500, help="Samples a suite.")] = 50,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the sample sets.")] = 1,
    endpoint: At = "",
    name: Called = "",
    model: Model = None,
    suite: Suites = None,
    folder: Folder = RUNS,
    at_once: AtOnce = 4,
    patience: Patience = 120,
    yes: Yes = False,
) -> None:
    """Try all suites on a model here, for practice: without a server, and nothing is sent in."""
    from stoa.evaluation.runner.planned import practice
    from stoa.evaluation.runner.work import saved

    with told(), _endpoint(endpoint, name, model, at_once, patience) as found:
        plan = practice(_here(suite), samples, seed, found.weights, found.name)
        root = folder / f"{plan.digest[7:15]}"
        works = _works(plan, found, plan.models[0].id, None, root=root, server=None)
        _go(works, found, None, price=None, yes=yes)
        out.print(escape(f"Check a log as a server does: stoa lab check LOG --plan {saved(works)}"))


def suites() -> None:
    """List the suites: what each measures, and at most how many samples it has."""
    from stoa.evaluation.catalogue import SUITES

    for one in SUITES.values():
        out.print(escape(f"{one.name:<26} {one.area:<11} {one.title} (version {one.version}, at most {one.most:,})"))


def _here(wanted: Sequence[str] | None) -> list[str]:
    """The suites by name, with or without `stoa/`; without a wish all that need no local copy of anything."""
    from stoa.evaluation.catalogue import SUITES
    from stoa.evaluation.suites.refusal import VARIABLE

    if not wanted:
        return [name for name in SUITES if name != "stoa/refusal" or os.environ.get(VARIABLE)]
    names = [one if "/" in one else f"stoa/{one}" for one in wanted]
    for one in names:
        if one not in SUITES:
            raise Fault(f"There is no suite {one}.", remedy="`stoa lab suites` lists them.")
    return names


def _address(server: str) -> str:
    if not server:
        raise Fault("No server is named.", remedy="Give --server URL, or set STOA_SERVER.")
    return server


def _plan(server: Server, study: str, version: int | None = None) -> Plan:
    from stoa.evaluation.runner.planned import plan_of

    if not (study.isascii() and study.isdecimal()):
        raise Fault(f"{study} is no study's number.", remedy="Its page says it.")
    return plan_of(server.plan(int(study), version))


def _ask_first(server: Server, plan: Plan, folder: Path, reproduces: int | None) -> str:
    """Have the server refuse who may not run, and say of a reproduction whether it would count, before a model is started.

    What is under way goes on in any case: whether it counts was settled when it was numbered. Returns why it would not.
    """
    from stoa.evaluation.runner.work import is_under_way, put_by

    for said in put_by(folder, plan, reproduces, server):
        notes.print(escape(said))
    if is_under_way(folder, plan.study, reproduces):
        return ""
    why = server.demand_may_begin(plan.study, reproduces)
    if reproduces:
        notes.print(escape(f"It won’t count as independent: {why}" if why else "It would count as independent."))
    return why


@contextmanager
def _endpoint(address: str, name: str, model: Path | None, at_once: int, patience: int) -> Iterator[Endpoint]:
    """The model that is asked: at an address that was given, else served here while the block runs."""
    from stoa.evaluation.llama import smollm2
    from stoa.evaluation.runner.endpoint import KEY_VARIABLE, Endpoint
    from stoa.evaluation.serving import served

    if address:
        key = os.environ.get(KEY_VARIABLE, "")
        yield Endpoint(address.rstrip("/"), name or "model", key, at_once, patience)
        return
    with served(model or smollm2(), slots=at_once) as found:
        yield Endpoint(found.address, found.name, "", at_once, patience, found.file)


def _works(
    plan: Plan,
    endpoint: Endpoint,
    of: str,
    wanted: Sequence[str] | None,
    *,
    root: Path,
    server: Server | None,
    reproduces: int | None = None,
) -> list[Work]:
    """The runs that are to be done, or gone on with."""
    from stoa.evaluation.runner.planned import check_suite, model_of
    from stoa.evaluation.runner.work import Work, folder_of

    model = model_of(plan, weights=endpoint.weights, wanted=of)
    names = set(_here(wanted)) if wanted else {one.name for one in plan.suites}
    chosen = [one for one in plan.suites if one.name in names]
    if not chosen:
        raise Fault("The plan has none of these suites.", remedy=f"It has {', '.join(s.name for s in plan.suites)}.")
    works = [Work(plan, one, model, folder_of(root, plan, one, model, reproduces), reproduces) for one in chosen]
    works = [work.of_its_plan(server) if server else work for work in works]
    for work in works:
        check_suite(work.plan, work.suite)
    return works


def _go(
    works: Sequence[Work],
    endpoint: Endpoint,
    server: Server | None,
    *,
    price: float | None,
    yes: bool,
    told: str = "",
) -> None:
    """Say what it takes, ask, then run one suite after the other. `told` is why it won't count, if that was said before."""
    from stoa.evaluation.runner.endpoint import measured
    from stoa.evaluation.runner.outlook import outlook
    from stoa.evaluation.runner.planned import named_as_planned

    if all(work.log.exists() for work in works):
        out.print("Every suite is finished.")
        return
    endpoint = named_as_planned(works[0].plan, works[0].model, endpoint)
    with notes.status("Asking for a few tokens …"):
        speed = measured(endpoint)
    said = outlook(works, speed)
    _say(works, said.samples, said.tokens_in + said.tokens_out, speed.tokens_a_second, said.seconds)
    _say_cost(endpoint, None if price is None else said.cost(price))
    if not yes and not typer.confirm("Begin?", default=True):
        raise typer.Exit(1)
    with _progress() as progress:
        for work in works:
            kept = work.begun(server)
            if kept.dependence != told:
                _say_dependence(kept.dependence)
            task = progress.add_task(work.suite.name, total=work.suite.samples)
            work.asked(kept, endpoint, _moved(progress, task))
    _show(works)


def _say(works: Sequence[Work], samples: int, tokens: int, rate: float, seconds: float) -> None:
    from stoa.evaluation.runner.outlook import in_words

    out.print(escape(f"{works[0].plan.title}: {_counted(works)}, {samples:,} samples to ask of {works[0].model.name}."))
    out.print(f"About {tokens:,} tokens at most; at {rate:.0f} tokens a second, about {in_words(seconds)}.")


def _counted(works: Sequence[Work]) -> str:
    return "1 suite" if len(works) == 1 else f"{len(works)} suites"


def _say_cost(endpoint: Endpoint, cost: float | None) -> None:
    if endpoint.weights:
        out.print("It costs nothing but electricity: the model runs on this machine.")
    elif cost is None:
        out.print("The endpoint may charge for these tokens; --price says how much.")
    else:
        out.print(f"At this price, about {cost:,.2f} at most.")


def _say_dependence(why: str) -> None:
    """Before the model is asked; whoever stops here loses nothing but a number."""
    if why:
        notes.print(escape(f"This won’t count as independent: {why} Ctrl-C stops it."))


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=notes)


def _show(works: Sequence[Work]) -> None:
    """Each measure with the half of its 95 % interval, as the logs say; a server recomputes them."""
    from stoa.evaluation.runner.reading import measures_of

    table = Table("suite", "measure", "value", "±", "samples", box=None, pad_edge=False)
    for work in works:
        for one in measures_of(work.log):
            value = _unsaid(work) if one.value is None else f"{one.value:.3f}"
            half = "" if one.half is None else f"{one.half:.3f}" if one.half else "all alike"
            table.add_row(work.suite.name, one.name, value, half, str(one.samples))
    out.print(table)
    out.print(escape(f"Logs are in {works[0].folder.parent}."))


def _unsaid(work: Work) -> str:
    """Why a measure has no value: the model gave no log-probabilities, or no sample of the set asks for it."""
    from stoa.evaluation.catalogue import SUITES

    return "not measurable here" if SUITES[work.suite.name].needs_log_probabilities else "no such sample"


def _send(works: Sequence[Work], server: Server) -> None:
    from stoa.evaluation.runner.work import submit as send

    for work in works:
        with _progress() as progress:
            task = progress.add_task(f"sending {work.suite.name}", total=work.log.stat().st_size)
            sent = send(work.folder, server, _moved(progress, task))
        out.print(escape(f"Run {sent['run']} is sent in: {server.address}{sent.get('address', '')}"))


def _prepare(works: Sequence[Work]) -> None:
    from stoa.evaluation.runner.work import prepared

    for work in works:
        prepared(work.folder)
    out.print(escape(f"Signed, and not sent in: stoa lab submit {works[0].folder.parent}"))


def _moved(progress: Progress, task: TaskID) -> Callable[[int], None]:
    return lambda count: progress.update(task, completed=count)
