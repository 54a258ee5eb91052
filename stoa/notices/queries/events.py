"""Reads of events. They are public; who registered is known to each of them, and to those who keep the event."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet

from stoa.kit import clock
from stoa.kit.act import Actor
from stoa.kit.addresses import path_to
from stoa.kit.prepared import prepared
from stoa.kit.registry import Rows
from stoa.notices import rules
from stoa.notices.models import CalendarFeed, Event, Registration
from stoa.people.links import hashed
from stoa.people.models import Person
from stoa.record import queries as record
from stoa.record.words import Said

MOST, MOST_AHEAD = 200, 5
MOST_IN_A_CALENDAR = 1_000
KEPT_IN_A_CALENDAR = timedelta(days=366)


def events() -> QuerySet[Event]:
    """Every event, what begins first at the head."""
    return Event.objects.order_by("begins", "pk")


def upcoming(most: int = 3) -> list[Event]:
    """What is held next, or is being held; five at most."""
    return _ahead(clock.now())[:most]


@prepared
def _ahead(now: datetime) -> QuerySet[Event]:
    return events().filter(ends__gt=now, cancelled=None)[:MOST_AHEAD]


def find_event(number: int) -> Event | None:
    """The event of this number."""
    return Event.objects.select_related("announced_by").filter(pk=number).first() if number < 2**63 else None


def for_calendars() -> list[Event]:
    """What calendars are told of: what is held or was within a year, and what was cancelled of it."""
    return list(events().filter(ends__gt=clock.now() - KEPT_IN_A_CALENDAR)[:MOST_IN_A_CALENDAR])


def next_instant(now: datetime) -> datetime | None:
    """When an event begins, ends, or registration for one opens or closes next, so that pages say something else."""
    names = ("begins", "ends", "registration_opens", "registration_closes")
    ahead = {name: Min(name, filter=Q(**{f"{name}__gt": now})) for name in names}
    found = Event.objects.filter(ends__gt=now, cancelled=None).aggregate(**ahead)
    return min(filter(None, found.values()), default=None)


def history(reference: str, viewer: Actor, *, most: int = MOST) -> list[Said]:
    """What the record says of an announcement or event, newest first."""
    return record.history([reference], viewer.person_id, most=most)


def told_number(event: Event) -> int | None:
    """How many have a place; None where they are too few to tell."""
    count = event.registrations.filter(waiting=False).count()
    return count if count >= rules.FEWEST else None


def own(event: Event, viewer: Actor) -> Registration | None:
    """The viewer's own registration."""
    return event.registrations.filter(person=viewer.person_id).first() if viewer.person_id else None


def link_for(event: Event, viewer: Actor, registration: Registration | None) -> str:
    """The event's link, if the viewer may see it: a hidden one those who have a place, and those who keep the event."""
    has_place = registration is not None and not registration.waiting
    return event.link if not event.link_hidden or has_place or rules.may_keep(viewer, event) else ""


def registered(event: Event, viewer: Actor) -> QuerySet[Registration]:
    """Who registered, in their order, for those who keep the event; for others nothing."""
    rows = event.registrations.select_related("person").order_by("waiting", "made", "pk")
    return rows if rules.may_keep(viewer, event) else rows.none()


def mine(viewer: Actor) -> QuerySet[Registration]:
    """What the viewer registered for and is not over, what begins first at the head."""
    rows = Registration.objects.select_related("event").filter(event__ends__gt=clock.now())
    return rows.filter(person=viewer.person_id or "").order_by("event__begins", "event_id")


def attending(person: Person) -> list[Registration]:
    """What a person's own calendar holds: what they registered for."""
    rows = Registration.objects.select_related("event").filter(person=person)
    wanted = rows.filter(event__ends__gt=clock.now() - KEPT_IN_A_CALENDAR)
    return list(wanted.order_by("event__begins", "event_id")[:MOST_IN_A_CALENDAR])


def calendar_of(token: str) -> Person | None:
    """Whose own calendar this token opens; None where it opens none."""
    feed = CalendarFeed.objects.select_related("person").filter(token_hash=hashed(token)).first()
    return feed.person if feed and feed.person.is_active else None


def named_events(ids: list[int], viewer_id: str | None) -> QuerySet[Event]:
    """Events are public."""
    del viewer_id
    return Event.objects.filter(pk__among=ids)


EVENTS = Rows(named_events, "title", lambda pk, _: path_to("notices:event", pk))
"""How events are named elsewhere."""
