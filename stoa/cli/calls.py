"""`stoa call`: calls for members by the operator: a list, one with its applications, out to a file and in from one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, notes, out, print_json, settings
from stoa.kit.faults import Fault
from stoa.kit.folder import write_alone

if TYPE_CHECKING:
    from stoa.members.models import Call
    from stoa.members.rules.incoming import BadRow, Incoming

calls = typer.Typer(name="call", help="Calls for members and the applications to them.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="CALL", show_default=False, help="Short name of a call.")]
File = Annotated[
    Path, typer.Argument(metavar="FILE", show_default=False, help="A file of applications, or JSON to write.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        show_default=False,
        help="Which column is id, name, email, organisation, orcid, earlier, advisers, advisees, publications, submitted,"
        " or a field of the form.",
    ),
]


@calls.command("list")
def list_calls(*, data: Data = None, as_json: AsJson = False) -> None:
    """List all calls, drafts among them, with how many applications stand."""
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.members.queries import calls as every

        rows = [_row(call) for call in every(OPERATOR)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        out.print(
            f"{row['call']:<24} {row['phase']:<10} closes {row['closes']}  {row['applications']:>7,} applications"
        )
    out.print(f"{len(rows):,} calls.")


@calls.command("show")
def show(name: Name, *, data: Data = None, as_json: AsJson = False) -> None:
    """Show one call with what it asks, and what reading it means."""
    with opened(settings(data=data)):
        from stoa.members.queries import reading

        call = _found(name)
        plan = reading(call)
        shown = _row(call) | {"title": call.title, "rules": call.asks.as_json(), "hours_each": plan.hours}
    if as_json:
        print_json(shown)
        return
    out.print(escape(f"{shown['title']}: {shown['phase']}, from {shown['opens']} to {shown['closes']}"))
    out.print(f"{shown['applications']:,} applications; as expected, each reviewer reads about {plan.hours:,} hours.")
    for part, items in shown["rules"].items():
        out.print(escape(f"{part}: {', '.join(item['key'] for item in items) or 'none'}"))


@calls.command("export")
def export(
    name: Name,
    file: File,
    *,
    files: Annotated[
        Path | None,
        typer.Option(
            "--files", metavar="ZIP", show_default=False, help="Write the files in applications too, as a zip."
        ),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write all that was submitted to a call to a file (JSON), for its keepers; each applicant can see that it was given out."""
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.kit.files.packing import zipped
        from stoa.members.acts import give_out, give_out_files, given_out
        from stoa.members.queries.files import in_folders

        call = _found(name)
        rows = give_out(OPERATOR, call=call)
        write_alone(file, _in_json(given_out(rows)))
        with_files = give_out_files(OPERATOR, call=call) if files else []
        if files:
            write_alone(files, zipped(in_folders(call, with_files)))
    if as_json:
        zip_ = {"zip": str(files), "with_files": len(with_files)} if files else {}
        print_json({"file": str(file), "applications": len(rows)} | zip_)
        return
    out.print(f"{len(rows):,} applications are in {file}. Whoever has the file can read them: keep it to yourself.")
    if files:
        out.print(f"The files of {len(with_files):,} of them are in {files}: keep it to yourself too.")


@calls.command("import")
def import_(
    name: Name,
    file: File,
    *,
    columns: Columns = None,
    look: Annotated[bool, typer.Option("--look", help="Only say which rows can be taken in.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Take applications from CSV, pretalx or OpenReview into a call. The same file twice changes nothing; nobody gets a mail."""
    try:
        body = file.read_bytes()
        text = body.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Fault(f"{file} can't be read as text.", remedy="Give a file in UTF-8.") from None
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.members.acts import import_applications

        call, added = _found(name), 0
        incoming, bad = _read(text, _mapping(columns or []), call)
        if bad and not look:
            raise Fault(
                f"Row {bad[0].number}: {bad[0].why} Nothing was taken in.",
                remedy=f"{len(bad):,} rows have faults; --look names them all.",
            )
        if not look:
            added = import_applications(OPERATOR, call=call, incoming=incoming, digest=hashlib.sha256(body).hexdigest())
    told = {"call": name, "added": added, "passed_over": 0 if look else len(incoming) - added}
    if as_json:
        print_json(told | {"could_be": len(incoming), "faults": [{"row": one.number, "why": one.why} for one in bad]})
        return
    for one in bad:
        notes.print(escape(f"Row {one.number}: {one.why}"))
    out.print(f"{len(incoming):,} rows can be taken in, {len(bad):,} can't.")
    if not look:
        out.print(f"{added:,} applications are in the call; {len(incoming) - added:,} were there before.")


@calls.command("invite")
def invite(
    name: Name,
    file: File,
    *,
    look: Annotated[bool, typer.Option("--look", help="Only say whom it would invite.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Draft invitations to the people in a CSV file (name, email) to apply to an open call; a steward or founder sends them."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Fault(f"{file} can't be read as text.", remedy="Give a CSV file in UTF-8.") from None
    with opened(settings(data=data)):
        from django.conf import settings as django_settings

        from stoa.kit.act import OPERATOR
        from stoa.members.acts import draft_invitations
        from stoa.members.rules.inviting import read_invitees
        from stoa.methods.sheets import NoSheet, read

        call, page = _found(name), ""
        try:
            good, bad = read_invitees(read(text))
        except NoSheet as fault:
            raise Fault(str(fault), remedy="Give CSV with the columns name and email.") from None
        if bad and not look:
            raise Fault(f"Row {bad[0].number}: {bad[0].why} Nothing was drafted.", remedy="--look names all faults.")
        if not look:
            drafted = draft_invitations(OPERATOR, call=call, people=good)
            page = django_settings.STOA.address + drafted.get_absolute_url()
    if as_json:
        faults = [{"row": one.number, "why": one.why} for one in bad]
        print_json({"call": name, "could_be": len(good), "page": page, "faults": faults})
        return
    for one in bad:
        notes.print(escape(f"Row {one.number}: {one.why}"))
    out.print(
        f"{len(good):,} can be invited, {len(bad):,} rows can't be used."
        if look
        else f"Invitations to {len(good):,} are drafted. A steward or founder sends them: {page}"
    )


@calls.command("forecast")
def forecast(name: Name, *, data: Data = None, as_json: AsJson = False) -> None:
    """Say what of a call's reading will be unread at its deadline, and what would mend it."""
    with opened(settings(data=data)):
        from stoa.review.queries import outlook

        call = _found(name)
        if call.panel is None:
            raise Fault("Nobody reads this call yet.", remedy="Begin the reading on its page.")
        told = outlook(call.panel)
    if as_json:
        print_json(asdict(told))
        return
    out.print(f"{told.given:,} of {told.wanted:,} reviews are given.")
    out.print(f"At the deadline between {told.unread.low:,} and {told.unread.high:,} will be missing.")


def _in_json(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A list in JSON, one row after the other."""
    yield b"["
    for place, row in enumerate(rows):
        yield (",\n" if place else "\n").encode() + json.dumps(row, ensure_ascii=False, indent=1).encode()
    yield b"\n]\n"


def _found(name: str) -> Call:
    from stoa.kit.act import OPERATOR
    from stoa.members.models import Call
    from stoa.members.queries import find_call

    call = find_call(name, OPERATOR)
    if call is None:
        names = ", ".join(Call.objects.values_list("slug", flat=True)[:10]) or "none yet"
        raise Fault(f"There is no call “{name}”.", remedy=f"Calls here: {names}.")
    return call


def _row(call: Call) -> dict[str, Any]:
    from stoa.kit.instants import machine
    from stoa.members.models import Application

    count = Application.objects.filter(call=call).count()
    dates = {"opens": machine(call.opens), "closes": machine(call.closes)}
    return {"call": call.slug, "phase": call.phase, **dates, "applications": count}


def _mapping(columns: list[str]) -> dict[str, str]:
    pairs = [column.partition("=") for column in columns]
    if wrong := [name for name, equals, field in pairs if not (name and equals and field)]:
        raise Fault(f"“{wrong[0]}” maps nothing.", remedy="Write --map 'Full name=name'.")
    return {name.strip(): field.strip() for name, _, field in pairs}


def _read(text: str, mapping: Mapping[str, str], call: Call) -> tuple[list[Incoming], list[BadRow]]:
    """The applications of a file, whose columns are what they are called, or what `--map` says."""
    from stoa.members.rules.incoming import fault_of_mapping, guess, read_rows
    from stoa.methods.sheets import NoSheet, read

    try:
        sheet = read(text)
    except NoSheet as fault:
        raise Fault(str(fault), remedy="Give CSV, pretalx' submissions or OpenReview's notes.") from None
    if unknown := [column for column in mapping if column not in sheet.columns]:
        raise Fault(f"The file has no column “{unknown[0]}”.", remedy=f"It has {', '.join(sheet.columns)}.")
    guessed = {column: meant for column, meant in guess(sheet.columns, call).items() if meant not in mapping.values()}
    whole = guessed | dict(mapping)
    if wrong := fault_of_mapping(whole, call):
        raise Fault(wrong, remedy="Map columns with --map.")
    return read_rows(sheet, whole, call)
