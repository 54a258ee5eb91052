"""What a call must be, before it is kept: texts, numbers, dates, and what it asks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from stoa.kit import clock
from stoa.kit.faults import Invalid
from stoa.members.models import Call
from stoa.members.models.questionnaire import FACT_KINDS, FIELD_KINDS, KEY, PARTS, Fact, Questionnaire, read
from stoa.members.rules.files import KINDS, MOST_FILES, MOST_MEGABYTES, settings_are_right

LATEST = timedelta(days=3 * 366)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RESERVED = frozenset({"new", "enter", "vouch"})
MOST_TEXT = 20_000
MOST_SHORT, MOST_LINE = 1_000, 200
MOST_ITEMS = 60
MOST_OPTIONS = 100
NUMBERS = {
    "minutes": (1, 600),
    "expected": (1, 1_000_000),
    "reviews_each": (1, 9),
    "reviewers_wanted": (1, 10_000),
    "minutes_each": (1, 600),
    "grace_minutes": (0, 7 * 24 * 60),
}
"""Whole numbers of a call, each with the least and most."""


def check_call(call: Call) -> None:
    """Raise `Invalid` unless this call could be kept as it is."""
    if not SLUG.fullmatch(call.slug) or call.slug in RESERVED or len(call.slug) > 40:
        raise Invalid(
            "This short name can't stand in an address.",
            remedy="Use lower-case letters, digits and hyphens, such as members-2027.",
            field="slug",
        )
    if not call.title or len(call.title) > 120:
        raise Invalid("The title is empty or too long.", remedy="Use 1 to 120 characters.", field="title")
    for name in ("text", "who", "prepare"):
        if len(getattr(call, name)) > MOST_TEXT:
            raise Invalid("This text is too long.", remedy=f"Use {MOST_TEXT:,} characters at most.", field=name)
    for name, (least, most) in NUMBERS.items():
        if not least <= getattr(call, name) <= most:
            raise Invalid("This number can't be right.", remedy=f"Give {least:,} to {most:,}.", field=name)
    if call.places is not None and not 1 <= call.places <= 1_000_000:
        raise Invalid("A call has one place at least.", remedy="Leave it empty for no limit.", field="places")
    check_choice(call.admits, dict(Call.ADMITS), "admits")
    check_choice(call.screening, dict(Call.Screening.choices), "screening")


def check_dates(opens: datetime, closes: datetime) -> None:
    """Raise `Invalid` unless a call could be announced with these instants now."""
    check_order(opens, closes)
    if closes <= clock.now():
        raise Invalid("The call would be over already.", remedy="Choose a date that lies ahead.", field="closes")
    if closes > clock.now() + LATEST:
        raise Invalid("That is more than three years ahead.", remedy="Check the year.", field="closes")


def check_order(opens: datetime, closes: datetime) -> None:
    """Raise `Invalid` unless one comes before the other."""
    if closes <= opens:
        raise Invalid("The call would close before it opens.", remedy="Let it close later.", field="closes")


def check_choice(value: str, choices: Mapping[str, Any], field: str) -> None:
    """Raise `Invalid` unless the value is one of the choices."""
    if value not in choices:
        raise Invalid("There is no such choice.", remedy=f"Choose one of: {', '.join(choices)}.", field=field)


def check_screening(call: Call) -> None:
    """Raise `Invalid` where a call is to be screened by facts and asks none: nobody would be screened."""
    if call.screening == Call.Screening.FACTS and not call.asks.facts:
        raise Invalid(
            "This call is to be screened by facts, and asks none.",
            remedy="Add a fact, or keep the reading within bounds otherwise.",
            field="screening",
        )


def checked_rules(rules: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire that these rules are; raises `Invalid` naming the item that can't stand."""
    try:
        asks = read(rules)
    except TypeError as fault:
        raise Invalid("These are no rules of a call.", remedy=f"{fault}.", field="rules") from fault
    if unknown := sorted(set(rules) - set(PARTS)):
        raise Invalid(f"A call has no {', '.join(unknown)}.", remedy=f"It has {', '.join(PARTS)}.", field="rules")
    for part in PARTS:
        items = getattr(asks, part)
        _check_keys(part, items)
        for item in items:
            _check_item(part, item)
    return asks


def _check_keys(part: str, items: Sequence[Any]) -> None:
    if len(items) > MOST_ITEMS:
        raise Invalid(f"These are {len(items)} {part}.", remedy=f"Ask {MOST_ITEMS} at most.", field="rules")
    counted = Counter(str(item.key) for item in items)
    wrong = next((key for key, n in counted.items() if n > 1 or not KEY.fullmatch(key)), None)
    if wrong is not None:
        raise Invalid(
            f"“{wrong}” can't be a key among the {part}, or stands there twice.",
            remedy="Use lower-case letters, digits and underscores, each key once.",
            field="rules",
        )


def _check_item(part: str, item: Any) -> None:
    where = f"“{item.key}” of the {part}"
    texts = [value for value in vars(item).values() if isinstance(value, str)]
    if not isinstance(item.key, str) or not isinstance(item.label, str) or not item.label.strip():
        raise Invalid(f"{where} asks nothing.", remedy="Give it a label.", field="rules")
    if len(item.label) > MOST_LINE or any(len(text) > MOST_SHORT for text in texts):
        raise Invalid(f"{where} is too long.", remedy=f"Use {MOST_LINE} characters for a label.", field="rules")
    checks = {"facts": _check_fact, "fields": _check_field, "criteria": _check_criterion, "about": _check_options}
    checks[part](item, where)


def _check_fact(fact: Fact, where: str) -> None:
    if fact.kind not in FACT_KINDS:
        raise Invalid(f"{where} is of no known kind.", remedy=f"Use {', '.join(FACT_KINDS)}.", field="rules")
    if fact.kind == "choice":
        _check_options(fact, where)
        if not fact.good or not all(n in range(len(fact.options)) for n in fact.good):
            raise Invalid(f"{where} lets nobody in.", remedy="Say which options are good.", field="rules")
    for bound in (fact.least, fact.most):
        if bound and fact.kind in {"number", "date"} and not _parses(fact.kind, bound):
            raise Invalid(f"{where} has a bound that is none.", remedy="Use 3, or 2027-03-31.", field="rules")


def _check_field(field: Any, where: str) -> None:
    if field.kind not in FIELD_KINDS:
        raise Invalid(f"{where} is of no known kind.", remedy=f"Use {', '.join(FIELD_KINDS)}.", field="rules")
    if field.kind in {"choice", "several"}:
        _check_options(field, where)
    if not isinstance(field.step, str) or not field.step.strip() or len(field.step) > MOST_LINE:
        raise Invalid(f"{where} stands on no page.", remedy="Name its step.", field="rules")
    if not isinstance(field.required, bool) or not _is_flat(field.settings):
        raise Invalid(f"{where} has settings that are none.", remedy="Give texts and whole numbers.", field="rules")
    if field.kind == "file" and not settings_are_right(field.settings):
        raise Invalid(
            f"{where} has limits for files that are none.",
            remedy=f"Give a number of 1 to {MOST_FILES}, megabytes of 1 to {MOST_MEGABYTES}, kinds of {', '.join(KINDS)}.",
            field="rules",
        )
    if not isinstance(field.most, int) or not 0 <= field.most <= MOST_TEXT:
        raise Invalid(f"{where} has a limit that is none.", remedy=f"Give 0 to {MOST_TEXT:,}.", field="rules")


def _check_criterion(criterion: Any, where: str) -> None:
    if not all(isinstance(text, str) and text.strip() for text in (criterion.rubric, criterion.low, criterion.high)):
        raise Invalid(
            f"{where} has no rubric, or not both examples.",
            remedy="Say what is judged, what earns a 2, and what earns a 4 of 5.",
            field="rules",
        )
    if not isinstance(criterion.weight, int) or not 1 <= criterion.weight <= 10:
        raise Invalid(f"{where} has a weight that is none.", remedy="Give 1 to 10.", field="rules")


def _check_options(item: Any, where: str) -> None:
    fine = all(isinstance(each, str) and each.strip() and len(each) <= MOST_LINE for each in item.options)
    if not fine or not 2 <= len(item.options) <= MOST_OPTIONS:
        raise Invalid(
            f"{where} has options that can't be chosen.",
            remedy=f"Give 2 to {MOST_OPTIONS}, each in {MOST_LINE} characters at most.",
            field="rules",
        )


def _is_flat(settings: Any) -> bool:
    return isinstance(settings, Mapping) and all(isinstance(value, (int, str)) for value in settings.values())


def _parses(kind: str, bound: str) -> bool:
    try:
        float(bound) if kind == "number" else date.fromisoformat(bound)
    except ValueError:
        return False
    return True
