"""Reads of suspensions: one's own, and all for those who keep the process."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from stoa.kit.act import Actor
from stoa.kit.powers import may
from stoa.people.models import Suspension


def may_suspend(viewer: Actor) -> bool:
    """Whether the viewer may suspend people, and so read why others are."""
    return may(viewer, "members.suspension.give")


def suspensions(viewer: Actor) -> QuerySet[Suspension]:
    """All suspensions, for who may give them; for others none."""
    rows = Suspension.objects.select_related("person", "given_by")
    return rows if may_suspend(viewer) else rows.none()


def appeals_waiting(person_id: str) -> QuerySet[Suspension]:
    """Appeals that this person, who may decide them, had no part in: as a part of another query."""
    waiting = Suspension.objects.filter(appealed__isnull=False, decided=None)
    others = Q(given_by=None) | ~Q(given_by=person_id)
    return waiting.filter(others).exclude(person=person_id)


def own_suspensions(person_id: str) -> QuerySet[Suspension]:
    """What this person was suspended for, newest first, with the words that were written to them."""
    return Suspension.objects.filter(person=person_id)
