"""Acts on announcements, events and registrations."""

from stoa.notices.acts.announcing import (
    correct_announcement,
    drop_announcement,
    edit_announcement,
    release_announcement,
    retract_announcement,
    write_announcement,
)
from stoa.notices.acts.holding import announce_event, cancel_event, change_event, import_events, send_event_reminders
from stoa.notices.acts.registering import (
    cancel_registration,
    close_calendar,
    open_calendar,
    read_registrations,
    register_for_event,
)

__all__ = [
    "announce_event",
    "cancel_event",
    "cancel_registration",
    "change_event",
    "close_calendar",
    "correct_announcement",
    "drop_announcement",
    "edit_announcement",
    "import_events",
    "open_calendar",
    "read_registrations",
    "register_for_event",
    "release_announcement",
    "retract_announcement",
    "send_event_reminders",
    "write_announcement",
]
