"""`stoa compute`: methods on files alone, without a server: equal shares on a Pabulib file, the opinion map of a conversation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from stoa.cli.mapping import opinion_map
from stoa.cli.options import AsJson, notes, out, print_json
from stoa.kit.faults import Fault

if TYPE_CHECKING:
    from stoa.methods.equal_shares import AgendaChoice
    from stoa.methods.pabulib import Election

compute = typer.Typer(name="compute", help="Compute results from files alone.", no_args_is_help=True)
compute.command("opinion-map")(opinion_map)

MOST_SEED = 64
PHASES = {"mes": "equal shares", "add1": "equal shares, raised", "utilitarian": "most approvals of what still fits"}

AsApprovals = Annotated[
    bool, typer.Option("--as-approvals", help="Read cumulative, ordinal and scoring votes as approvals.")
]
Votes = Annotated[
    Path, typer.Argument(metavar="FILE", show_default=False, help="A Pabulib file (.pb); - reads standard input.")
]


@compute.command("equal-shares")
def equal_shares(
    file: Votes,
    *,
    utility: Annotated[
        Literal["cost", "cardinality"], typer.Option(help="What a supporter counts a project for: its cost, or one.")
    ] = "cost",
    completion: Annotated[Literal["none", "add1u"], typer.Option(help="How what is left is spent.")] = "add1u",
    seed: Annotated[
        str | None,
        typer.Option(
            metavar="HEX",
            show_default=False,
            help="Ties go to the smaller SHA-256(seed, id); without, to what is listed first.",
        ),
    ] = None,
    as_approvals: AsApprovals = False,
    as_json: AsJson = False,
) -> None:
    """Choose projects by the method of equal shares, with a certificate that others can check."""
    from stoa.methods.equal_shares import choose

    known_seed = _seed(seed)
    election = read_votes(file, as_approvals=as_approvals)
    choice = choose(
        [vote.approved for vote in election.votes],
        {project.id: project.cost for project in election.projects},
        election.budget,
        utility=utility,
        completion=completion,
        seed=known_seed,
    )
    tell_passed_over(election)
    if as_json:
        print_json(_in_the_files_unit(choice, election))
    else:
        _print(choice, election)


def read_votes(file: Path, *, as_approvals: bool = False) -> Election:
    """The election in a Pabulib file, with a bar for large ones; raises `Fault` where it can't be read."""
    from stoa.methods.pabulib import read
    from stoa.methods.rows import BadFile

    try:
        if str(file) == "-":
            return read(sys.stdin.buffer, as_approvals=as_approvals)
        columns = (TextColumn("Reading"), BarColumn(), DownloadColumn())
        with (
            file.open("rb") as stream,
            Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bar,
        ):
            task = bar.add_task("", total=file.stat().st_size)
            return read(stream, as_approvals=as_approvals, on_progress=lambda done: bar.update(task, completed=done))
    except BadFile as fault:
        raise Fault(f"{file}: {fault}") from None
    except OSError as fault:
        raise Fault(
            f"{file} can't be read ({(fault.strerror or 'no file').lower()}).", remedy="Name a Pabulib file."
        ) from None


def tell_passed_over(election: Election) -> None:
    """Say on standard error what of the file was not counted, and what it says of itself that is not so."""
    for reason, count in election.skipped.items():
        notes.print(f"Passed over: {count:,} {reason}.")
    for warning in election.warnings:
        notes.print(f"Note: {warning}")


def _seed(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        seed = b""
    if not 1 <= len(seed) <= MOST_SEED:
        raise typer.BadParameter(f"--seed takes 1 to {MOST_SEED} bytes in hexadecimal, such as 5f3a…")
    return seed


def _in_the_files_unit(choice: AgendaChoice, election: Election) -> dict[str, Any]:
    """The result as JSON; where the file counts in fractions, cost and budget are decimal texts in its own unit.

    Amounts within the certificate stay whole numbers; its `unit` says of what.
    """
    from stoa.methods.pabulib import in_units

    result: dict[str, Any] = choice.as_json()
    result |= {name: in_units(result[name], election.scale) for name in ("cost", "budget")}
    if election.scale != 1:
        result["certificate"] = result["certificate"] | {"unit": str(in_units(1, election.scale))}
    return result


def _print(choice: AgendaChoice, election: Election) -> None:
    from stoa.methods.pabulib import in_units

    projects = {project.id: project for project in election.projects}
    approvals: dict[str, int] = dict.fromkeys(projects, 0)
    for vote in election.votes:
        for project in vote.approved:
            approvals[project] += 1
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (
        ("", "right"),
        ("Id", "left"),
        ("Project", "left"),
        ("Cost", "right"),
        ("Approvals", "right"),
        ("Chosen by", "left"),
    ):
        table.add_column(name, justify=cast("Any", justify), overflow="fold")
    for place, key in enumerate(choice.selected, start=1):
        cost = _said(in_units(projects[key].cost, election.scale))
        table.add_row(
            str(place), _plain(key), _plain(projects[key].name), cost, f"{approvals[key]:,}", PHASES[choice.phase[key]]
        )
    out.print(table)
    spent, budget = (_said(in_units(amount, election.scale)) for amount in (choice.cost, choice.budget))
    chosen = f"{len(choice.selected):,} of {len(projects):,} projects"
    out.print(
        f"{chosen} for {spent} of {budget} {_plain(election.unit)}".rstrip() + f", by {len(election.votes):,} voters."
    )


def _said(amount: int | str) -> str:
    return f"{amount:,}" if isinstance(amount, int) else amount


def _plain(text: str) -> str:
    """Text from a file, without markup and control characters, for the terminal."""
    from rich.markup import escape

    return escape("".join(character if character.isprintable() else " " for character in text))
