"""Our results as CSV and JSON: a row a measure, the same columns in both."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = (
    "model",
    "model_digest",
    "suite",
    "suite_version",
    "suite_source",
    "measure",
    "unit",
    "better",
    "value",
    "error",
    "low",
    "high",
    "samples",
    "state",
    "page",
)
_STEERS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table with a head. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    held = io.StringIO()
    table = csv.writer(held)
    table.writerow(COLUMNS)
    table.writerows([[_cell(row.get(column)) for column in COLUMNS] for row in rows])
    return held.getvalue()


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """An array of objects."""
    return json.dumps([{column: row.get(column) for column in COLUMNS} for row in rows], allow_nan=False)


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_STEERS) else value
