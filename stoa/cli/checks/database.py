"""Invariants of the database's own guard over the log: what the role that serves may do, and the triggers."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from stoa.cli.checks import Invariant
from stoa.record.grants import APPEND_ONLY

FORBIDDEN = {
    **dict.fromkeys(APPEND_ONLY, ("UPDATE", "DELETE", "TRUNCATE")),
    "record_tile": ("INSERT", "UPDATE", "DELETE", "TRUNCATE"),
    "record_pending": ("INSERT", "UPDATE", "TRUNCATE"),
    "django_migrations": ("INSERT", "UPDATE", "DELETE", "TRUNCATE"),
}
TRIGGERS = frozenset(
    {("record_entry", "record_queue"), ("record_tile", "record_tile_grows"), ("record_tile", "record_frozen")}
    | {(table, "record_frozen") for table in APPEND_ONLY}
)


def grants() -> Iterator[str]:
    """The role that serves the web may not change the log, and owns nothing."""
    with connection.cursor() as cursor:
        for table, rights in FORBIDDEN.items():
            for right in rights:
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
                if cursor.fetchone() == (True,):
                    yield f"The role that serves may {right} on {table}."
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        if owned := cursor.fetchall():
            yield f"The role that serves owns {len(owned)} tables, such as {owned[0][0]}."


def triggers() -> Iterator[str]:
    """The triggers that freeze and queue entries are there and on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
        )
        there = set(cursor.fetchall())
    yield from (f"Trigger {name} on {table} is missing or off." for table, name in sorted(TRIGGERS - there))


INVARIANTS = [
    Invariant("database.grants", "The role that serves can't change the log", grants),
    Invariant("database.triggers", "The triggers that guard the log are on", triggers),
]
