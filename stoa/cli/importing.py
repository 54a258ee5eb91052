"""`stoa import`: votes or a discussion from another program's files into a round; the same files twice change nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from stoa.cli.compute import AsApprovals, read_votes
from stoa.cli.mapping import Folder, read_conversation
from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, notes, out, print_json, settings
from stoa.kit.faults import AlreadyDone, Fault

if TYPE_CHECKING:
    from stoa.agenda.models import Round
    from stoa.methods.pabulib import Election
    from stoa.methods.polis import Conversation

importing = typer.Typer(
    name="import", help="Take votes or discussions from other programs' files.", no_args_is_help=True
)

File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A Pabulib file (.pb).")]
RoundName = Annotated[
    str, typer.Option("--round", metavar="ROUND", show_default=False, help="Short name of a round without questions.")
]


DiscussedRound = Annotated[
    str,
    typer.Option("--round", metavar="ROUND", show_default=False, help="Short name of a round with a discussion."),
]
READ = ("comments.csv", "comments.json", "participants-votes.csv", "votes.csv", "votes.json")


@importing.command("pabulib")
def pabulib(
    file: File, *, round_: RoundName, as_approvals: AsApprovals = False, data: Data = None, as_json: AsJson = False
) -> None:
    """Import questions and votes from a Pabulib file and decide the round. The file's voters are no members."""
    found = settings(data=data)
    if not file.is_file():
        raise Fault(f"There is no file {file}.", remedy="Name a Pabulib file (.pb).")
    election = read_votes(file, as_approvals=as_approvals)
    digest = _digest(file)
    with opened(found):
        target = find_round(round_)
        new = _import(target, election, digest)
    if as_json:
        print_json(_result(round_, election, digest, new=new))
    else:
        _say(round_, election, new=new)


@importing.command("polis")
def polis(folder: Folder, *, round_: DiscussedRound, data: Data = None, as_json: AsJson = False) -> None:
    """Import statements and answers of a conversation that Polis exported. The people in it are no members."""
    found = settings(data=data)
    conversation = read_conversation(folder)
    digest = _folder_digest(folder)
    with opened(found):
        new = _import_answers(find_round(round_), conversation, digest)
    read = {
        "statements": len(conversation.statements),
        "people": len(conversation.participants),
        "answers": len(conversation.value),
    }
    if as_json:
        passed = dict(conversation.skipped)
        print_json({"round": round_, "files": digest, "imported": new, **read, "passed_over": passed})
        return
    words = f"{read['statements']:,} statements and {read['answers']:,} answers of {read['people']:,} people"
    out.print(
        f"Imported {words} into {round_}."
        if new
        else f"These files were imported into {round_} before ({words}). Nothing was changed."
    )
    out.print(_passed_over(conversation.skipped))


def find_round(slug: str) -> Round:
    """The round of this short name; raises `Fault` naming those there are."""
    from stoa.agenda.models import Round
    from stoa.agenda.queries import find_round as find

    found = find(slug)
    if found is None:
        names = ", ".join(Round.objects.values_list("slug", flat=True)[:10]) or "none yet"
        raise Fault(f"There is no round “{slug}”.", remedy=f"Rounds here: {names}.")
    return found


def _import(target: Round, election: Election, digest: str) -> bool:
    """Whether the file was imported now, rather than before."""
    from stoa.agenda.acts import import_votes

    import_ = partial(import_votes, round=target, election=election, digest=digest)
    return _with_bar("Sealing votes", len(election.votes), import_)


def _import_answers(target: Round, conversation: Conversation, digest: str) -> bool:
    """Whether the conversation was imported now, rather than before."""
    from stoa.agenda.acts import import_answers

    import_ = partial(import_answers, round=target, conversation=conversation, digest=digest)
    return _with_bar("Storing answers", len(conversation.value), import_)


def _with_bar(label: str, total: int, import_: Callable[..., Any]) -> bool:
    """Let the operator import, with a progress bar; whether it was done now, rather than before."""
    from stoa.kit.act import OPERATOR

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bar:
        task = bar.add_task("", total=total)
        try:
            import_(OPERATOR, on_progress=lambda done: bar.update(task, completed=done))
        except AlreadyDone:
            return False
    return True


def _folder_digest(folder: Path) -> str:
    """SHA-256 over the names and digests of the files that are read."""
    lines = [f"{name} {_digest(folder / name)}\n" for name in READ if (folder / name).is_file()]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _passed_over(skipped: Mapping[str, int]) -> str:
    return "Passed over: " + (", ".join(f"{count:,} {reason}" for reason, count in skipped.items()) or "nothing") + "."


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _result(slug: str, election: Election, digest: str, *, new: bool) -> dict[str, object]:
    return {
        "round": slug,
        "file": digest,
        "imported": new,
        "questions": len(election.projects),
        "votes": len(election.votes),
        "passed_over": dict(election.skipped),
        "warnings": list(election.warnings),
    }


def _say(slug: str, election: Election, *, new: bool) -> None:
    read = f"{len(election.projects):,} questions and {len(election.votes):,} votes"
    if not new:
        out.print(f"This file was imported into {slug} before ({read}). Nothing was changed.")
        return
    out.print(f"Imported {read} into {slug}; its agenda is chosen.")
    out.print(_passed_over(election.skipped))
    for warning in election.warnings:
        out.print(f"Note: {warning}")
