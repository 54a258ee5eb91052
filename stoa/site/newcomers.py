"""Reads a file of first members: whatever a spreadsheet made of it, with each line that can't be used named and explained."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from stoa.kit.faults import Invalid
from stoa.people.acts import Newcomer

MOST_BYTES, MOST_LINES, MOST_FIELDS = 400_000, 2_000, 50
MOST_NAME, MOST_EMAIL, MOST_ORGANISATION = 120, 254, 200
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DELIMITERS = ",;\t|"
FORMULA_STARTS = ("=", "+", "-", "@")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
HEADS = {
    "name": {"name", "full name", "person"},
    "email": {"email", "e-mail", "mail", "address", "e-mail address", "email address"},
    "organisation": {"organisation", "organization", "institution", "affiliation", "employer", "university"},
}
"""Column names that are understood, in lower case."""

REMEDY = "Save it as CSV in UTF-8 with the columns name, email, organisation."


@dataclass(frozen=True)
class BadLine:
    """A line of the file that was not read: its number from 1, and why."""

    number: int
    why: str


@dataclass
class Reading:
    """What was read of a file."""

    newcomers: list[Newcomer] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    text: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal, for the record."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read(body: bytes) -> Reading:
    """Read a file's bytes; raises `Invalid` where it is no table of people at all."""
    if len(body) > MOST_BYTES:
        raise _unreadable(
            f"The file has {len(body):,} bytes.", f"Split it: {MOST_BYTES:,} at most can be read at once."
        )
    text, note = _decode(body)
    found = read_text(text)
    found.notes[:0] = [note] if note else []
    return found


def read_text(text: str) -> Reading:
    """Read a text of lines `name, email, organisation` with any of the usual delimiters, with or without a head."""
    if len(text) > MOST_BYTES:
        raise _unreadable(
            f"The text has {len(text):,} characters.", f"Split it: {MOST_BYTES:,} at most can be read at once."
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    rows = _rows(text)
    if not rows:
        raise _unreadable("There is no line in it.", REMEDY)
    columns = _columns(rows[0][1])
    found = Reading(text=text)
    if columns is None:
        columns = {"name": 0, "email": 1, "organisation": 2}
        found.notes.append("The first line names no columns; they were taken as name, email, organisation.")
    else:
        rows = rows[1:]
    if not rows:
        raise _unreadable("There is no line below the names of the columns.", REMEDY)
    _take(rows, columns, found)
    return found


def _take(rows: Sequence[tuple[int, list[str]]], columns: dict[str, int], found: Reading) -> None:
    seen: dict[str, int] = {}
    for number, row in rows:
        try:
            newcomer = _newcomer(row, columns)
        except ValueError as why:
            found.bad.append(BadLine(number, str(why)))
            continue
        if newcomer.email in seen:
            found.bad.append(
                BadLine(number, f"The address {newcomer.email} stands in line {seen[newcomer.email]} already.")
            )
            continue
        seen[newcomer.email] = number
        found.newcomers.append(newcomer)


def _decode(body: bytes) -> tuple[str, str]:
    for mark, encoding in MARKS:
        if body.startswith(mark):
            try:
                return body.decode(encoding), ""
            except UnicodeDecodeError:
                raise _unreadable("The file says how it is encoded, but breaks off or is damaged.", REMEDY) from None
    if b"\0" in body:
        raise _unreadable("This is not a text file.", REMEDY)
    try:
        return body.decode("utf-8"), ""
    except UnicodeDecodeError:
        note = "The file is not in UTF-8; it was read as Windows-1252. Look whether the names below are right."
        return body.decode("cp1252", errors="replace"), note


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Each row that holds anything, with the number of the line on which it ends."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if any(value.strip() for value in row):
                rows.append((reader.line_num, row))
            if len(rows) > MOST_LINES + 1:
                raise _unreadable(f"There are more than {MOST_LINES:,} lines.", "Split the file.")
    except csv.Error as fault:
        raise _unreadable(f"Line {reader.line_num} can't be read ({fault}).", REMEDY) from None
    return rows


def _columns(head: list[str]) -> dict[str, int] | None:
    """Where each column stands; None where the first line is a person and not a head."""
    heads = [value.strip().strip("*").casefold() for value in head]
    places = {name: heads.index(word) for name, words in HEADS.items() for word in words if word in heads}
    if "email" in places and "name" in places:
        return places
    if any("@" in value for value in heads):
        return None
    missing = " and ".join(name for name in ("name", "email") if name not in places)
    raise _unreadable(f"The first line names no column for {missing}.", REMEDY)


def _newcomer(row: list[str], columns: dict[str, int]) -> Newcomer:
    """The person of a row; raises ValueError with the reason why it can't be used."""
    if len(row) > MOST_FIELDS:
        raise ValueError(f"It has {len(row):,} columns. {MOST_FIELDS} are read at most: is a quote mark missing?")
    name, email, organisation = (" ".join(_at(row, columns, key).split()) for key in ("name", "email", "organisation"))
    email = email.lower()
    _check("name", name, MOST_NAME)
    _check("address", email, MOST_EMAIL)
    _check("organisation", organisation, MOST_ORGANISATION)
    if not name:
        raise ValueError("The name is missing.")
    if not email:
        raise ValueError("The address is missing.")
    try:
        validate_email(email)
    except ValidationError:
        raise ValueError(f"“{email[:80]}” is not an e-mail address.") from None
    return Newcomer(name, email, organisation)


def _check(label: str, value: str, most: int) -> None:
    if len(value) > most:
        raise ValueError(f"The {label} has {len(value):,} characters; {most} are the most.")
    if CONTROL.search(value):
        raise ValueError(f"The {label} holds control characters.")
    if value.startswith(FORMULA_STARTS):
        raise ValueError(f"The {label} begins with “{value[0]}”, which a spreadsheet would take for a formula.")


def _at(row: list[str], columns: dict[str, int], key: str) -> str:
    place = columns.get(key)
    return row[place] if place is not None and place < len(row) else ""


def _unreadable(message: str, remedy: str) -> Invalid:
    return Invalid(message, remedy=remedy, field="file")
