"""Events over HTTP: what is held when, who comes, and the calendars."""

import hashlib
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import AwareDatetime

from stoa.kit import clock
from stoa.kit.api import Given, Parts, Word, actor, found, signed_in
from stoa.kit.faults import Refused
from stoa.kit.powers import may
from stoa.notices import acts, queries, rules
from stoa.notices.api.announcements import Why
from stoa.notices.models import Event, Registration
from stoa.notices.schedules import as_rows, read
from stoa.people.models import Person

router = Router(tags=["Events"])


class EventOut(Schema):
    """An event. Instants are RFC 3339; without `places` there is no limit; the `link` is empty where it is for some alone."""

    number: int = Field(alias="pk")
    title: str
    text: str
    begins: datetime
    ends: datetime
    zone: str
    place: str
    link: str
    link_hidden: bool
    takes_registration: bool
    places: int | None
    registration_opens: datetime | None
    registration_closes: datetime | None
    only_members: bool
    sequence: int
    cancelled: datetime | None
    cancellation: str
    address: str = Field(alias="get_absolute_url")

    @staticmethod
    def resolve_link(event: Event) -> str:
        """A hidden link is given with one's own registration."""
        return "" if event.link_hidden else event.link


class EventIn(Given):
    """An event to announce; `zone` is the IANA name of the zone in which its times are said."""

    title: str
    begins: AwareDatetime
    ends: AwareDatetime
    zone: str = "UTC"
    text: str = ""
    place: str = ""
    link: str = ""
    link_hidden: bool = False
    takes_registration: bool = False
    places: int | None = None
    registration_opens: AwareDatetime | None = None
    registration_closes: AwareDatetime | None = None
    only_members: bool = False


class EventChange(Given):
    """What of an event is to change; what is left out stays. With a stale `sequence` nothing is changed."""

    sequence: int
    title: str | None = None
    begins: AwareDatetime | None = None
    ends: AwareDatetime | None = None
    zone: str | None = None
    text: str | None = None
    place: str | None = None
    link: str | None = None
    link_hidden: bool | None = None
    takes_registration: bool | None = None
    places: int | None = None
    registration_opens: AwareDatetime | None = None
    registration_closes: AwareDatetime | None = None
    only_members: bool | None = None

    def says(self) -> dict[str, Any]:
        """What was given; that there is no limit, and no instant, can be given too."""
        empty = {"places", "registration_opens", "registration_closes"}
        given = self.dict(exclude_unset=True, exclude={"sequence"})
        return {name: value for name, value in given.items() if value is not None or name in empty}


class OwnRegistration(Schema):
    """Your registration; the `link` as you may see it."""

    event: int = Field(alias="event_id")
    waiting: bool
    made: datetime
    link: str = ""

    @staticmethod
    def resolve_link(one: Registration) -> str:
        """A hidden link is for those who have a place."""
        return "" if one.event.link_hidden and one.waiting else one.event.link


class Registered(Schema):
    """Somebody who registered."""

    person: str = Field(alias="person_id")
    name: str = Field(alias="person.shown_name")
    waiting: bool
    made: datetime


class CalendarOut(Schema):
    """The secret address of your calendar. It is given once."""

    address: str


@router.get("/events", response=list[EventOut], summary="List events")
@paginate(Parts)
def list_events(
    request: HttpRequest, when: Literal["upcoming", "past", "cancelled"] | None = None, q: Word = ""
) -> QuerySet[Event]:
    """All events, what begins first at the head; `when` and the words `q` in the title narrow the list."""
    rows, now = queries.events(), clock.now()
    rows = rows.filter(title__icontains=q) if q else rows
    if when == "cancelled":
        return rows.exclude(cancelled=None)
    if when == "upcoming":
        return rows.filter(ends__gt=now, cancelled=None)
    return rows.filter(ends__lte=now, cancelled=None) if when == "past" else rows


@router.get("/events/{number}", response=EventOut, summary="Get an event")
def get_event(request: HttpRequest, number: int) -> Event:
    """One event."""
    return _found(number)


@router.post("/events", response={201: EventOut}, summary="Announce an event")
def announce_event(request: HttpRequest, given: EventIn) -> Status[Event]:
    """Announce an event: what, when, where, and who can register."""
    return Status(201, acts.announce_event(actor(request), says=given.dict()))


class ScheduleIn(Given):
    """A schedule as text: iCalendar, or the JSON or XML of frab or pretalx."""

    schedule: str = Field(max_length=2_000_000)
    look: bool = Field(True, description="Only say what would come of it.")


class TakenOut(Schema):
    """What a schedule holds, how many of its events came in, and how many were there before."""

    events: list[dict[str, str]]
    added: int
    passed_over: int


@router.post("/schedules", response=TakenOut, summary="Take events in from a schedule")
def import_events(request: HttpRequest, given: ScheduleIn) -> dict[str, Any]:
    """Take in all events of a schedule. The same schedule twice changes nothing, and nobody gets a mail."""
    caller = signed_in(request)
    if not may(caller, "notices.events.import"):
        raise Refused("You can't take events in.", remedy="The charter gives this to stewards and founders.")
    body = given.schedule.encode("utf-8", "replace")
    incoming = read(body)
    digest = hashlib.sha256(body).hexdigest()
    added = 0 if given.look else acts.import_events(caller, incoming=incoming, digest=digest)
    return {
        "events": as_rows(incoming),
        "added": added,
        "passed_over": 0 if given.look else len(incoming) - added,
    }


@router.put("/events/{number}", response=EventOut, summary="Change an event")
def change_event(request: HttpRequest, number: int, given: EventChange) -> Event:
    """Change an event until it is over; those who registered are told by mail."""
    event = _found(number)
    return acts.change_event(actor(request), event=event, sequence=given.sequence, says=given.says())


@router.post("/events/{number}/cancel", response=EventOut, summary="Cancel an event")
def cancel_event(request: HttpRequest, number: int, given: Why) -> Event:
    """Cancel an event, with a public reason; those who registered are told by mail."""
    return acts.cancel_event(actor(request), event=_found(number), reason=given.reason)


@router.get("/events/{number}/registration", response=OwnRegistration, summary="Get your registration")
def get_own_registration(request: HttpRequest, number: int) -> Registration:
    """Whether you have a place or wait for one."""
    return found(queries.own(_found(number), signed_in(request)))


@router.post("/events/{number}/registration", response={201: OwnRegistration}, summary="Register for an event")
def register_for_event(request: HttpRequest, number: int) -> Status[Registration]:
    """Register: you get a place, or where all are taken the next one on the waiting list."""
    caller = signed_in(request)
    return Status(201, acts.register_for_event(caller, person=_person(caller.person_id), event=_found(number)))


@router.delete("/events/{number}/registration", response={204: None}, summary="Cancel your registration")
def cancel_registration(request: HttpRequest, number: int) -> Status[None]:
    """Cancel your registration until the event begins."""
    caller = signed_in(request)
    acts.cancel_registration(caller, person=_person(caller.person_id), event=_found(number))
    return Status(204, None)


@router.get("/events/{number}/registrations", response=list[Registered], summary="List who registered")
@paginate(Parts)
def list_registered(request: HttpRequest, number: int) -> list[Registration]:
    """Who registered, for those who keep the event; each of them can see that it was read."""
    event, caller = _found(number), signed_in(request)
    if not rules.may_keep(caller, event):
        raise Refused("You don't keep this event.", remedy="Stewards, founders and its organisers do.")
    rows = list(queries.registered(event, caller))
    return list(acts.read_registrations(caller, event=event, registrations=rows))


@router.post("/me/calendar", response={201: CalendarOut}, summary="Make an address of your calendar")
def open_calendar(request: HttpRequest) -> Status[dict[str, str]]:
    """Make the secret address at which your own calendar can be read; the one before works no more."""
    caller = signed_in(request)
    token = acts.open_calendar(caller, person=_person(caller.person_id))
    return Status(201, {"address": settings.STOA.address + reverse("notices:own_calendar", args=[f"{token}.ics"])})


@router.delete("/me/calendar", response={204: None}, summary="Revoke the address of your calendar")
def close_calendar(request: HttpRequest) -> Status[None]:
    """Let the secret address of your own calendar work no more."""
    caller = signed_in(request)
    acts.close_calendar(caller, person=_person(caller.person_id))
    return Status(204, None)


def _found(number: int) -> Event:
    return found(queries.find_event(number) if number > 0 else None)


def _person(person_id: str | None) -> Person:
    return Person.objects.get(pk=person_id)
