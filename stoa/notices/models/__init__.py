"""Tables of announcements, events and who registered for them."""

from stoa.notices.models.announcements import Announcement, Version
from stoa.notices.models.events import CalendarFeed, Event, Registration

__all__ = ["Announcement", "CalendarFeed", "Event", "Registration", "Version"]
