"""After a restore: takes announcements and events as far as the recovered entries tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from stoa.kit import search
from stoa.notices import events
from stoa.notices.models import Announcement, Event

LOST = "The reason is lost: the server was restored from a backup."


def bring_back(leaves: Sequence[Mapping[str, Any]]) -> None:
    """Called inside the act that recovers the log's tail, with its entries.

    Of what was announced after the backup the record alone tells; what was retracted or cancelled stays so, and an event
    is held when the record says.
    """
    for leaf in leaves:
        at = datetime.fromisoformat(leaf["at"])
        kind, _, identifier = str(leaf["subject"]).partition(":")
        if kind == "announcement":
            _take_announcement(Announcement.objects.filter(pk=identifier).first(), leaf, at)
        elif kind == "event" and identifier.isdecimal():
            _take_event(Event.objects.filter(pk=identifier).first(), leaf, at)


def _take_announcement(announcement: Announcement | None, leaf: Mapping[str, Any], at: datetime) -> None:
    if announcement is None:
        return
    if leaf["type"] == events.AnnouncementReleased.type:
        announcement.number, announcement.released = leaf["facts"]["number"], at
    elif leaf["type"] == events.AnnouncementRetracted.type:
        announcement.retracted, announcement.retraction = at, LOST
        search.drop(announcement.reference)
    announcement.save()


def _take_event(event: Event | None, leaf: Mapping[str, Any], at: datetime) -> None:
    if event is None:
        return
    if leaf["type"] == events.EventCancelled.type:
        event.cancelled, event.cancellation = at, LOST
    else:
        facts = leaf["facts"]
        event.begins, event.ends = (datetime.fromisoformat(facts[name]) for name in ("begins", "ends"))
        event.places = facts.get("places")
    event.sequence, event.changed = event.sequence + 1, at
    event.save()
