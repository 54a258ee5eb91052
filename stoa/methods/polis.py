"""Reads a conversation exported from Polis: a folder with statements and votes, as CSV files or as answers of its API.

A folder holds `comments.csv` and `votes.csv` or, where that is missing, `participants-votes.csv` (github.com/compdemocracy/
openData); or `comments.json` and `votes.json`. 1 is agree, −1 disagree, 0 pass. Of several votes of one person on one
statement the last by `timestamp` counts; the words of `datetime`, whose zones depend on who exported, are not read. Files
come from strangers: sizes are limited, what is no file of this kind is refused with a sentence, and single rows that make
no sense are passed over and counted with the reason.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stoa.methods.rows import MOST_BYTES, BadFile, read_rows

MOST_STATEMENTS = 10_000
MOST_PARTICIPANTS = 1_000_000
MOST_VOTES = 20_000_000
MOST_ID = 80
MOST_TEXT = 10_000
MOST_INSTANT = 10**15

VALUES = {"1": 1, "1.0": 1, "0": 0, "0.0": 0, "-0.0": 0, "-1": -1, "-1.0": -1}
MODERATED = VALUES | {"": 0}
TRUE = frozenset({"true", "1", "t"})

CHANGED = "votes that the same person gave anew later"
NO_VALUE = "votes that are not 1, 0 or -1"
NO_PERSON = "rows without a usable participant id"
NO_STATEMENT = "votes on statements that are not among the statements"
NO_INSTANT = "votes whose timestamp is not a number"
SHORT = "rows with too few cells"
BAD_STATEMENT = "statements without a usable id"
DOUBLED_STATEMENT = "statements whose id came before"
DOUBLED_PERSON = "rows of a participant whose id came before"
UNKNOWN_STATE = "unknown moderation states, taken as not moderated"
CUT = f"statements cut after {MOST_TEXT:,} characters"

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Statement:
    """A statement. `moderated`: 1 accepted, 0 not looked at, −1 taken out. `author` is a participant's id, empty where unknown."""

    id: str
    text: str
    author: str
    moderated: int


@dataclass(frozen=True)
class Conversation:
    """A conversation as read: statements and participants in the order of their ids, and one vote of each person on a statement.

    `person` and `statement` are places in `participants` and `statements`, `value` is 1, 0 or −1, all of one length, ordered
    by person, then statement. `groups`: participant id → group that Polis published, where it did. `skipped`: reason → count.
    """

    statements: tuple[Statement, ...]
    participants: tuple[str, ...]
    person: NDArray[np.int32]
    statement: NDArray[np.int32]
    value: NDArray[np.int8]
    groups: Mapping[str, str]
    source: str
    skipped: Mapping[str, int]

    @property
    def taken_out(self) -> tuple[int, ...]:
        """The places of the statements that moderators took out."""
        return tuple(place for place, one in enumerate(self.statements) if one.moderated < 0)


def read(folder: Path, *, on_progress: Progress | None = None) -> Conversation:
    """Read the conversation in a folder. `on_progress` is told the bytes of the votes read so far. Raises `BadFile`, `OSError`."""
    if not folder.is_dir():
        raise BadFile(f"{folder.name or folder} is no folder. Name the folder that Polis' export was unpacked to.")
    reading = _Reading()
    with_csv = (folder / "comments.csv").is_file()
    if not with_csv and not (folder / "comments.json").is_file():
        raise BadFile("The folder has no comments.csv. It holds the statements; fetch the export again.")
    if with_csv:
        _named("comments.csv", lambda: reading.take_statements(_records(folder / "comments.csv", COMMENTS, None)))
        _read_csv_votes(reading, folder, on_progress)
    else:
        _named("comments.json", lambda: reading.take_statements(_json_records(folder / "comments.json")))
        if not (folder / "votes.json").is_file():
            raise BadFile("The folder has no votes.json. It holds the votes; fetch them again.")
        _named("votes.json", lambda: reading.take_votes(_json_records(folder / "votes.json")))
        reading.source = "votes.json"
    return reading.conversation()


def _read_csv_votes(reading: _Reading, folder: Path, on_progress: Progress | None) -> None:
    votes, matrix = folder / "votes.csv", folder / "participants-votes.csv"
    if not votes.is_file() and not matrix.is_file():
        raise BadFile("The folder has neither votes.csv nor participants-votes.csv. One of them is needed.")
    if votes.is_file():
        _named(votes.name, lambda: reading.take_votes(_records(votes, VOTES, on_progress)))
    if matrix.is_file():
        told = None if votes.is_file() else on_progress
        _named(matrix.name, lambda: reading.take_matrix(_rows_of(matrix, told), with_votes=not votes.is_file()))
    reading.source = votes.name if votes.is_file() else matrix.name


# Names that a field has had, in the headers of exports and the keys of the API.
NAMES = {
    "statement": ("comment-id", "comment_id", "statement_id", "tid"),
    "person": ("voter-id", "voter_id", "participant", "participant_id", "pid"),
    "author": ("author-id", "author_id", "participant_id", "pid"),
    "value": ("vote",),
    "at": ("timestamp", "modified"),
    "text": ("comment-body", "comment_body", "comment", "txt"),
    "moderated": ("moderated", "mod"),
}
COMMENTS = ("statement", "text")
VOTES = ("statement", "person", "value")
MATRIX = ("participant", "xid", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree")


@dataclass
class _Reading:
    source: str = ""
    statements: dict[str, Statement] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    person: array[int] = field(default_factory=lambda: array("i"))
    statement: array[int] = field(default_factory=lambda: array("i"))
    value: array[int] = field(default_factory=lambda: array("b"))
    at: array[int] = field(default_factory=lambda: array("q"))

    def take_statements(self, records: Iterable[Mapping[str, str]]) -> None:
        """Take in the statements; they come before any vote."""
        for record in records:
            key = _identifier(record.get("statement", ""))
            if not key:
                self.skipped[BAD_STATEMENT] += 1
            elif key in self.statements:
                self.skipped[DOUBLED_STATEMENT] += 1
            elif len(self.statements) >= MOST_STATEMENTS:
                raise BadFile(f"There are more than {MOST_STATEMENTS:,} statements. Split the conversation.")
            else:
                self.statements[key] = self._statement(key, record)
        if not self.statements:
            raise BadFile("There are no statements. Check the export.")
        self.places = {key: place for place, key in enumerate(sorted(self.statements, key=_natural))}

    def take_votes(self, records: Iterable[Mapping[str, str]]) -> None:
        """Take in votes, one a record."""
        for record in records:
            instant = _instant(record["at"]) if "at" in record else 0
            if instant is None:
                self.skipped[NO_INSTANT] += 1
            else:
                self._vote(
                    _identifier(record.get("person", "")), record.get("statement", ""), record.get("value", ""), instant
                )

    def take_matrix(self, rows: Iterator[tuple[int, list[str]]], *, with_votes: bool) -> None:
        """Take in the table of one row a participant: the groups that Polis published and, if asked, the votes."""
        _, header = next(rows, (1, [""]))
        names = [name.strip().lower() for name in header]
        if "participant" not in names:
            raise BadFile("Line 1: there is no column participant. Check the header.")
        columns = [(place, name) for place, name in enumerate(names) if name not in MATRIX and name]
        who = names.index("participant")
        group = names.index("group-id") if "group-id" in names else None
        met: set[str] = set()
        for _, row in rows:
            key = _identifier(row[who]) if who < len(row) else ""
            if not key:
                self.skipped[NO_PERSON] += 1
            elif key in met:
                self.skipped[DOUBLED_PERSON] += 1
            else:
                met.add(key)
                self._row(key, row, columns if with_votes else (), row[group] if group is not None else "")

    def conversation(self) -> Conversation:
        """What was read, once everything was."""
        if not self.value:
            raise BadFile("There are no votes. Check the export.")
        participants = sorted(self.people, key=_natural)
        place = np.empty(len(self.people), dtype=np.int32)
        place[[self.people[key] for key in participants]] = np.arange(len(participants))
        person, statement = place[np.asarray(self.person)], np.asarray(self.statement, dtype=np.int32)
        # Votes of one instant keep the order of the file, as lexsort is stable.
        order = np.lexsort((np.asarray(self.at), statement, person))
        person, statement, value = person[order], statement[order], np.asarray(self.value, dtype=np.int8)[order]
        last = np.ones(len(order), dtype=bool)
        last[:-1] = (person[1:] != person[:-1]) | (statement[1:] != statement[:-1])
        self.skipped[CHANGED] += int((~last).sum())
        statements = tuple(self.statements[key] for key in self.places)
        skipped = {reason: count for reason, count in self.skipped.items() if count}
        kept = (person[last], statement[last], value[last])
        return Conversation(statements, tuple(participants), *kept, self.groups, self.source, skipped)

    def _statement(self, key: str, record: Mapping[str, str]) -> Statement:
        said = record.get("moderated", "").strip().lower()
        if said not in MODERATED:
            self.skipped[UNKNOWN_STATE] += 1
        text = " ".join(record.get("text", "").split())
        if len(text) > MOST_TEXT:
            self.skipped[CUT] += 1
        return Statement(key, text[:MOST_TEXT], _identifier(record.get("author", "")), MODERATED.get(said, 0))

    def _row(self, key: str, row: list[str], columns: Iterable[tuple[int, str]], group: str) -> None:
        if len(self.people) < MOST_PARTICIPANTS and group.strip():
            self.groups[key] = group.strip()[:MOST_ID]
        for place, name in columns:
            if place >= len(row):
                self.skipped[SHORT] += 1
                return
            if row[place].strip():
                self._vote(key, name, row[place], 0)

    def _vote(self, person: str, statement: str, value: str, at: int) -> None:
        place, given = self.places.get(statement.strip()), VALUES.get(value.strip())
        if not person or place is None or given is None:
            self.skipped[NO_PERSON if not person else NO_STATEMENT if place is None else NO_VALUE] += 1
            return
        if len(self.value) >= MOST_VOTES or len(self.people) >= MOST_PARTICIPANTS:
            raise BadFile(f"There are more than {MOST_VOTES:,} votes or {MOST_PARTICIPANTS:,} people. Split the file.")
        self.person.append(self.people.setdefault(person, len(self.people)))
        self.statement.append(place)
        self.value.append(given)
        self.at.append(at)


def _named(name: str, work: Callable[[], None]) -> None:
    """Do the work; a fault in the file is told with its name."""
    try:
        work()
    except BadFile as fault:
        raise BadFile(f"{name}: {fault}") from None


def _rows_of(path: Path, on_progress: Progress | None) -> Iterator[tuple[int, list[str]]]:
    with path.open("rb") as stream:
        yield from read_rows(stream, ",", on_progress)


def _records(path: Path, needed: Iterable[str], on_progress: Progress | None) -> Iterator[dict[str, str]]:
    """The rows of a CSV file by our names of the fields; cells that a short row lacks are absent."""
    rows = _rows_of(path, on_progress)
    _, header = next(rows, (1, [""]))
    columns = [name.strip().lower() for name in header]
    found = {
        ours: next(columns.index(name) for name in names if name in columns)
        for ours, names in NAMES.items()
        if any(name in columns for name in names)
    }
    for name in needed:
        if name not in found:
            raise BadFile(f"Line 1: there is no column {NAMES[name][0]}. Check the header.")
    for _, row in rows:
        yield {ours: row[place] for ours, place in found.items() if place < len(row)}


def _json_records(path: Path) -> Iterator[dict[str, str]]:
    """The objects of a JSON list by our names of the fields, each value as text."""
    if path.stat().st_size > MOST_BYTES:
        raise BadFile(f"The file has more than {MOST_BYTES // 2**20} MB. Split it.")
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"), parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise BadFile("This is no JSON in UTF-8. Fetch the file again.") from None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadFile("This is no list of objects. Save the answer of Polis' API unchanged.")
    for each in found:
        yield {ours: _text(each[name]) for ours, names in NAMES.items() for name in names[::-1] if name in each}


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _identifier(text: str) -> str:
    """An id as text, or nothing where it can't be one."""
    key = text.strip()
    return key if len(key) <= MOST_ID and key.isprintable() else ""


def _instant(text: str) -> int | None:
    try:
        instant = int(float(text))
    except (ValueError, OverflowError):
        return None
    return instant if abs(instant) <= MOST_INSTANT else None


def _natural(key: str) -> tuple[int, int, str]:
    """Numbers by size, before all other ids."""
    is_number = key.isascii() and key.isdigit() and len(key) < 19
    return (0, int(key), key) if is_number else (1, 0, key)
