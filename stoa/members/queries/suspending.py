"""Reads of suspensions: one's own, and all for those who keep the process."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from stoa.kit.act import Actor
from stoa.kit.powers import demand
from stoa.people.models import Suspension


def demand_to_suspend(viewer: Actor) -> None:
    """Raise `Refused` unless the viewer may suspend people, and so read why others are."""
    demand(viewer, "members.suspension.give", "The charter does not let you suspend people.")


def suspensions(viewer: Actor) -> QuerySet[Suspension]:
    """All suspensions, for who may give them; raises `Refused` for others."""
    demand_to_suspend(viewer)
    return Suspension.objects.select_related("person", "given_by")


def appeals_waiting(person_id: str) -> QuerySet[Suspension]:
    """Appeals that this person, who may decide them, had no part in: as a part of another query."""
    waiting = Suspension.objects.filter(appealed__isnull=False, decided=None)
    others = Q(given_by=None) | ~Q(given_by=person_id)
    return waiting.filter(others).exclude(person=person_id)


def own_suspensions(person_id: str) -> QuerySet[Suspension]:
    """What this person was suspended for, newest first, with the words that were written to them."""
    return Suspension.objects.filter(person=person_id)
