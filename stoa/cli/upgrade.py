"""`stoa upgrade`: what an upgrade will meet, and the upgrade itself: a backup first, then the migrations."""

from __future__ import annotations

import re
import subprocess
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from stoa import __version__
from stoa.cli.backup import Made, make, remembered
from stoa.cli.init import step
from stoa.cli.opened import opened, pending_migrations
from stoa.cli.options import AsJson, Data, notes, out, print_json, settings
from stoa.kit.environment import Environment
from stoa.kit.faults import Fault
from stoa.kit.folder import held
from stoa.kit.postgres import binary, url

SOON = timedelta(hours=12)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list what an upgrade will meet; change nothing.")]
Target = Annotated[
    Path | None,
    typer.Option(
        "--backup", metavar="FILE", show_default="backup-TIME in the data folder", help="Where to back up first."
    ),
]


@dataclass(frozen=True)
class Deadline:
    """An instant of a round that comes soon."""

    at: datetime
    round: str
    what: str


@dataclass(frozen=True)
class Plan:
    """What an upgrade meets: the last backup, migrations that wait, PostgreSQL's versions, deadlines of 12 hours."""

    program: str
    backup: Made | None
    migrations: list[str]
    postgres: dict[str, str]
    deadlines: list[Deadline]


def upgrade(data: Data = None, *, dry_run: DryRun = False, backup: Target = None, as_json: AsJson = False) -> None:
    """Back up, then bring the data to this program's state. With --dry-run, say what that will meet."""
    found = settings(data=data)
    if not dry_run and found.embedded and held(found.data):
        raise Fault("The server is up.", remedy="Stop it, upgrade, and start it again; --dry-run works meanwhile.")
    made = None
    with opened(found, current=False):
        plan = _plan(found)
        if not dry_run and plan.migrations:
            made = make(found, (backup or _usual(found)).absolute())
            with notes.status("Migrating …"):
                step("migrate", role="owner")
    if as_json:
        print_json({"dry_run": dry_run, **asdict(plan), "made": asdict(made) if made else None})
        return
    _say(plan)
    if made:
        out.print(f"Backed up to {made.file} and migrated. Start the server with `stoa up`.")
    elif not dry_run:
        out.print("Nothing to do: the data are of this program.")


def _plan(found: Environment) -> Plan:
    known = remembered(found)
    return Plan(__version__, known[-1] if known else None, pending_migrations(), _versions(found), _deadlines(found))


def _versions(found: Environment) -> dict[str, str]:
    """The PostgreSQL that runs the data; of the embedded one also those of the program and of the cluster."""
    with psycopg.connect(url(found, "owner")) as session:
        row = session.execute("SHOW server_version").fetchone()
    versions = {"running": str(row[0]) if row else ""}
    if found.embedded:
        said = subprocess.run([binary("postgres"), "--version"], capture_output=True, text=True, check=True).stdout
        versions["program"] = (re.search(r"[0-9]+(?:\.[0-9]+)*", said) or [""])[0]
        versions["cluster"] = (found.cluster / "PG_VERSION").read_text().strip()
    return versions


def _deadlines(found: Environment) -> list[Deadline]:
    """Instants of rounds within the next 12 hours. Read by name of table, since the tables may be of an older program."""
    from stoa.kit import clock

    now = clock.now()
    ask = (
        "SELECT r.questions_open, (to_jsonb(r) ->> 'discussion_opens')::timestamptz, r.vote_opens, r.vote_closes,"
        " b.sealed + b.window_hours * interval '1 hour', r.slug"
        " FROM agenda_round r LEFT JOIN ballots_ballot b ON b.id = r.ballot_id WHERE r.phase NOT IN ('agenda', 'failed')"
    )
    names = ("questions open", "discussion begins", "vote opens", "vote closes", "ballots are opened")
    with psycopg.connect(url(found, "owner")) as session:
        try:
            rows: list[tuple[Any, ...]] = session.execute(ask).fetchall()
        except psycopg.errors.UndefinedTable:
            rows = []  # a server that was never prepared
    coming = [Deadline(at, row[-1], what) for row in rows for at, what in zip(row, names, strict=False) if at]
    return sorted((one for one in coming if now <= one.at <= now + SOON), key=lambda one: one.at)


def _usual(found: Environment) -> Path:
    from stoa.kit import clock

    return found.data / f"backup-{clock.now():%Y%m%dT%H%M%SZ}"


def _say(plan: Plan) -> None:
    last = plan.backup
    out.print(f"Program: {plan.program}")
    out.print(f"Last backup: {f'{last.file}, {last.made}, {last.size:,} entries' if last else 'none known'}")
    out.print(f"Migrations that wait: {', '.join(plan.migrations) or 'none'}")
    out.print("PostgreSQL: " + ", ".join(f"{name} {version}" for name, version in plan.postgres.items()))
    out.print("Deadlines of the next 12 hours: " + ("" if plan.deadlines else "none"))
    for one in plan.deadlines:
        out.print(f"  {one.at:%Y-%m-%d %H:%M} UTC  {one.round}: {one.what}", markup=False)
