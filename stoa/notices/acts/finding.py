"""How announcements and events are found by search. Called inside the acts that make or change them."""

from __future__ import annotations

from collections.abc import Iterator

from stoa.kit import clock
from stoa.kit.search import Kept
from stoa.notices.models import Announcement, Event


def announcement_found(announcement: Announcement) -> Kept:
    """An announcement, by its title and text."""
    at = announcement.released or clock.now()
    return Kept(announcement.reference, announcement.title, announcement.body, at)


def announcements_found() -> Iterator[Kept]:
    """Every announcement that was released and holds, for search."""
    return map(announcement_found, Announcement.objects.filter(retracted=None).exclude(released=None).iterator())


def event_found(event: Event) -> Kept:
    """An event, by its title, text and place; never by its link."""
    return Kept(event.reference, event.title, f"{event.text}\n{event.place}", event.announced)


def events_found() -> Iterator[Kept]:
    """Every event, for search."""
    return map(event_found, Event.objects.iterator())
