"""What columns of a file mean for a call, and what is wrong with a row; nothing of it is kept here."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_datetime

from stoa.members.models import Call
from stoa.members.models.questionnaire import Field
from stoa.members.rules.answers import fault_of
from stoa.members.rules.profile import profile_faults
from stoa.methods.sheets import Sheet

OWN = {
    "id": "Its id there",
    "name": "Name",
    "email": "E-mail address",
    "organisation": "Organisation",
    "orcid": "ORCID iD",
    "earlier": "Earlier places",
    "advisers": "Advisers",
    "advisees": "Advisees",
    "publications": "Publications",
    "submitted": "Submitted at",
}
"""What a column can be besides a field of the form."""
KNOWN_AS = {
    "id": {"id", "code", "number", "no", "ref", "reference", "submission id", "paper id", "application id"},
    "name": {"name", "full name", "author", "speaker", "applicant", "speaker names", "public name"},
    "email": {
        "email",
        "e-mail",
        "mail",
        "e-mail address",
        "email address",
        "author e-mail",
        "speaker e-mail",
        "address",
    },
    "organisation": {"organisation", "organization", "institution", "affiliation", "employer", "university"},
    "orcid": {"orcid", "orcid id"},
    "earlier": {"earlier", "earlier places", "earlier organisations", "previous affiliations", "past affiliations"},
    "advisers": {"advisers", "adviser", "advisor", "advisors", "supervisor", "supervisors"},
    "advisees": {"advisees", "advisee", "students", "phd students"},
    "publications": {"publications", "dois", "works", "papers"},
    "submitted": {"submitted", "created", "submitted at", "timestamp", "date"},
}
"""How columns are called, in lower case, that mean these."""
IN_LINES = ("earlier", "advisers", "advisees")
"""Of what a cell has several, parted by semicolons."""
SHORTEST_LIKENESS = 4
MILLISECONDS = re.compile(r"[0-9]{12,14}", re.ASCII)
MOST = 120
"""Characters of an id and of a name."""


@dataclass(frozen=True)
class Incoming:
    """An application from a file; `source` is its id there, by which it is known when the file comes again."""

    source: str
    name: str
    email: str = ""
    organisation: str = ""
    orcid: str = ""
    earlier: str = ""
    advisers: str = ""
    advisees: str = ""
    publications: str = ""
    submitted: datetime | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BadRow:
    """A row that can't be taken in: its number from 1, below the columns, and why."""

    number: int
    why: str


def fillable(call: Call) -> list[Field]:
    """The fields of the form that a column can fill: all but files."""
    return [field for field in call.asks.fields if field.kind != "file"]


def guess(columns: Sequence[str], call: Call) -> dict[str, str]:
    """What each column seems to be: a field by its key or label, or what its name means; each once."""
    found: dict[str, str] = {}
    for column in columns:
        word = " ".join(column.lower().replace("_", " ").split())
        named = next((one.key for one in fillable(call) if word in {one.key.replace("_", " "), one.label.lower()}), "")
        meant = named or next((name for name, words in KNOWN_AS.items() if word in words), "")
        if not meant and len(word) >= SHORTEST_LIKENESS:
            meant = next((one.key for one in fillable(call) if word in one.label.lower()), "")
        if meant and meant not in found.values():
            found[column] = meant
    return found


def fault_of_mapping(mapping: Mapping[str, str], call: Call) -> str:
    """What is wrong with a mapping of columns to what they are; nothing where rows can be read by it."""
    known = {*OWN, *(field.key for field in fillable(call))}
    meant = [name for name in mapping.values() if name]
    if unknown := [name for name in meant if name not in known]:
        return f"Nothing is called “{unknown[0]}” here. There are: {', '.join(sorted(known))}."
    if twice := [name for name in meant if meant.count(name) > 1]:
        return f"Two columns are “{twice[0]}”. Choose one of them."
    return "" if "name" in meant else "No column is the name. Choose one."


def read_rows(sheet: Sheet, mapping: Mapping[str, str], call: Call) -> tuple[list[Incoming], list[BadRow]]:
    """Every row as an application, and those that can't be one, with why."""
    good, bad, seen = list[Incoming](), list[BadRow](), dict[str, int]()
    for number, row in enumerate(sheet.rows, start=1):
        given = {meant: row[column] for column, meant in mapping.items() if meant}
        one, fault = _incoming(given, row, call)
        fault = fault or fault_of_incoming(call, one)
        if not fault and one.source in seen:
            fault = f"It has the id of row {seen[one.source]}."
        if fault:
            bad.append(BadRow(number, fault))
        else:
            seen[one.source] = number
            good.append(one)
    return good, bad


def fault_of_incoming(call: Call, one: Incoming) -> str:
    """What is wrong with an application from a file; nothing where it can be taken in."""
    return next(_faults(call, one), "")


def _faults(call: Call, one: Incoming) -> Iterator[str]:
    if not one.source or len(one.source) > MOST:
        yield "Its id is empty or too long."
    if not one.name.strip() or len(one.name) > MOST:
        yield "It has no name, or too long a one."
    if one.email and _is_wrong(one.email):
        yield f"“{one.email[:80]}” is no e-mail address."
    profile = {name: getattr(one, name) for name in ("organisation", "orcid", "publications", *IN_LINES)}
    yield from (f"{OWN[name]}: {fault}" for name, fault in profile_faults(profile).items())
    fields = {each.key: each for each in fillable(call)}
    yield from (f"The form has no field “{key}” that a file could fill." for key in one.answers.keys() - fields.keys())
    for key in one.answers.keys() & fields.keys():
        if one.answers[key] not in (None, "", []) and (fault := fault_of(fields[key], one.answers[key])):
            yield f"{fields[key].label}: {fault}"


def _incoming(given: Mapping[str, str], row: Mapping[str, str], call: Call) -> tuple[Incoming, str]:
    at, fault = _instant(given.get("submitted", "").strip())
    answers = {one.key: _answer(one, given[one.key]) for one in fillable(call) if given.get(one.key, "").strip()}
    texts = {name: given.get(name, "").strip() for name in ("name", "email", "organisation", "orcid", "publications")}
    texts |= {name: given.get(name, "").replace(";", "\n").strip() for name in IN_LINES}
    source = (
        given.get("id", "").strip()
        or "row " + hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:32]
    )
    return Incoming(source=source, submitted=at, answers=answers, **texts), fault


def _instant(text: str) -> tuple[datetime | None, str]:
    try:
        at = _since_1970(text) if MILLISECONDS.fullmatch(text) else parse_datetime(text) if text else None
    except ValueError:
        at = None
    if text and (at is None or at.tzinfo is None):
        return None, f"“{text[:40]}” is no instant with its zone. Write it as 2027-03-31T12:00:00Z."
    return at, ""


def _since_1970(milliseconds: str) -> datetime:
    """An instant as OpenReview gives it."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _answer(field: Field, text: str) -> Any:
    """What stands in a cell as an answer: options by their words, several parted by semicolons."""
    places = {option.casefold(): place for place, option in enumerate(field.options)}
    if field.kind == "choice":
        return places.get(text.strip().casefold(), text)
    if field.kind == "several":
        return [places.get(each.strip().casefold(), each.strip()) for each in text.split(";") if each.strip()]
    return text.strip() if field.kind in {"number", "date", "link"} else text


def _is_wrong(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return True
    return False
