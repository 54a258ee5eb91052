"""What is secret of announcements and events: what is drafted, who comes, where they meet, own calendars."""

from __future__ import annotations

from stoa.notices import acts as notices
from stoa.notices.models import Event
from stoa.notices.models.announcements import A_DRAFTED_ANNOUNCEMENT
from stoa.notices.models.events import A_CALENDAR, A_LINK, A_REGISTRATION
from tests.leaks.worlds import World, about
from tests.notices.holding import register, write
from tests.stage import acting


@about(A_DRAFTED_ANNOUNCEMENT)
def what_is_drafted_to_everybody(world: World) -> None:
    """Whether an announcement is drafted that is to be mailed to everybody."""
    if world.otherwise:
        write(world.cast.steward, "Cabbages", mailed=True)


@about(A_REGISTRATION)
def who_comes(world: World) -> None:
    """Which of two people registered for an event, and whether one more did, of fewer than are told."""
    first, second = Event.objects.order_by("pk")[:2]
    register(world.some[1 if world.otherwise else 2], first)
    if world.otherwise:
        register(world.some[3], second)


@about(A_LINK)
def where_those_meet_who_come(world: World) -> None:
    """The link of an event, which only those see who have a place."""
    event = Event.objects.order_by("pk")[0]
    says = {"link": "https://meet.example.org/cabbages" if world.otherwise else "https://meet.example.org/oboe"}
    notices.change_event(acting(world.cast.steward), event=event, sequence=event.sequence, says=says)


@about(A_CALENDAR)
def whether_one_has_a_calendar(world: World) -> None:
    """Whether somebody made a secret address of their calendar."""
    if world.otherwise:
        notices.open_calendar(acting(world.some[3]), person=world.some[3])
