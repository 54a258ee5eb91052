"""Writes iCalendar (RFC 5545): one event, the community's calendar, and somebody's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar
from icalendar import Event as Entry

from stoa.kit import clock
from stoa.kit.dates import Coming
from stoa.notices.models import Event, Registration

TYPE = "text/calendar; charset=utf-8"
MOST_DATES = 500
FORBIDDEN = {code: None for code in range(32) if chr(code) not in "\n\t"} | {127: None}
"""Characters that no calendar may hold."""


@dataclass(frozen=True)
class Held:
    """An event with the link that the reader of this calendar may see, and whether they wait for a place."""

    event: Event
    link: str = ""
    waiting: bool = False


def public(events: Iterable[Event]) -> list[Held]:
    """Events as everybody may have them: without hidden links."""
    return [Held(event, "" if event.link_hidden else event.link) for event in events]


def own(registrations: Iterable[Registration]) -> list[Held]:
    """Events as somebody has them who registered; who waits for a place gets no hidden link."""
    return [
        Held(one.event, "" if one.event.link_hidden and one.waiting else one.event.link, one.waiting)
        for one in registrations
    ]


def calendar(name: str, held: Sequence[Held], dates: Sequence[Coming] = ()) -> bytes:
    """A calendar of this name. The same events and dates give the same bytes."""
    found = Calendar()
    found.add("prodid", "-//Stoa//Calendar//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", _text(name))
    found.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for one in held:
        found.add_component(_event(one))
    for date in dates:
        found.add_component(_date(date))
    body: bytes = found.to_ical()
    return body


def _event(held: Held) -> Entry:
    event = held.event
    entry = Entry()
    entry.add("uid", event.uid)
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", event.changed.astimezone(UTC))
    entry.add("dtstart", event.begins.astimezone(UTC))
    entry.add("dtend", event.ends.astimezone(UTC))
    entry.add("summary", _text(f"{event.title} (waiting list)" if held.waiting else event.title))
    entry.add("status", _status(held))
    entry.add("url", settings.STOA.address + event.get_absolute_url())
    if said := "\n\n".join(filter(None, (event.cancellation, event.text, held.link))):
        entry.add("description", _text(said))
    if where := event.place or held.link:
        entry.add("location", _text(where))
    return entry


def _status(held: Held) -> str:
    if held.event.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if held.waiting else "CONFIRMED"


def _date(date: Coming) -> Entry:
    """A deadline, which takes no time. Of those that move later alone their minute counts the changes."""
    entry = Entry()
    entry.add("uid", f"{date.key}@{urlsplit(settings.STOA.address).hostname}")
    entry.add("sequence", int(date.at.timestamp()) // 60 if date.changes is None else date.changes)
    entry.add("dtstamp", min(date.at.astimezone(UTC), _today()))
    entry.add("dtstart", date.at.astimezone(UTC))
    entry.add("summary", _text(date.title))
    entry.add("transp", "TRANSPARENT")
    entry.add("url", settings.STOA.address + date.address)
    return entry


def _today() -> datetime:
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0)


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(FORBIDDEN)
