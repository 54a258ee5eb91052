"""Locks: on rows, shared by acts within a phase and exclusive for the act that closes it; on the charter, likewise; on files."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from stoa.kit.plans import planned_cursor

M = TypeVar("M", bound=models.Model)
_CHARTER = 0x53_54_4F_45
FILES = 0x53_54_4F_46
"""Held by whoever copies the database and then the files that it names; shared by whoever deletes one."""
_kept: ContextVar[bool] = ContextVar("the charter is kept as it is", default=False)


def charter(*, alone: bool) -> None:
    """Keep the charter as it is until this transaction ends; `alone`, wait for all who do, and keep them out, to change it.

    So whatever an act under the old charter puts on the record stands there before the new one.
    """
    if _kept.get() and not alone:
        return
    with planned_cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s)", [_CHARTER])


@contextmanager
def charter_kept() -> Iterator[None]:
    """Keep the charter as it is for many acts of one transaction, which need not ask again."""
    charter(alone=False)
    mark = _kept.set(True)
    try:
        yield
    finally:
        _kept.reset(mark)


def files_may_go() -> bool:
    """Whether nobody is copying the files. If so, nobody begins to until this transaction ends."""
    with planned_cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [FILES])
        return bool(cursor.fetchone()[0])


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
