"""`stoa call`: calls for members by the operator: a list, one with its applications, out to a file and in from one."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, out, print_json, settings
from stoa.kit.faults import Fault

if TYPE_CHECKING:
    from stoa.members.acts.moving import Incoming
    from stoa.members.models import Call

calls = typer.Typer(name="call", help="Calls for members and the applications to them.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="CALL", show_default=False, help="Short name of a call.")]
File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A CSV file, or JSON to write.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        show_default=False,
        help="Which column is id, name, email, organisation, orcid, publications, submitted, or a field of the form.",
    ),
]
OWN = ("id", "name", "email", "organisation", "orcid", "publications", "submitted")


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
def export(name: Name, file: File, *, data: Data = None, as_json: AsJson = False) -> None:
    """Write all that was submitted to a call to a file (JSON), for its keepers; each applicant can see that it was given out."""
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.members.acts import give_out

        rows = give_out(OPERATOR, call=_found(name))
    try:
        file.touch(mode=0o600)
        file.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as fault:
        raise Fault(f"{file} can't be written ({fault.strerror}).", remedy="Name another file.") from None
    if as_json:
        print_json({"file": str(file), "applications": len(rows)})
    else:
        out.print(f"{len(rows):,} applications are in {file}. Whoever has the file can read them: keep it to yourself.")


@calls.command("import")
def import_(name: Name, file: File, *, columns: Columns = None, data: Data = None, as_json: AsJson = False) -> None:
    """Take applications from a CSV file into a call. The same file twice changes nothing; nobody gets a mail."""
    try:
        body = file.read_bytes()
        text = body.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Fault(f"{file} can't be read as text.", remedy="Give a CSV file in UTF-8.") from None
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.members.acts import import_applications

        call = _found(name)
        incoming = _read(text, _mapping(columns or []), call)
        added = import_applications(OPERATOR, call=call, incoming=incoming, digest=hashlib.sha256(body).hexdigest())
    if as_json:
        print_json({"call": name, "added": added, "passed_over": len(incoming) - added})
    else:
        out.print(f"{added:,} applications are in the call; {len(incoming) - added:,} were there before.")


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


def _read(text: str, mapping: Mapping[str, str], call: Call) -> list[Incoming]:
    """The applications of a CSV file, whose columns go by the names of fields unless they are mapped."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    heads = {head: mapping.get(head.strip(), head.strip()) for head in rows.fieldnames or []}
    known = {*OWN, *(field.key for field in call.asks.fields)}
    if unknown := [head for head, field in heads.items() if field not in known]:
        raise Fault(
            f"Nobody knows what the column “{unknown[0]}” is.",
            remedy=f"Take it out, or map it to one of: {', '.join(sorted(known))}.",
        )
    if lacking := {"id", "name"} - set(heads.values()):
        raise Fault(f"The file has no column for {', '.join(sorted(lacking))}.", remedy="Map one with --map.")
    return [_incoming({heads[head]: value or "" for head, value in row.items() if head}, call) for row in rows]


def _incoming(row: Mapping[str, str], call: Call) -> Incoming:
    from django.utils.dateparse import parse_datetime

    from stoa.kit.clock import now
    from stoa.members.acts.moving import Incoming

    given = row.get("submitted", "").strip()
    try:
        at = parse_datetime(given) if given else now()
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Fault(f"“{given}” is no instant with its zone.", remedy="Write it as 2027-03-31T12:00:00Z.")
    answers = {field.key: _answer(field, row[field.key]) for field in call.asks.fields if row.get(field.key)}
    texts = {name: row.get(name, "").strip() for name in ("name", "email", "organisation", "orcid", "publications")}
    return Incoming(source=row["id"].strip(), submitted=at, answers=answers, **texts)


def _answer(field: Any, text: str) -> Any:
    """What stands in a cell as an answer: options by their words, several parted by semicolons."""
    places = {option: place for place, option in enumerate(field.options)}
    if field.kind == "choice":
        return places.get(text.strip(), text)
    if field.kind == "several":
        return [places.get(each.strip(), each.strip()) for each in text.split(";") if each.strip()]
    return text
