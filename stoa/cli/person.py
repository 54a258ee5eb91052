"""`stoa person`: what the operator does with people; each act says on the record that the operator took it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, out, print_json, settings
from stoa.cli.people import found_person
from stoa.kit.faults import Fault
from stoa.methods.names import sort_key

person = typer.Typer(
    name="person", help="People, by the operator. Each change stands on the record.", no_args_is_help=True
)

Who = Annotated[str, typer.Argument(metavar="PERSON", show_default=False, help="Id or e-mail address.")]
RoleName = Annotated[str, typer.Argument(metavar="ROLE", show_default=False, help="Such as member or steward.")]
Scope = Annotated[str, typer.Option("--scope", metavar="KIND:ID", help="For one object alone, such as round:2.")]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", show_default=False, help="Last day of the term, such as 2027-12-31."),
]


@person.command("list")
def list_people(
    words: Annotated[str, typer.Argument(metavar="[WORDS]", show_default=False, help="Words in name or address.")] = "",
    *,
    role: Annotated[str, typer.Option(help="Only those who hold this role.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List people with their ids, addresses and roles."""
    with opened(settings(data=data)):
        rows = _rows(words, role)
    if as_json:
        print_json(rows)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Id", "Name", "Address", "Roles"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            *(escape(str(cell)) for cell in (row["id"], row["name"], row["email"] or "–", ", ".join(row["roles"])))
        )
    out.print(table)
    out.print(f"{len(rows):,} people.")


@person.command("add")
def add(
    name: Annotated[str, typer.Argument(show_default=False, help="The name that others see.")],
    *,
    email: Annotated[str | None, typer.Option(show_default=False, help="Address for signing in and mails.")] = None,
    role: Annotated[
        list[str] | None, typer.Option(show_default="member", help="Role to give; more than once for more.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Take a person in."""
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.people.acts import admit

        _demand_address(email)
        new = admit(OPERATOR, name=name, email=email, roles=role or ["member"])
        _tell(
            {"id": new.pk, "name": new.name, "email": new.email, "roles": role or ["member"]},
            f"{new.name} is in, as {new.pk}.",
            as_json,
        )


@person.command("role")
def role(
    who: Who,
    role: RoleName,
    *,
    end: Annotated[bool, typer.Option("--end", help="End the role instead.")] = False,
    scope: Scope = "",
    until: Until = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Give a person a role, or end one."""
    last = _day(until)
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.people.acts import end_role, give_role

        found = found_person(who)
        if end:
            end_role(OPERATOR, person=found, role=role, scope=scope)
        else:
            give_role(OPERATOR, person=found, role=role, scope=scope, until=last)
        said = f"{found.shown_name} is {role} {'no more' if end else 'now'}."
        _tell({"id": found.pk, "role": role, "scope": scope, "ended": end, "until": until}, said, as_json)


@person.command("link")
def link(
    who: Who,
    *,
    hours: Annotated[int, typer.Option(min=1, max=168, help="How long it serves.")] = 24,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Print a link that signs a person in once. Whoever has it is that person: hand it over safely."""
    with opened(settings(data=data)):
        from stoa.people.links import make_link

        found = found_person(who)
        if not found.is_active:
            raise Fault(f"{found.shown_name} has left.", remedy="Nobody can sign in for them.")
        address = make_link(found, hours=hours, once=True, console=True)
        _tell({"id": found.pk, "link": address, "hours": hours}, address, as_json)


@person.command("erase")
def erase(
    who: Who,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Destroy a person's name, address and texts, at their request. It can't be undone."""
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.people.acts import erase as erase_person

        found = found_person(who)
        if not yes and not typer.confirm(f"Erase {found.shown_name} ({found.pk}) for good?", err=True):
            raise Fault("Nothing was erased.")
        erase_person(OPERATOR, person=found)
        _tell(
            {"id": found.pk, "erased": True}, f"{found.pk} is erased. Backups from before still hold the name.", as_json
        )


def _rows(words: str, role: str) -> list[dict[str, Any]]:
    from django.db.models import Q

    from stoa.people.models import Person
    from stoa.people.queries import roles_held, with_role

    people = Person.objects.prefetch_related("roles").order_by("sort_name", "pk")
    if words:
        people = people.filter(Q(sort_name__contains=sort_key(words)) | Q(email__icontains=words))
    if role:
        people = with_role(people, role)
    return [
        {"id": one.pk, "name": one.shown_name, "email": one.email, "roles": [held.role for held in roles_held(one)]}
        for one in people
    ]


def _demand_address(email: str | None) -> None:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    try:
        if email is not None:
            validate_email(email)
    except ValidationError:
        raise Fault(f"“{email}” is not an e-mail address.", remedy="Write one such as ada@example.org.") from None


def _day(until: str | None) -> datetime | None:
    """The end of a day, in UTC."""
    if until is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(until), time(23, 59, 59), UTC)
    except ValueError:
        raise typer.BadParameter("--until takes a date such as 2027-12-31.") from None


def _tell(told: dict[str, object], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        out.print(sentence, markup=False)
