"""Acts on events: announced, changed and cancelled on the record, reminded of by the clock, taken from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from stoa.kit import clock, locks, search
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid
from stoa.notices import events
from stoa.notices.acts.checking import changed_times, check_event, checked_reason, held
from stoa.notices.acts.finding import event_found
from stoa.notices.acts.mailing import mail_all_registered, mail_reminders
from stoa.notices.acts.registering import move_up
from stoa.notices.models import Event
from stoa.notices.rules import can_change

CHANGES = (
    "title", "text", "begins", "ends", "zone", "place", "link", "link_hidden", "takes_registration", "places",
    "registration_opens", "registration_closes", "only_members",
)  # fmt: skip
"""What of an event can be said, and changed until it is over."""
BEFORE = timedelta(hours=24)
"""How long before an event its reminder goes out."""


@act("notices.event.announce")
def announce_event(actor: Actor, *, says: Mapping[str, Any]) -> Event:
    """Announce an event: what, when, where, and who can register until when."""
    event = Event(announced_by_id=actor.person_id)
    _set(event, says)
    event.save()
    search.put_all([event_found(event)])
    tell(_as_event(events.EventAnnounced, event), _texts(event))
    return event


@act("notices.event.change", on="event")
def change_event(actor: Actor, *, event: Event, sequence: int, says: Mapping[str, Any]) -> Event:
    """Change an event until it is over; those who registered are told by mail when, where or how it is held otherwise.

    `sequence` is the one that was read. Nobody loses a place by it.
    """
    event = _standing(event)
    if sequence != event.sequence:
        raise Conflict("The event was changed meanwhile.", remedy="Look at it as it is now.", code="stale")
    before, begins = held(event), event.begins
    _set(event, says)
    event.sequence, event.changed = event.sequence + 1, clock.now()
    if event.begins != begins:
        event.reminded = None
    event.save()
    search.put_all([event_found(event)])
    tell(_as_event(events.EventChanged, event), _texts(event))
    if changed_times(before, event):
        mail_all_registered(event, "event-changed")
    move_up(event)
    return event


@act("notices.event.cancel", on="event")
def cancel_event(actor: Actor, *, event: Event, reason: str) -> Event:
    """Cancel an event, with a public reason; those who registered are told by mail."""
    event, reason = _standing(event), checked_reason(reason)
    event.cancelled = event.changed = clock.now()
    event.cancellation, event.sequence = reason, event.sequence + 1
    event.save()
    tell(events.EventCancelled(str(event.pk)), {"reason": reason})
    mail_all_registered(event, "event-cancelled", reason)
    return event


@act("notices.reminder.send", on="event", kind="private")
def send_event_reminders(actor: Actor, *, event: Event) -> Event:
    """Remind those who have a place, once, a day before the event."""
    event = locks.exclusive(event)
    if not reminder_due(event):
        raise Closed("No reminder is due.")
    event.reminded = clock.now()
    event.save(update_fields=["reminded"])
    mail_reminders(event)
    return event


@dataclass(frozen=True)
class Incoming:
    """An event from a file; `source` names it there, so that it is known when the file comes again."""

    source: str
    title: str
    begins: datetime
    ends: datetime
    zone: str = "UTC"
    text: str = ""
    place: str = ""
    link: str = ""


@act("notices.events.import")
def import_events(actor: Actor, *, incoming: Sequence[Incoming], digest: str) -> int:
    """Take events from a file into the calendar; those that came before are passed over."""
    locks.charter(alone=False)
    sources = [one.source for one in incoming]
    known = set(Event.objects.filter(source__in=sources).values_list("source", flat=True))
    new = [one for one in {each.source: each for each in incoming}.values() if one.source not in known]
    rows = [_row(actor, one, number) for number, one in enumerate(new, start=1)]
    made = Event.objects.bulk_create(rows, batch_size=500)
    search.put_all([event_found(event) for event in made])
    tell(events.EventsImported("1", digest, len(made), len(incoming) - len(made)))
    return len(made)


def reminder_due(event: Event) -> bool:
    """Whether the reminder is to go out now."""
    now = clock.now()
    return event.cancelled is None and event.reminded is None and event.begins - BEFORE <= now < event.begins


def _row(actor: Actor, one: Incoming, number: int) -> Event:
    event = Event(announced_by_id=actor.person_id, **asdict(one))
    try:
        check_event(event, ahead=False)
    except Invalid as fault:
        raise Invalid(f"Event {number}, “{one.title[:60]}”: {fault.message}", remedy=fault.remedy) from None
    return event


def _standing(event: Event) -> Event:
    event = locks.exclusive(event)
    if not can_change(event):
        raise Closed("This event is over or cancelled.", remedy="Announce another.")
    return event


def _set(event: Event, says: Mapping[str, Any]) -> None:
    if unknown := sorted(set(says) - set(CHANGES)):
        raise Invalid(f"An event has no {', '.join(unknown)}.", remedy="Look at what it has.")
    for name, value in says.items():
        given = value.strip() if isinstance(value, str) else value
        setattr(event, name, " ".join(given.split()) if name in {"title", "place"} else given)
    check_event(event)


def _as_event(kind: type[events.EventAnnounced], event: Event) -> events.EventAnnounced:
    return kind(str(event.pk), clock.stamp(event.begins), clock.stamp(event.ends), event.places)


def _texts(event: Event) -> dict[str, str]:
    """What the record commits to; never the link, which may be for some alone."""
    return {name: getattr(event, name) for name in ("title", "text", "place")}
