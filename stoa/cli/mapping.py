"""`stoa compute opinion-map`: the opinion map of a conversation exported from Polis, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from stoa.cli.options import AsJson, notes, out, print_json
from stoa.kit.faults import Fault

if TYPE_CHECKING:
    from stoa.methods.opinion_map import Map
    from stoa.methods.polis import Conversation

MOST_GROUPS = 20
SHOWN = 5

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="DIR",
        show_default=False,
        help="A folder that Polis exported: comments.csv with votes.csv or participants-votes.csv.",
    ),
]


def opinion_map(
    folder: Folder,
    *,
    k: Annotated[
        int | None,
        typer.Option("--k", min=1, max=MOST_GROUPS, show_default=False, help="How many groups; without, as are clear."),
    ] = None,
    smallest: Annotated[
        int, typer.Option("--min-group", min=1, metavar="N", help="People that a group needs to be told of.")
    ] = 5,
    as_json: AsJson = False,
) -> None:
    """Find who answers alike, what all groups share and what divides them, in a conversation exported from Polis."""
    from stoa.methods.opinion_map import find_map

    talk = read_conversation(folder)
    found = find_map(
        talk.person,
        talk.statement,
        talk.value,
        people=len(talk.participants),
        statements=len(talk.statements),
        out=talk.taken_out,
        seed=b"stoa compute opinion-map",
        k=k,
        smallest=smallest,
    )
    for reason, count in talk.skipped.items():
        notes.print(f"Passed over: {count:,} {reason}.")
    if as_json:
        print_json(_as_json(talk, found))
    else:
        _say(talk, found)


def read_conversation(folder: Path) -> Conversation:
    """The conversation in a folder, with a bar for large ones; raises `Fault` where it can't be read."""
    from stoa.methods.polis import read
    from stoa.methods.rows import BadFile

    columns = (TextColumn("Reading"), BarColumn(), DownloadColumn())
    try:
        with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bar:
            task = bar.add_task("", total=_size(folder))
            return read(folder, on_progress=lambda done: bar.update(task, completed=done))
    except BadFile as fault:
        raise Fault(f"{folder}: {fault}") from None
    except OSError as fault:
        raise Fault(
            f"{folder} can't be read ({(fault.strerror or 'no folder').lower()}).",
            remedy="Name the folder that Polis' export was unpacked to.",
        ) from None


def _size(folder: Path) -> int | None:
    """The bytes of the file whose reading is shown."""
    found = (folder / name for name in ("votes.csv", "participants-votes.csv"))
    return next((path.stat().st_size for path in found if path.is_file()), None)


def _as_json(talk: Conversation, found: Map) -> dict[str, Any]:
    statements = [_id(one.id) for one in talk.statements]
    people = [_id(one) for one in talk.participants]
    return {
        "participants": len(people),
        "statements": len(statements),
        "votes": len(talk.value),
        "groups": [
            {"size": len(group.members), "members": [people[place] for place in group.members]}
            for group in found.groups
        ],
        "consensus": [statements[mark.statement] for mark in found.shared],
        "divisive": [statements[place] for place in found.dividing],
        "stability": round(found.stability, 4),
    }


def _id(text: str) -> int | str:
    """Polis counts people and statements; whatever else stands there stays text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text


def _say(talk: Conversation, found: Map) -> None:
    out.print(f"{len(talk.participants):,} people, {len(talk.statements):,} statements, {len(talk.value):,} votes.")
    if not found.groups:
        out.print("No clear groups: people do not fall into groups that would be found again.")
    for name, group in zip("ABCDEFGHIJKLMNOPQRST", found.groups, strict=False):
        out.print(f"Group {name}: {len(group.members):,} people")
        for mark in group.marks[:SHOWN]:
            out.print(f"  {'agrees' if mark.sign > 0 else 'disagrees'}: {_text(talk, mark.statement)}")
    out.print("Shared:" if found.shared else "Nothing is shared by all beyond chance.")
    for mark in found.shared[:SHOWN]:
        out.print(f"  {'all agree' if mark.sign > 0 else 'all disagree'}: {_text(talk, mark.statement)}")
    out.print("Dividing:" if found.dividing else "Nothing divides people beyond chance.")
    for place in found.dividing[:SHOWN]:
        out.print(f"  {_text(talk, place)}")
    out.print(f"Stability: {found.stability:.2f} (1: the same groups in every resample).")


def _text(talk: Conversation, place: int) -> str:
    """A statement with its id, fit for the terminal."""
    from rich.markup import escape

    one = talk.statements[place]
    return escape("".join(each if each.isprintable() else " " for each in f"{one.id} {one.text}"))
