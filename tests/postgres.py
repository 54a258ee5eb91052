"""The database of the tests: one embedded server a run, a template migrated when a migration changed, a clone a worker."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from psycopg.sql import SQL, Identifier

from stoa.kit.environment import environment
from stoa.kit.postgres import Postgres
from tests.settings import CACHED

_after: dict[Callable[[], object], str] = {}
ROOT = Path(__file__).parent.parent
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def server() -> Iterator[None]:
    """The server of this run, with a current template; the folder goes with it unless it is the one kept between runs."""
    data = environment().data
    postgres = Postgres(data, FAST)
    postgres.up()
    try:
        _tidy()
        if not _exists(template()):
            _make_template()
        yield
    finally:
        connections.close_all()
        postgres.down()
        if data != CACHED:
            shutil.rmtree(data)


def template() -> str:
    """Name of the migrated database, one for the whole run and its workers."""
    return os.environ.setdefault("STOA_TESTS_TEMPLATE", _template())


def _template() -> str:
    """Another whenever a migration, a grant or a library with tables changes."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("stoa/*/migrations/*.py"), ROOT / "stoa/record/grants.py"]):
        digest.update(path.read_bytes())
    for library in ("django", "django-allauth", "procrastinate"):
        digest.update(version(library).encode())
    return f"template_{digest.hexdigest()[:16]}"


@contextmanager
def clone(of: str | None = None, *, kept: bool = False) -> Iterator[str]:
    """A fresh copy of the template, or `of` another database, that Django uses meanwhile as the role that serves the web."""
    name = f"clone_{os.getpid()}_{os.urandom(4).hex()}"
    settings = connections.databases["default"]
    before = settings["NAME"]
    connections.close_all()
    _as_superuser(
        SQL("CREATE DATABASE {} TEMPLATE {} OWNER stoa_owner").format(Identifier(name), Identifier(of or template()))
    )
    settings["NAME"] = name
    try:
        yield name
    finally:
        connections.close_all()
        settings["NAME"] = before
        if not kept:
            _as_superuser(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@contextmanager
def clone_after(happened: Callable[[], object]) -> Iterator[str]:
    """A fresh copy of a database in which this happened; it happens once in a process, in a copy of the template."""
    if happened not in _after:
        with clone(kept=True) as name:
            happened()
        _after[happened] = name
    with clone(_after[happened]) as name:
        yield name


def _make_template() -> None:
    """Migrate as the owner, under another name until it is whole."""
    settings = connections.databases["default"]
    before = settings["NAME"], settings["USER"]
    _as_superuser(SQL("DROP DATABASE IF EXISTS half_made WITH (FORCE)"))
    _as_superuser(SQL("CREATE DATABASE half_made OWNER stoa_owner"))
    connections.close_all()
    settings["NAME"], settings["USER"] = "half_made", "stoa_owner"
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.close()
        settings["NAME"], settings["USER"] = before
    _as_superuser(SQL("ALTER DATABASE half_made RENAME TO {}").format(Identifier(template())))


def _tidy() -> None:
    """Drop what runs that were killed left behind, and templates that no longer fit."""
    with psycopg.connect(Postgres(environment().data).url("superuser", "postgres")) as session:
        names = [name for (name,) in session.execute("SELECT datname FROM pg_database WHERE NOT datistemplate")]
    for name in names:
        if name not in {"postgres", "stoa", template()}:
            _as_superuser(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _exists(name: str) -> bool:
    with psycopg.connect(Postgres(environment().data).url("superuser", "postgres")) as session:
        return session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _as_superuser(statement: SQL | psycopg.sql.Composed) -> None:
    with psycopg.connect(Postgres(environment().data).url("superuser", "postgres"), autocommit=True) as session:
        session.execute(statement)
