"""`stoa events`: the community's events by the operator: a list, out to a calendar's file and in from a schedule."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from stoa.cli.opened import opened
from stoa.cli.options import AsJson, Data, out, print_json, settings
from stoa.kit.faults import Fault

events = typer.Typer(name="events", help="Events and deadlines of the community.", no_args_is_help=True)

Schedule = Annotated[
    Path,
    typer.Argument(metavar="FILE", show_default=False, help="iCalendar (.ics), or the JSON or XML of frab or pretalx."),
]
Calendar = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="An iCalendar file to write.")]
Preview = Annotated[bool, typer.Option("--preview", help="Only say what would be taken; change nothing.")]


@events.command("list")
def list_events(*, data: Data = None, as_json: AsJson = False) -> None:
    """List all events, what begins first at the head."""
    with opened(settings(data=data)):
        from stoa.notices.queries import events as every

        rows = [_row(event) for event in every()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        out.print(escape(f"{row['event']:>6}  {row['begins']}  {row['state']:<10} {row['title']}"))
    out.print(f"{len(rows):,} events.")


@events.command("export")
def export(file: Calendar, *, data: Data = None, as_json: AsJson = False) -> None:
    """Write all events and deadlines to an iCalendar file, as everybody may have them."""
    with opened(settings(data=data)):
        from stoa.charter.queries import community
        from stoa.kit import clock
        from stoa.kit.dates import coming
        from stoa.notices import calendars
        from stoa.notices.queries import events as every

        held, dates = calendars.public(every()), coming(clock.now(), calendars.MOST_DATES)
        body = calendars.calendar(community().name, held, dates)
    try:
        file.write_bytes(body)
    except OSError as fault:
        raise Fault(f"{file} can't be written ({fault.strerror}).", remedy="Name another file.") from None
    if as_json:
        print_json({"file": str(file), "events": len(held), "deadlines": len(dates)})
    else:
        out.print(f"{len(held):,} events and {len(dates):,} deadlines are in {file}.")


@events.command("import")
def import_(file: Schedule, *, preview: Preview = False, data: Data = None, as_json: AsJson = False) -> None:
    """Take events from a file into the calendar. The same file twice changes nothing; nobody gets a mail."""
    try:
        body = file.read_bytes()
    except OSError as fault:
        raise Fault(f"{file} can't be read ({fault.strerror}).", remedy="Name a file that is there.") from None
    with opened(settings(data=data)):
        from stoa.kit.act import OPERATOR
        from stoa.notices.acts import import_events
        from stoa.notices.schedules import as_rows, read

        incoming = read(body)
        rows = as_rows(incoming)
        digest = hashlib.sha256(body).hexdigest()
        added = 0 if preview else import_events(OPERATOR, incoming=incoming, digest=digest)
    if preview:
        _say_preview(rows, as_json=as_json)
    elif as_json:
        print_json({"file": digest, "added": added, "passed_over": len(incoming) - added})
    else:
        out.print(f"{added:,} events are in the calendar; {len(incoming) - added:,} were there before.")


def _say_preview(rows: list[Any], *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    for row in rows:
        out.print(escape(f"{row['begins']}  {row['title']}  {row['place']}"))
    out.print(f"{len(rows):,} events would be taken. Nothing was changed.")


def _row(event: Any) -> dict[str, Any]:
    from stoa.kit import clock
    from stoa.kit.instants import machine

    over = "over" if event.ends <= clock.now() else "ahead"
    state = "cancelled" if event.cancelled else over
    return {
        "event": event.pk,
        "title": event.title,
        "begins": machine(event.begins),
        "ends": machine(event.ends),
        "state": state,
        "registered": event.registrations.count(),
    }
