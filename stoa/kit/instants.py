"""Instants in words: a full date with its zone, as pages and mails say it."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.translation import get_language

from stoa.kit.clock import ANYWHERE_ON_EARTH

KEPT = 4000
"""Elements that are kept by a process: the same few instants stand on most pages."""

Form = Literal["full", "short", "date", "begin", "end"]
FORMATS: dict[str, str] = {
    "full": "j F Y, H:i",
    "short": "j M Y, H:i",
    "date": "j F Y",
    "begin": "j M Y, H:i",
    "end": "H:i",
}
NO_ZONE = ("date", "begin")


def zone_named(name: str) -> tzinfo:
    """The zone of an IANA name, or of `AoE`; without a name the reader's zone, which is UTC until they choose one."""
    if not name:
        return timezone.get_current_timezone()
    return ANYWHERE_ON_EARTH if name == "AoE" else ZoneInfo(name)


def zone_words(instant: datetime, form: Form = "full") -> str:
    """How a zone is written after a time: `anywhere on Earth`, `UTC`, `CET`, or `UTC+05:45` where it has no letters."""
    name = instant.tzname() or ""
    if name == "AoE":
        return "anywhere on Earth" if form == "full" else "AoE"
    if name.isalpha():
        return name
    return f"UTC{_signed(instant.utcoffset() or timedelta())}"


def say(instant: datetime, zone: str = "", form: Form = "full") -> str:
    """An instant in words: `28 November 2026, 23:59 anywhere on Earth`. The form `date` leaves time and zone out.

    `begin` and `end` are the two halves of a span within one day: `28 Nov 2026, 15:00` and `18:00 CET`.
    """
    return _said(instant.astimezone(zone_named(zone)), form)


def _said(there: datetime, form: Form) -> str:
    words = format_date(there, FORMATS[form])
    return words if form in NO_ZONE else f"{words} {zone_words(there, form)}"


def machine(instant: datetime) -> str:
    """The same instant for the `datetime` attribute: RFC 3339 in UTC, whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def offset_minutes(instant: datetime, zone: str = "") -> int:
    """How far the zone in which an instant is said lies east of UTC, in minutes."""
    return _offset(instant.astimezone(zone_named(zone)))


def _offset(there: datetime) -> int:
    return int((there.utcoffset() or timedelta()).total_seconds()) // 60


def in_html(instant: datetime, zone: str = "", form: Form = "full") -> str:
    """An instant as a `<time>` element, from which scripts tell the reader's own time."""
    return _in_html(instant, zone_named(zone), form, get_language())


@lru_cache(maxsize=KEPT)
def _in_html(instant: datetime, there: tzinfo, form: Form, language: str | None) -> str:
    del language  # names of months are in it
    return format_html(
        '<time datetime="{}" data-offset="{}" data-form="{}">{}</time>',
        machine(instant),
        _offset(instant.astimezone(there)),
        form,
        _said(instant.astimezone(there), form),
    )


def span_in_html(begins: datetime, ends: datetime, zone: str = "") -> str:
    """From one instant to another; the day and the zone stand once where they are the same at both."""
    first, last = (at.astimezone(zone_named(zone)) for at in (begins, ends))
    if (first.date(), first.utcoffset()) == (last.date(), last.utcoffset()):
        return format_html("{}–{}", in_html(begins, zone, "begin"), in_html(ends, zone, "end"))
    return format_html("{} – {}", in_html(begins, zone, "short"), in_html(ends, zone, "short"))


def day_in_html(day: date) -> str:
    """A day as a `<time>` element: `28 November 2026`."""
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), format_date(day, FORMATS["date"]))


def _signed(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"{sign}{hours:02d}:{rest:02d}"
