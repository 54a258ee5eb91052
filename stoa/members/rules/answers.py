"""What an answer must be to be kept, and what is missing before an application can be submitted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from stoa.members.models import Call
from stoa.members.models.questionnaire import Fact, Field
from stoa.members.rules.files import fault_of_ids

LONGEST = {"short": 300, "long": 10_000, "link": 500}
"""Characters of an answer where the field says nothing else."""


def longest(field: Field) -> int:
    """Characters that an answer to this field may have."""
    return field.most or LONGEST.get(field.kind, 100)


def fault_of(field: Field, value: Any) -> str:
    """What is wrong with an answer to a field, with the remedy; nothing where it can be kept."""
    if field.kind == "choice":
        return "" if _is_option(value, field.options) else "Choose one of the answers."
    if field.kind == "several":
        fine = isinstance(value, list) and all(_is_option(each, field.options) for each in value)
        return "" if fine and len(set(value)) == len(value) else "Choose among the answers."
    if field.kind == "file":
        return fault_of_ids(field, value)
    if not isinstance(value, str):
        return "Give a text."
    if field.kind in LONGEST and len(value) > longest(field):
        return f"This has {len(value):,} characters. Use {longest(field):,} at most."
    return _of_kind(field.kind, value)


def _of_kind(kind: str, value: str) -> str:
    if kind == "number" and not is_number(value):
        return "This is not a number. Write it in digits, such as 12 or 0.5."
    if kind == "date" and not is_day(value):
        return "This is no day. Write it as 2027-03-31."
    if kind == "link" and not is_link(value):
        return "This is no address on the web. Write it with https:// at its beginning."
    return ""


def fault_of_fact(fact: Fact, value: Any) -> str:
    """The same for an answer to a fact that decides who may apply."""
    if fact.kind == "yes":
        return "" if isinstance(value, bool) else "Answer yes or no."
    if fact.kind == "choice":
        return "" if _is_option(value, fact.options) else "Choose one of the answers."
    if fact.kind == "number":
        return "" if isinstance(value, str) and is_number(value) else "Give a number, such as 3."
    return "" if isinstance(value, str) and is_day(value) else "Give a day, such as 2027-03-31."


def missing(fields: Sequence[Field], answers: Mapping[str, Any]) -> list[Field]:
    """The fields that must be answered and are not."""
    return [field for field in fields if field.required and answers.get(field.key) in (None, "", [])]


def answered(call: Call, answers: Mapping[str, Any]) -> list[tuple[Field, str]]:
    """Each field of a call but files with the answer as it is read; nothing where there is none."""
    fields = [field for field in call.asks.fields if field.kind != "file"]
    return [(field, in_words(field, answers.get(field.key))) for field in fields]


def in_words(field: Field, value: Any) -> str:
    """An answer as it is read: options by their words."""
    if value in (None, "", []):
        return ""
    if field.kind == "choice":
        return str(field.options[value])
    if field.kind == "several":
        return ", ".join(field.options[each] for each in value)
    if field.kind == "file":
        return f"{len(value)} file{'s' if len(value) > 1 else ''}"
    return str(value)


def facts_in_words(call: Call, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What decides who may apply, with the answers as they are read."""
    return [(fact.label, fact_in_words(fact, facts.get(fact.key))) for fact in call.asks.facts]


def fact_in_words(fact: Fact, value: Any) -> str:
    """The answer to a fact as it is read."""
    if value is None:
        return ""
    if fact.kind == "yes":
        return "yes" if value else "no"
    return str(fact.options[value]) if fact.kind == "choice" else str(value)


def is_number(text: str) -> bool:
    """Whether this is a number in digits."""
    try:
        return math.isfinite(float(text)) and len(text) <= 30
    except ValueError:
        return False


def is_day(text: str) -> bool:
    """Whether this is a day that exists, in ISO form."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_option(value: Any, options: Sequence[str]) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(options)


def is_link(text: str) -> bool:
    """Whether this is an address on the web."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and "." in parts.netloc and " " not in text
