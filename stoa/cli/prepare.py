"""What a start does to the data, as commands of their own: `migrate`, and `prepare`, which gives a new server its content too."""

from __future__ import annotations

import gc
import json
import sys
from datetime import timedelta

import typer

from stoa.cli.opened import demand_not_newer, ready
from stoa.cli.options import notes
from stoa.kit.environment import Environment, Role, environment
from stoa.kit.postgres import django_database

FOUNDERS_FOR = timedelta(days=365)
_MIGRATING = 0x53_54_4F_42


def migrate() -> None:
    """Bring the tables to this program's state, as the role that owns them."""
    found = environment()
    ready("owner")
    from django.core.management import call_command
    from django.db import connection

    _work_as("owner", found)
    demand_not_newer(found)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])  # of several machines one migrates, the rest wait
        gc.disable()  # every migration makes the models anew: looking for garbage among them takes a fifth of the time
        call_command("migrate", interactive=False, verbosity=0)
        gc.enable()


def prepare() -> None:
    """Migrate, collect the static files, give a new server its charter and first people; print the first sign-in link as JSON."""
    migrate()
    found = environment()
    _work_as("app", found)
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    if _empty():
        _load_sample() if found.sample else begin()
    typer.echo(json.dumps({"link": _link()}))


def _work_as(role: Role, found: Environment) -> None:
    """Hold what follows to the rights of this role: to make tables that of their owner, for all else that of the pages."""
    from django.db import connections

    connections.close_all()
    connections.databases["default"].update(django_database(found, role))


def _empty() -> bool:
    from stoa.people.models import Person

    return not Person.objects.exists()


def _load_sample() -> None:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from stoa.cli.sample import load

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=notes) as progress:
        load(progress)


def begin() -> None:
    """The log, the charter, and the first founder, without whom nobody could sign in and set the server up; all or nothing."""
    from django.db import transaction

    from stoa.charter.acts import put_in_force
    from stoa.charter.queries import in_force
    from stoa.charter.text import DEFAULT
    from stoa.kit import clock
    from stoa.kit.act import OPERATOR
    from stoa.people.acts import begin_with_founder
    from stoa.record.acts import start_log
    from stoa.record.models import Entry

    with transaction.atomic():
        if not Entry.objects.exists():
            start_log(OPERATOR)
        if in_force() is None:
            put_in_force(OPERATOR, text=DEFAULT.read_text(encoding="utf-8"))
        begin_with_founder(OPERATOR, until=clock.now() + FOUNDERS_FOR)


def _link() -> str | None:
    """A link while nobody has signed in yet, and for an operator at a terminal: in a log file it would be a key left lying."""
    from stoa.people.links import first_link
    from stoa.people.models import Person

    fresh = not Person.objects.exclude(last_login=None).exists()
    return first_link() if fresh or sys.stderr.isatty() else None
