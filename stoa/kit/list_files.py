"""Lists as files to take along: CSV that a spreadsheet opens without harm, and JSON; written in parts."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from stoa.kit import instants

Values = Mapping[str, Callable[[Any], Any]]
"""By the key of each column, what gives its value of a row."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NUMBERS = frozenset({int, float, bool, type(None)})
"""What a cell of a file holds as it is."""
LINES = 100
KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def safe_for_spreadsheets(value: str) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def lines_of(kind: str, columns: Values, rows: Iterable[Any]) -> Iterator[str]:
    """The file of a kind, in parts."""
    return _csv_lines(columns, rows) if kind == "csv" else _json_lines(columns, rows)


def _csv_lines(columns: Values, rows: Iterable[Any]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(columns)
    values = [*columns.values()]
    # most of what large files hold is numbers, for which a call each would take as long as all the rest
    lines = (
        writer.writerow([cell if type(cell := value(row)) in NUMBERS else _in_a_cell(cell) for value in values])
        for row in rows
    )
    yield from _together(lines)


def _json_lines(columns: Values, rows: Iterable[Any]) -> Iterator[str]:
    lines = (
        f"{',' if index else ''}\n"
        + json.dumps({key: _plain(value(row)) for key, value in columns.items()}, ensure_ascii=False)
        for index, row in enumerate(rows)
    )
    yield "["
    yield from _together(lines)
    yield "\n]\n"


class _Echo:
    """A file that gives back what is written to it, so that the csv module can feed a stream."""

    def write(self, text: str) -> str:
        return text


def _in_a_cell(value: Any) -> Any:
    value = _plain(value)
    return safe_for_spreadsheets(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, datetime):
        return instants.machine(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _together(lines: Iterator[str]) -> Iterator[str]:
    """A hundred lines at once: each part that is sent has its price, whatever is in it."""
    while some := list(islice(lines, LINES)):
        yield "".join(some)
