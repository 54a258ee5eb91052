"""`stoa members`: members in bulk, by the operator: a list, out to a file, in from one, and roles that end together."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, out, print_json, settings
from stoa.cli.people import found_person
from stoa.kit.faults import Fault
from stoa.kit.folder import write_alone

members = typer.Typer(name="members", help="Members in bulk. Each change stands on the record.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A CSV file.")]
Of = Annotated[str, typer.Option("--role", metavar="ROLE", help="Such as member or associate.")]
HEADS = ("id", "name", "email", "roles", "until", "organisations", "suspended", "conduct")


@members.command("list")
def list_members(*, role: Of = "member", data: Data = None, as_json: AsJson = False) -> None:
    """List who holds a role, until when, where they work, and whether they are suspended."""
    with opened(settings(data=data)):
        rows = _rows(role)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        until = f"until {row['until']}" if row["until"] else ""
        out.print(escape(f"{row['id']:<18} {row['name']:<30} {row['organisations']:<30} {until}"))
    out.print(f"{len(rows):,} people.")


@members.command("export")
def export(file: File, *, role: Of = "member", data: Data = None, as_json: AsJson = False) -> None:
    """Write who holds a role to a CSV file, with addresses; each of them can see that it was given out."""
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.people.acts import see_private
        from stoa.people.models import Person

        rows = _rows(role)
        for person in Person.objects.filter(pk__in=[row["id"] for row in rows]):
            see_private(OPERATOR, person=person, what="e-mail address, in a list of members")
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADS)
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    write_alone(file, [text.getvalue().encode()])
    _tell(
        {"file": str(file), "people": len(rows)}, f"{len(rows):,} people are in {file}. Keep it to yourself.", as_json
    )


@members.command("import")
def import_(file: File, *, data: Data = None, as_json: AsJson = False) -> None:
    """Take members in from a CSV file with name, email and organisation. Whose address is known is passed over."""
    try:
        body = file.read_bytes()
    except OSError as fault:
        raise Fault(f"{file} can't be read ({fault.strerror}).", remedy="Name another file.") from None
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.people.acts import import_members
        from stoa.site.newcomers import read

        found = read(body)
        if found.bad:
            first = found.bad[0]
            raise Fault(f"Line {first.number}: {first.why}", remedy="Mend the file; nothing was taken in.")
        added = import_members(OPERATOR, newcomers=found.newcomers, digest=found.digest)
    passed = len(found.newcomers) - len(added)
    _tell({"added": len(added), "passed_over": passed}, f"{len(added):,} are in; {passed:,} were here before.", as_json)


@members.command("end")
def end(file: File, *, role: Of = "member", data: Data = None, as_json: AsJson = False) -> None:
    """End a role of everybody whose id or address stands in a line of a file; all or none."""
    try:
        lines = [line.split(",")[0].strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError):
        raise Fault(f"{file} can't be read as text.", remedy="Give one id or address a line.") from None
    wanted = [line for line in dict.fromkeys(lines) if line]
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.people.acts import end_roles

        end_roles(OPERATOR, people=[found_person(line) for line in wanted], role=role)
    _tell({"role": role, "ended": len(wanted)}, f"{len(wanted):,} are {role} no more.", as_json)


def _rows(role: str) -> list[dict[str, Any]]:
    from stoa.charter.queries import policy
    from stoa.members.models import Acceptance
    from stoa.people.models import ROLES, Suspension
    from stoa.people.queries import directory, roles_held, ties_held, with_role

    if role not in ROLES:
        raise Fault(f"There is no role “{role}”.", remedy=f"One of: {', '.join(ROLES)}.")
    from stoa.kit.clock import now

    at = now()
    running = Suspension.objects.filter(lifted=None, start__lte=at, end__gt=at)
    suspended, code = set(running.values_list("person", flat=True)), policy("conduct")
    accepted = set(Acceptance.objects.filter(policy=code).values_list("person", flat=True)) if code else set()
    return [
        {
            "id": one.pk,
            "name": one.shown_name,
            "email": one.email or "",
            "roles": " ".join(held.role for held in roles_held(one)),
            "until": next((h.end.date().isoformat() for h in roles_held(one) if h.role == role and h.end), ""),
            "organisations": "; ".join(dict.fromkeys(tie.organisation.name for tie in ties_held(one))),
            "suspended": "yes" if one.pk in suspended else "",
            "conduct": "accepted" if one.pk in accepted else "",
        }
        for one in with_role(directory(), role)
    ]


def _safe(value: str) -> str:
    from stoa.kit.list_files import safe_for_spreadsheets

    return safe_for_spreadsheets(value)


def _tell(told: dict[str, object], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        out.print(sentence, markup=False)
