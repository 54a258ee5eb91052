"""How the history is narrowed by an address: kind of entry, role, who acted, on what, between which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date

from stoa.kit import words
from stoa.record.events import DaySealed
from stoa.record.models import Placement

ROLES = (
    "member", "associate", "organiser", "steward", "founder", "facilitator", "scrutineer", "author", "voter", "self",
    "clock", "operator",
)  # fmt: skip


@dataclass(frozen=True)
class Narrowing:
    """What is asked of the history; an empty value asks nothing. `faults` says in a sentence what can't be read."""

    kind: str = ""
    role: str = ""
    actor: str = ""
    about: str = ""
    since: str = ""
    until: str = ""
    seals: bool = False
    faults: tuple[str, ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether anything is asked."""
        return any((self.kind, self.role, self.actor, self.about, self.since, self.until))

    @property
    def leaves_out_seals(self) -> bool:
        """The entry that seals each day would bury all else, so it is shown only where it is asked for."""
        return not self.seals and not self.is_asked

    def keep(self, rows: QuerySet[Placement]) -> QuerySet[Placement]:
        """The entries asked for."""
        wanted = {
            "entry__type": self.kind,
            "entry__role": self.role,
            "entry__actor": self.actor,
            "entry__subject": self.about,
            "entry__at__gte": _midnight(self.since, 0),
            "entry__at__lt": _midnight(self.until, 1),
        }
        kept = rows.exclude(entry__type=DaySealed.type) if self.leaves_out_seals else rows
        return kept.filter(**{name: value for name, value in wanted.items() if value})


def narrowing(query: QueryDict) -> Narrowing:
    """Read the address. A date that is none is left out, with a fault that says so."""
    faults = []
    days = {}
    for name, label in (("since", "From"), ("until", "To")):
        days[name] = _plain(query, name)
        if days[name] and _day(days[name]) is None:
            faults.append(f"“{label}” is not a date: write it as 2026-11-22.")
            days[name] = ""
    return Narrowing(
        kind=_plain(query, "kind"),
        role=_plain(query, "role"),
        actor=_reference(_plain(query, "actor"), "person"),
        about=_plain(query, "about"),
        seals=query.get("seals") == "yes",
        faults=tuple(faults),
        **days,
    )


def choices_of_kind() -> list[tuple[str, str]]:
    """Every kind of entry, for a select."""
    return words.kinds()


def choices_of_role() -> list[tuple[str, str]]:
    """Every role that an entry can name, for a select."""
    return [(role, words.role_words(role)) for role in ROLES]


def _plain(query: QueryDict, name: str) -> str:
    return query.get(name, "").replace("\0", "").strip()[:80]


def _reference(typed: str, kind: str) -> str:
    """A code alone is taken for that of a person."""
    return typed if not typed or ":" in typed or typed in {"clock", "operator"} else f"{kind}:{typed}"


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _midnight(text: str, days_later: int) -> datetime | None:
    """The beginning of that day, or of one after it, UTC."""
    day = _day(text)
    if day is None or day.year >= 9999:
        return None
    return datetime.combine(day, time.min, UTC) + timedelta(days=days_later)
