"""After a restore: who was erased since the backup is erased again, and roles that ended are not held again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from stoa.kit import search
from stoa.people import events
from stoa.people.acts import destroy
from stoa.people.models import Person, Role
from stoa.people.queries import roles_of

Leaf = Mapping[str, Any]


def bring_back(leaves: Sequence[Leaf]) -> None:
    """Called inside the act that recovers these entries, in their order. People whom the backup lacks are lost."""
    for leaf in leaves:
        if leaf["type"] == events.RoleEnded.type:
            _end_role(leaf["facts"], datetime.fromisoformat(leaf["at"]))
        elif leaf["type"] == events.PersonErased.type:
            for person in Person.objects.filter(pk=leaf["facts"]["person"], erased=None):
                destroy(person, datetime.fromisoformat(leaf["at"]))


def _end_role(facts: Mapping[str, Any], at: datetime) -> None:
    held = Role.objects.filter(person=facts["person"], role=facts["role"], scope=facts.get("scope", ""), start__lte=at)
    held.filter(Q(end=None) | Q(end__gt=at)).update(end=at)
    if not roles_of(facts["person"]):
        search.drop(f"person:{facts['person']}")
