"""`stoa mail`: mails that never arrived, as mail servers report them, and the addresses from which mail comes back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, out, print_json, settings
from stoa.kit.faults import Fault

MOST_BYTES = 1024 * 1024
"""That are read of a mail: a report stands at its beginning."""

mail = typer.Typer(name="mail", help="Mails that never arrived.", no_args_is_help=True)

Report = Annotated[
    str, typer.Argument(metavar="FILE", show_default=False, help="A mail as it arrived; `-` reads standard input.")
]


@mail.command("bounced")
def bounced(file: Report, *, data: Data = None, as_json: AsJson = False) -> None:
    """Note what a mail server reports of a mail that never arrived. Made to be what a mail server pipes such mails to."""
    body = _body(file)
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.kit.bounces import note_bounce

        marked = note_bounce(OPERATOR, body=body)
    if as_json:
        print_json({"marked": marked})
    elif marked:
        out.print(f"Mail to {', '.join(map(escape, marked))} comes back: nothing but codes is sent there any more.")
    else:
        out.print("Nothing to note: this reports no lasting failure of a mail that went out from here.")


@mail.command("returns")
def returns(*, data: Data = None, as_json: AsJson = False) -> None:
    """List the addresses from which mail comes back, since when and why, and whose they are."""
    with opened(settings(data=data)):
        rows = _rows()
    if as_json:
        print_json(rows)
        return
    for row in rows:
        out.print(escape(f"{row['address']:<40} {row['since']:%Y-%m-%d} {row['status']:<8} {row['name']}"))
    out.print(f"{len(rows):,} addresses.")


def _rows() -> list[dict[str, Any]]:
    from stoa.kit.models import Bounce
    from stoa.people.models import Person

    found = list(Bounce.objects.order_by("since", "pk"))
    people = {one.email: one for one in Person.objects.filter(email__in=[bounce.address for bounce in found])}
    return [
        {
            "address": one.address,
            "since": one.since,
            "status": one.status,
            "id": owner.pk if owner else "",
            "name": owner.shown_name if owner else "",
        }
        for one in found
        for owner in [people.get(one.address)]
    ]


def _body(file: str) -> bytes:
    try:
        if file == "-":
            return sys.stdin.buffer.read(MOST_BYTES)
        with Path(file).open("rb") as opened_file:
            return opened_file.read(MOST_BYTES)
    except OSError as fault:
        raise Fault(
            f"{file} can't be read ({fault.strerror}).", remedy="Name a mail, or - for standard input."
        ) from None
