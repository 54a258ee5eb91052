"""Counts as parts of another query: of all rows that belong to one, or only as far as a page cares."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Func, IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce


def counted(rows: QuerySet[Any], by: str) -> Coalesce:
    """How many of these rows there are; `by` names what they have in common, which the query around names by `OuterRef`."""
    found = rows.order_by().values(by).annotate(number=Count("*")).values("number")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


def counted_up_to(most: int, rows: QuerySet[Any]) -> Func:
    """How many of these rows there are, or `most` where there are more: the rest is not looked at."""
    found = ArraySubquery(rows.order_by().values("pk")[:most])
    return Func(found, function="cardinality", output_field=IntegerField())
