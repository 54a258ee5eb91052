"""Rows of tables as models, from SQL written out: for the few reads that nearly every request makes.

Django spells a query anew each time, which takes longer than the database takes to answer it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


@cache
def columns(model: type[models.Model], alias: str) -> str:
    """All columns of a model's table under this alias, for a SELECT, in the order that `taken` expects."""
    return ", ".join(f'{alias}."{column}"' for column in _columns(model))


def taken(model: type[M], row: Sequence[Any], start: int = 0) -> M:
    """The model whose columns begin at this place of a row.

    It may have no field whose values Django converts after reading them, such as JSON.
    """
    fields = _columns(model)
    return model.from_db("default", list(fields.values()), list(row[start : start + len(fields)]))


@cache
def width(model: type[models.Model]) -> int:
    """How many columns it has."""
    return len(_columns(model))


@cache
def _columns(model: type[models.Model]) -> dict[str, str]:
    """The attribute of each column."""
    return {str(field.column): field.attname for field in model._meta.concrete_fields}
