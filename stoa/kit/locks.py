"""Row locks: shared by acts within a phase, exclusive for the act that closes it."""

from typing import TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


def shared(row: M) -> M:
    """Read the row anew and keep it from being closed until this transaction ends (FOR SHARE)."""
    with connection.cursor() as cursor:
        table, key = connection.ops.quote_name(row._meta.db_table), connection.ops.quote_name(row._meta.pk.column)
        cursor.execute(f"SELECT 1 FROM {table} WHERE {key} = %s FOR SHARE", [row.pk])
    row.refresh_from_db()
    return row


def exclusive(row: M) -> M:
    """Read the row anew, alone until this transaction ends (FOR UPDATE)."""
    return type(row)._default_manager.select_for_update().get(pk=row.pk)  # type: ignore[return-value] - the same model
