"""Row locks: shared by acts within a phase, exclusive for the act that closes it."""

from typing import TypeVar

from django.db import connection, models
from psycopg import sql

M = TypeVar("M", bound=models.Model)


def shared(row: M) -> M:
    """Read the row anew and keep it from being closed until this transaction ends (FOR SHARE)."""
    with connection.cursor() as cursor:
        table, key = sql.Identifier(row._meta.db_table), sql.Identifier(row._meta.pk.column or "id")
        cursor.execute(sql.SQL("SELECT 1 FROM {} WHERE {} = %s FOR SHARE").format(table, key), [row.pk])
    row.refresh_from_db()
    return row


def exclusive(row: M) -> M:
    """Read the row anew, alone until this transaction ends (FOR UPDATE)."""
    return type(row)._default_manager.select_for_update().get(pk=row.pk)
