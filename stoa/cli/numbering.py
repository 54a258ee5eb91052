"""After a restore: lets public numbers go on behind those that recovered entries name, so that none is given twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import AutoField, BigAutoField, Model

from stoa.methods.canonical import parse_object


def move_past(entries: Iterable[bytes]) -> None:
    """Let each table's numbers go on behind the greatest that an entry names. Needs the role that owns the tables."""
    numbered = {model._meta.model_name: model for model in apps.get_models() if _is_numbered(model)}
    greatest: dict[type[Model], int] = {}
    for kind, number in (pair for entry in entries for pair in _named(parse_object(entry))):
        if model := numbered.get(kind):
            greatest[model] = max(number, greatest.get(model, 0))
    for model, number in greatest.items():
        _move(model, number)


def _is_numbered(model: type[Model]) -> bool:
    return model.__module__.startswith("stoa.") and isinstance(model._meta.pk, AutoField | BigAutoField)


def _named(value: Any, key: str = "") -> Iterator[tuple[str, int]]:
    """Every `kind:number` in an entry, and every number beside a key that is a kind."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _named(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner, key)
    elif isinstance(value, str):
        kind, _, number = value.rpartition(":")
        if number.isascii() and number.isdigit() and len(number) < 16:
            yield kind or key, int(number)


def _move(model: type[Model], number: int) -> None:
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
        sequence = cursor.fetchone()[0]
        cursor.execute(
            "SELECT setval(%s::regclass, greatest(%s, nextval(%s::regclass) - 1), true)", [sequence, number, sequence]
        )
