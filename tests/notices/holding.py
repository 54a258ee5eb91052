"""An announcement and an event to act on, through the program's own acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stoa.kit import clock
from stoa.notices import acts as notices
from stoa.notices.models import Announcement, Event
from stoa.people.models import Person
from tests.stage import Stage, acting

LINK = "https://meet.example.org/room"


def said(days: int = 10, **more: Any) -> dict[str, Any]:
    """What an event says that begins in so many days."""
    begins = clock.now() + timedelta(days=days)
    given = {"title": "First workshop", "begins": begins, "ends": begins + timedelta(hours=2), "zone": "Europe/Berlin"}
    return {**given, "takes_registration": True, "place": "Room 1", "link": LINK, "link_hidden": True, **more}


def hold(stage: Stage, days: int = 10, **more: Any) -> Event:
    """An announced event for which people register."""
    return notices.announce_event(acting(stage.steward), says=said(days, **more))


def register(person: Person, event: Event) -> bool:
    """Register; whether there was a place."""
    one = notices.register_for_event(acting(person, second_factor=False), person=person, event=event)
    return not one.waiting


def leave(person: Person, event: Event) -> None:
    """Cancel one's registration."""
    notices.cancel_registration(acting(person, second_factor=False), person=person, event=event)


def write(by: Person, title: str = "News", *, mailed: bool = False) -> Announcement:
    """A draft."""
    return notices.write_announcement(acting(by), title=title, body=f"{title} of *today*.", mailed=mailed)


def released(by: Person, title: str = "News") -> Announcement:
    """An announcement that was not mailed."""
    return notices.release_announcement(acting(by), announcement=write(by, title), version=1)
