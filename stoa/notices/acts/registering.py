"""Acts of those who come: registering and cancelling, the waiting list that moves up, and one's own calendar."""

from __future__ import annotations

from collections.abc import Sequence

from stoa.kit import chance, clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Refused
from stoa.notices.acts.mailing import mail_registered
from stoa.notices.models import CalendarFeed, Event, Registration
from stoa.notices.rules import may_register, takes_registrations
from stoa.people.events import PrivateLook
from stoa.people.links import hashed
from stoa.people.models import Person


@act("notices.registration.make", on="person", kind="private")
def register_for_event(actor: Actor, *, person: Person, event: Event) -> Registration:
    """Register for an event: one gets a place, or where all are taken the next one on the waiting list; a mail says which."""
    event = locks.exclusive(event)
    if found := event.registrations.filter(person=person).first():
        return found
    if not takes_registrations(event):
        raise Closed("One can't register for this event now.", remedy="Its page says when one can.")
    if not may_register(actor, event):
        raise Refused("This event is for members and trainees.", remedy="Others follow it on its page.")
    waiting = _free(event) == 0
    registration = Registration.objects.create(event=event, person=person, waiting=waiting)
    mail_registered(registration, "event-waiting" if waiting else "event-registered")
    return registration


@act("notices.registration.cancel", on="person", kind="private")
def cancel_registration(actor: Actor, *, person: Person, event: Event) -> None:
    """Cancel one's registration until the event begins; whoever is first on the waiting list gets the place."""
    event = locks.exclusive(event)
    registration = event.registrations.select_related("person", "event").filter(person=person).first()
    if registration is None:
        raise Closed("You are not registered for this event.")
    if clock.now() >= event.begins:
        raise Closed("The event has begun.")
    registration.delete()
    mail_registered(registration, "event-left")
    move_up(event)


@act("notices.registrations.read", on="event", kind="sealed")
def read_registrations(actor: Actor, *, event: Event, registrations: Sequence[Registration]) -> Sequence[Registration]:
    """Read who registered for an event, as one who keeps it; each of them can see that it was read."""
    for one in registrations:
        tell(PrivateLook(one.person_id, f"your registration for “{event.title}”"), {"by": actor.name})
    return registrations


@act("notices.calendar.open", on="person", kind="private")
def open_calendar(actor: Actor, *, person: Person) -> str:
    """Make the secret address at which one's own calendar can be read; the one before ends to work. It is shown once."""
    token = chance.token()
    CalendarFeed.objects.update_or_create(person=person, defaults={"token_hash": hashed(token), "made": clock.now()})
    return token


@act("notices.calendar.close", on="person", kind="private")
def close_calendar(actor: Actor, *, person: Person) -> None:
    """Let the secret address of one's own calendar work no more."""
    CalendarFeed.objects.filter(person=person).delete()


def move_up(event: Event) -> None:
    """Give free places to those who wait, in their order. To be called inside an act that holds the event."""
    if event.cancelled is not None or clock.now() >= event.begins:
        return
    waiting = event.registrations.select_related("person", "event").filter(waiting=True)
    free = _free(event)
    for registration in waiting if free is None else waiting[:free]:
        registration.waiting = False
        registration.save(update_fields=["waiting"])
        mail_registered(registration, "event-moved-up")


def leave_everything(person_id: str) -> None:
    """Take somebody who is erased out of every event, and their drafts with them."""
    theirs = Registration.objects.filter(person=person_id)
    events = list(Event.objects.filter(registrations__in=theirs).select_for_update(of=["self"]))
    theirs.delete()
    for event in events:
        move_up(event)
    CalendarFeed.objects.filter(person=person_id).delete()


def _free(event: Event) -> int | None:
    """How many places are left; None where there is no limit."""
    if event.places is None:
        return None
    return max(0, event.places - event.registrations.filter(waiting=False).count())
