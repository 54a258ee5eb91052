"""Opens the server's data for a command: its database, up already or started for as long as it takes, and Django on it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from stoa.kit import postgres
from stoa.kit.environment import Environment, Role
from stoa.kit.faults import Fault
from stoa.kit.folder import noted_address


@contextmanager
def opened(found: Environment, role: Role = "app", *, current: bool = True) -> Iterator[None]:
    """Let the command inside use Django. With `current`, demand tables made by exactly this program's migrations.

    Raises `Fault` where the data can't be used, as `stoa up` would.
    """
    at_its_address(found)
    with postgres.running(found):
        ready(role)
        if current:
            demand_current(found)
        from django.db import connections

        try:
            yield
        finally:
            connections.close_all()


def at_its_address(found: Environment) -> None:
    """Work at the address at which the server on this data said last that it runs, unless variables name another.

    `stoa up --port` names it to that server alone, and links that commands print have to lead there.
    """
    said = noted_address(found.data)
    if said and not os.environ.get("STOA_ADDRESS") and not os.environ.get("STOA_PORT"):
        os.environ["STOA_ADDRESS"] = said


def ready(role: Role = "app") -> None:
    """Let Django load, on a database that runs, as the role that serves or the one that migrates."""
    os.environ["STOA_ROLE"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stoa.config.settings")
    import django

    django.setup()


def demand_current(found: Environment) -> None:
    """Raise `Fault` where the tables are older or newer than the program."""
    demand_not_newer(found)
    if missing := pending_migrations():
        raise Fault(
            f"The data are older than this program ({len(missing)} migrations wait).",
            remedy="Make a backup, then start `stoa up` or `stoa init` once.",
        )


def demand_not_newer(found: Environment) -> None:
    """Raise `Fault` where the database has migrations that this program does not know."""
    if unknown := unknown_migrations(f"{label}.{name}" for label, name in _applied()):
        place = found.data if found.embedded else "the database"
        raise Fault(
            f"The data in {place} are newer than this program, which does not know {unknown[-1]}.",
            remedy="Install the newer program, or restore a backup made with this one.",
        )


def pending_migrations() -> list[str]:
    """The program's migrations, named `app.name`, that the database has not."""
    return sorted(f"{label}.{name}" for label, name in _known() - _applied())


def unknown_migrations(applied: Iterable[str]) -> list[str]:
    """Of these migrations, named `app.name`, those of our apps that this program does not know."""
    known = {f"{label}.{name}" for label, name in _known()}
    ours = {name.partition(".")[0] for name in known}
    return sorted(name for name in set(applied) - known if name.partition(".")[0] in ours)


def _known() -> set[tuple[str, str]]:
    from django.db.migrations.loader import MigrationLoader

    return set(MigrationLoader(None).disk_migrations)


def _applied() -> set[tuple[str, str]]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return set(MigrationRecorder(connection).applied_migrations())
