"""Reads of announcements and events."""

from stoa.notices.queries.announcements import (
    ANNOUNCEMENTS,
    announcements,
    drafts,
    find_announcement,
    find_draft,
    latest,
)
from stoa.notices.queries.events import (
    EVENTS,
    attending,
    calendar_of,
    events,
    find_event,
    for_calendars,
    history,
    link_for,
    mine,
    next_instant,
    own,
    registered,
    told_number,
    upcoming,
)

__all__ = [
    "ANNOUNCEMENTS",
    "EVENTS",
    "announcements",
    "attending",
    "calendar_of",
    "drafts",
    "events",
    "find_announcement",
    "find_draft",
    "find_event",
    "for_calendars",
    "history",
    "latest",
    "link_for",
    "mine",
    "next_instant",
    "own",
    "registered",
    "told_number",
    "upcoming",
]
