"""Locks: on rows, shared by acts within a phase and exclusive for the act that closes it; on the charter, likewise."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models

M = TypeVar("M", bound=models.Model)
_CHARTER = 0x53_54_4F_45


def charter(*, alone: bool) -> None:
    """Keep the charter as it is until this transaction ends; `alone`, wait for all who do, and keep them out, to change it.

    So whatever an act under the old charter puts on the record stands there before the new one.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s)", [_CHARTER])


def shared(row: M) -> M:
    """Read the row anew and keep it from being closed until this transaction ends (FOR SHARE)."""
    manager = type(row)._base_manager
    statement, values = manager.filter(pk=row.pk).query.sql_with_params()
    found = list(manager.raw(f"{statement} FOR SHARE", values))  # one statement for the lock and what it guards
    if not found:
        raise ObjectDoesNotExist(f"{row._meta.label} {row.pk} is gone.")
    return found[0]


def exclusive(row: M) -> M:
    """Read the row anew, alone until this transaction ends (FOR UPDATE)."""
    return type(row)._default_manager.select_for_update().get(pk=row.pk)
