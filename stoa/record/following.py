"""Which entries are about an object: those on it, and those whose facts name it as their round, question or thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from stoa.record.models import Placement
from stoa.record.queries import placements

BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class Array:
    """An array of references that the database makes itself, as an expression and what is put into it."""

    expression: str
    values: tuple[Any, ...]


def about(
    references: Sequence[str] | Array,
    *,
    since: datetime = BEGINNING,
    types: Sequence[str] = (),
    but_by: str | None = None,
    most: int = 50,
) -> list[Placement]:
    """The latest published entries about any of these objects (`kind:id`), newest first; of some types alone if given.

    `but_by` leaves out what this actor did. One query.
    """
    return list(entries_about(references, since=since, types=types, but_by=but_by, most=most))


def entries_about(
    references: Sequence[str] | Array,
    *,
    since: datetime,
    types: Sequence[str] = (),
    but_by: str | None = None,
    most: int,
) -> QuerySet[Placement]:
    """The same as a query."""
    given = references if isinstance(references, Array) else Array("%s::text[]", ([*references],))
    array, values = given.expression, given.values
    narrowed = "AND type = ANY(%s)" if types else ""
    # Materialized, so that the entries are found by their indexes and not by walking the log from its end.
    positions = RawSQL(  # noqa: S611 - nothing typed stands in the statement
        "WITH found AS MATERIALIZED ("  # noqa: S608 - as above
        f" SELECT id FROM record_entry WHERE (subject = ANY({array}) OR record_about(body) && {array})"
        f" AND at >= %s AND actor IS DISTINCT FROM %s {narrowed})"
        " SELECT position FROM found JOIN record_placement ON entry_id = found.id"
        " WHERE position < (SELECT max(size) FROM record_checkpoint) ORDER BY position DESC LIMIT %s",
        [*values, *values, since, but_by or "", *([[*types]] if types else []), most],
    )
    return placements().filter(position__in=positions)
