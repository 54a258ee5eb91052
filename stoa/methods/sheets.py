"""Reads applications that another program gave out into one table of texts: CSV, pretalx' submissions, OpenReview's notes.

Each becomes rows under named columns, so that whoever takes them in says once which column is what. Known shapes:

- CSV in UTF-8, with commas, semicolons or tabs, its first line the columns.
- pretalx: the answer of `/api/events/…/submissions/`, the list in it, or its schedule (`schedule.conference.days`).
- OpenReview: `{"notes": […]}` of API 1 or 2 (`content.title` or `content.title.value`), the list in it, or one note a line.
- Any other list of flat objects: its names are the columns.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_ROWS, MOST_COLUMNS = 20_000, 200
DELIMITERS = ",;\t"


class NoSheet(ValueError):
    """A file of which no table can be made."""


@dataclass(frozen=True)
class Sheet:
    """A table: the columns in their order, and each row as texts by column; what a row lacks is empty."""

    columns: list[str]
    rows: list[dict[str, str]]


def read(text: str) -> Sheet:
    """The table in this text, which says itself what it is. Raises `NoSheet` where there is none, or too much."""
    begins = text.lstrip()[:1]
    records = _from_json(text) if begins in {"{", "["} else _from_csv(text)
    rows, columns = [], dict[str, None]()
    for record in records:
        rows.append(record)
        columns |= dict.fromkeys(record)
        if len(rows) > MOST_ROWS or len(columns) > MOST_COLUMNS:
            raise NoSheet(f"The file has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns.")
    if not rows:
        raise NoSheet("The file has no rows.")
    return Sheet(list(columns), [{name: row.get(name, "") for name in columns} for row in rows])


def _from_csv(text: str) -> Iterator[dict[str, str]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    rows = csv.reader(io.StringIO(text.replace("\r\n", "\n"), newline=""), delimiter=max(DELIMITERS, key=first.count))
    try:
        heads = [" ".join(head.split()) for head in next(rows, [])]
        if len(heads) < 2 or len(set(heads)) < len(heads):
            raise NoSheet("The first line names no columns, or one twice.")
        for row in rows:
            if any(cell.strip() for cell in row):
                if len(row) > len(heads):
                    raise NoSheet(
                        f"Line {rows.line_num} has {len(row)} cells and the first {len(heads)}: a quote mark is missing."
                    )
                yield dict(zip(heads, row, strict=False))
    except csv.Error as fault:
        raise NoSheet(f"Line {rows.line_num} can't be read ({fault}).") from None


def _from_json(text: str) -> Iterator[dict[str, str]]:
    try:
        given = json.loads(text)
    except RecursionError:
        raise NoSheet("The file is nested too deeply.") from None
    except ValueError:
        given = _lines(text)
    records = _records(given)
    if not all(isinstance(each, Mapping) for each in records):
        raise NoSheet("The file holds no list of objects.")
    return (_flat(each) for each in records)


def _lines(text: str) -> list[Any]:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as fault:
        raise NoSheet(f"The file is no JSON ({fault}).") from None


def _records(given: Any) -> list[Any]:
    if isinstance(given, list):
        return given
    for name in ("results", "notes", "submissions", "talks"):
        if isinstance(found := given.get(name), list):
            return found
    try:
        days = given["schedule"]["conference"]["days"]
        return [talk for day in days for talks in day["rooms"].values() for talk in talks]
    except (KeyError, TypeError, AttributeError):
        return [given] if "content" in given or "code" in given else _none()


def _none() -> list[Any]:
    raise NoSheet("The file is neither pretalx' submissions nor OpenReview's notes, nor a list.")


def _flat(record: Mapping[str, Any]) -> dict[str, str]:
    if isinstance(record.get("content"), Mapping):
        return _note(record)
    people = record.get("speakers") or record.get("persons")
    return _submission(record, people) if isinstance(people, list) else _plain(record.items())


def _note(note: Mapping[str, Any]) -> dict[str, str]:
    """A note of OpenReview: its content, and of its authors the first."""
    content = {name: _value(each) for name, each in note["content"].items()}
    authors, ids = _list(content.get("authors")), _list(content.get("authorids"))
    address = next((each for each in ids[:1] if "@" in each), "")
    when = note.get("tcdate") or note.get("cdate")
    head = {
        "id": note.get("id", ""),
        "author": next(iter(authors), ""),
        "author e-mail": address,
        "submitted": when,
    }
    return _plain([*head.items(), *content.items()])


def _value(given: Any) -> Any:
    return given["value"] if isinstance(given, Mapping) and "value" in given else given


def _submission(record: Mapping[str, Any], people: list[Any]) -> dict[str, str]:
    """A submission or talk of pretalx: of its speakers the first, and each answer under its question."""
    first = next((each for each in people if isinstance(each, Mapping)), {})
    name = first.get("name") or first.get("public_name") or ""
    speaker = {"speaker": name, "speaker e-mail": first.get("email", ""), "biography": first.get("biography", "")}
    code = record.get("code") or record.get("guid") or record.get("id")
    answers = [pair for each in _mappings(record.get("answers"), first.get("answers")) if (pair := _answer(each))]
    rest = [(key, value) for key, value in record.items() if key not in {"speakers", "persons", "answers", "code"}]
    return _plain([("code", code), *speaker.items(), *rest, *answers])


def _mappings(*lists: Any) -> Iterator[Mapping[str, Any]]:
    for given in lists:
        yield from (each for each in given or () if isinstance(each, Mapping))


def _answer(answer: Mapping[str, Any]) -> tuple[str, Any] | None:
    question = answer.get("question")
    label = question.get("question") if isinstance(question, Mapping) else question
    return (_text(label), answer.get("answer")) if label else None


def _plain(pairs: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    return {" ".join(str(name).split())[:200]: _text(value) for name, value in pairs}


def _text(value: Any) -> str:
    """A value as a text: of words in several languages the English ones or the first, lists parted by semicolons."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        words = [each for each in value.values() if isinstance(each, str)]
        return str(value.get("en") or value.get("name") or next(iter(words), ""))
    if isinstance(value, list):
        return "; ".join(filter(None, map(_text, value)))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value else []
