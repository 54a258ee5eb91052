"""After a restore: people hold the roles that the record says they hold, their ties are known, and who was erased is so again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from stoa.kit import search
from stoa.people import events
from stoa.people.acts import destroy
from stoa.people.models import Organisation, Person, Role, Tie
from stoa.people.queries import person_found, roles_of

Leaf = Mapping[str, Any]


def bring_back(leaves: Sequence[Leaf]) -> None:
    """Called inside the act that recovers these entries, in their order. People whom the backup lacks are lost.

    A role for one object comes back with it alone, and the parts whose objects they are say which do.
    """
    for leaf in leaves:
        if step := _steps.get(leaf["type"]):
            for person in Person.objects.filter(pk=leaf["facts"]["person"], erased=None):
                step(person, leaf["facts"], datetime.fromisoformat(leaf["at"]))


def give_again(person: Person, facts: Leaf, at: datetime) -> None:
    """Let somebody hold a role again from then on, unless they do. For what brings back an object and who organises it."""
    until = datetime.fromisoformat(facts["until"]) if facts.get("until") else None
    held = {"person": person, "role": facts["role"], "scope": facts.get("scope", "")}
    if Role.objects.filter(Q(end=None) | Q(end__gt=at), **held).exists():
        return
    Role.objects.create(start=at, end=until, **held)
    search.put_all([person_found(person)])


def _give(person: Person, facts: Leaf, at: datetime) -> None:
    if "scope" not in facts:
        give_again(person, facts, at)


def _end(person: Person, facts: Leaf, at: datetime) -> None:
    held = person.roles.filter(role=facts["role"], scope=facts.get("scope", ""), start__lte=at)
    held.filter(Q(end=None) | Q(end__gt=at)).update(end=at)
    if not roles_of(person.pk):
        search.drop(f"person:{person.pk}")


def _tie(person: Person, facts: Leaf, at: datetime) -> None:
    """An organisation that was added since the backup has lost its name, and ties to it are declared anew."""
    kind, start = facts["kind"], date.fromisoformat(facts["start"])
    end = date.fromisoformat(facts["end"]) if facts.get("end") else None
    for house in Organisation.objects.filter(pk=facts["organisation"]):
        known = person.ties.filter(organisation=house, kind=kind, start=start)
        if not known.update(end=end) and not person.ties.filter(organisation=house, kind=kind, end=None).exists():
            Tie.objects.create(person=person, organisation=house, kind=kind, start=start, end=end, declared=at)


def _erase(person: Person, _: Leaf, at: datetime) -> None:
    destroy(person, at)


_steps: dict[str, Callable[[Person, Leaf, datetime], None]] = {
    events.RoleGiven.type: _give,
    events.RoleEnded.type: _end,
    events.TieDeclared.type: _tie,
    events.PersonErased.type: _erase,
}
