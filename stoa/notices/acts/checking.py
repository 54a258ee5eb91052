"""What an event must be, before it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from stoa.kit import clock
from stoa.kit.faults import Invalid
from stoa.notices.models import Event

MOST_TITLE, MOST_TEXT, MOST_PLACE, MOST_LINK, MOST_REASON = 150, 20_000, 200, 500, 500
MOST_PLACES = 1_000_000
LATEST, LONGEST = timedelta(days=5 * 366), timedelta(days=60)


def check_event(event: Event, *, ahead: bool = True) -> None:
    """Raise `Invalid` unless this event could be kept as it is; `ahead` demands that it is not over yet."""
    _length(event.title, 1, MOST_TITLE, "title", "title")
    _length(event.text, 0, MOST_TEXT, "text", "text")
    _length(event.place, 0, MOST_PLACE, "place", "place")
    if event.zone not in available_timezones():
        raise Invalid("There is no such time zone.", remedy="Name one such as Europe/Berlin or UTC.", field="zone")
    _check_link(event)
    _check_dates(event, ahead=ahead)
    _check_registration(event)


def checked_reason(reason: str) -> str:
    """A public reason on one line; raises `Invalid` where it is empty or too long."""
    clean = " ".join(reason.split())
    _length(clean, 1, MOST_REASON, "reason", "reason")
    return clean


def _length(text: str, least: int, most: int, field: str, name: str) -> None:
    if not least <= len(text) <= most:
        fault = "is empty" if not text else f"has {len(text):,} characters"
        raise Invalid(f"The {name} {fault}.", remedy=f"Use {least} to {most:,} characters.", field=field)


def _check_link(event: Event) -> None:
    try:
        parts = urlsplit(event.link)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        whole = False
    if event.link and (not whole or len(event.link) > MOST_LINK or len(event.link.split()) != 1):
        raise Invalid(
            "This is not an address of the web.", remedy="Write it as https://example.org/meeting.", field="link"
        )
    if event.link_hidden and not event.takes_registration:
        raise Invalid(
            "Nobody could see the link, since nobody can register.",
            remedy="Take registrations, or show the link to everybody.",
            field="link_hidden",
        )


def _check_dates(event: Event, *, ahead: bool) -> None:
    if event.ends <= event.begins:
        raise Invalid("It would end before it begins.", remedy="Let it end later.", field="ends")
    if event.ends - event.begins > LONGEST:
        raise Invalid("That is longer than 60 days.", remedy="Check the dates, or announce its parts.", field="ends")
    if ahead and event.ends <= clock.now():
        raise Invalid("It would be over already.", remedy="Choose a date that lies ahead.", field="ends")
    if event.begins > clock.now() + LATEST:
        raise Invalid("That is more than five years ahead.", remedy="Check the year.", field="begins")


def _check_registration(event: Event) -> None:
    if event.places is not None and not 1 <= event.places <= MOST_PLACES:
        raise Invalid(
            "So many places can't be.", remedy=f"Give 1 to {MOST_PLACES:,}, or none for no limit.", field="places"
        )
    opens, closes = event.registration_opens, event.registration_closes
    if closes is not None and closes > event.ends:
        raise Invalid(
            "One could register after its end.", remedy="Let registration close earlier.", field="registration_closes"
        )
    if opens is not None and opens >= event.registration_ends:
        raise Invalid(
            "Registration would close before it opens.", remedy="Let it open earlier.", field="registration_opens"
        )


def changed_times(before: tuple[datetime, datetime, str, str, str], event: Event) -> bool:
    """Whether those who registered have to be told: when, where or how it is held changed."""
    return before != held(event)


def held(event: Event) -> tuple[datetime, datetime, str, str, str]:
    """When, where and how it is held."""
    return event.begins, event.ends, event.zone, event.place, event.link
