"""Reads of accounts that may be one person's, for those who keep the process; and the marks that applications give."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from stoa.kit.act import Actor
from stoa.kit.powers import demand
from stoa.members.models import Application
from stoa.people.likeness import Mark
from stoa.people.models import Pair

LOOK = "whether your account and another are one person’s"
"""What is noted for both when somebody opens a pair: a list names nobody."""


def pairs(viewer: Actor) -> QuerySet[Pair]:
    """All pairs, for who may settle them; raises `Refused` for others."""
    demand(viewer, "members.pair.settle", "The charter does not let you settle this.")
    return Pair.objects.select_related("older", "younger", "settled_by")


def pairs_waiting(person_id: str) -> QuerySet[Pair]:
    """Pairs that nobody has settled and that are not of this person's own account: as a part of another query."""
    return Pair.objects.filter(settled=None).exclude(older=person_id).exclude(younger=person_id)


def orcids() -> Iterator[Mark]:
    """The ORCID iDs with which people applied."""
    rows = Application.objects.exclude(orcid="").exclude(person=None).values_list("person", "orcid")
    for person, orcid in rows.iterator():
        yield "typed", orcid, str(person)
