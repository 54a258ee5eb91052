"""Who may see and do what with announcements and events, and when one can register; the acts ask again."""

from __future__ import annotations

from datetime import datetime

from stoa.kit import clock
from stoa.kit.act import Actor
from stoa.kit.powers import may
from stoa.notices.models import Announcement, Event
from stoa.people.queries import roles_everywhere

FEWEST = 5
"""Of fewer people than these no number is told."""


def may_draft(actor: Actor) -> bool:
    """Whether the actor may draft announcements."""
    return may(actor, "notices.announcement.draft")


def sees_drafts(actor: Actor) -> bool:
    """Whether the actor sees everybody's drafts: whoever may release them does."""
    return may(actor, "notices.announcement.release")


def may_edit(actor: Actor, announcement: Announcement) -> bool:
    """Whether the actor may change or drop this draft."""
    return announcement.released is None and may(actor, "notices.announcement.edit", announcement)


def may_release(actor: Actor, announcement: Announcement) -> bool:
    """Whether the actor may release it: what is mailed to everybody, never as the one who wrote it."""
    own = announcement.mailed and announcement.drafted_by_id == actor.person_id
    return announcement.released is None and not own and may(actor, "notices.announcement.release")


def may_correct(actor: Actor, announcement: Announcement) -> bool:
    """Whether the actor may correct or retract it now."""
    stands = announcement.released is not None and announcement.retracted is None
    return stands and may(actor, "notices.announcement.correct")


def may_announce(actor: Actor) -> bool:
    """Whether the actor may announce events."""
    return may(actor, "notices.event.announce")


def may_keep(actor: Actor, event: Event) -> bool:
    """Whether the actor keeps this event: may change and cancel it, and sees who registered."""
    return may(actor, "notices.event.change", event)


def can_change(event: Event, now: datetime | None = None) -> bool:
    """Whether it can be changed or cancelled: until it is over or cancelled."""
    return event.cancelled is None and (now or clock.now()) < event.ends


def takes_registrations(event: Event, now: datetime | None = None) -> bool:
    """Whether one can register at this instant."""
    now = now or clock.now()
    begun = event.registration_opens is None or event.registration_opens <= now
    return event.takes_registration and event.cancelled is None and begun and now < event.registration_ends


def may_register(actor: Actor, event: Event) -> bool:
    """Whether this event is for the actor."""
    return actor.person_id is not None and (not event.only_members or bool(roles_everywhere(actor.person_id)))
