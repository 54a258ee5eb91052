"""How somebody comes to hold a role and ceases to: what acts of this app and of others share. To be called inside an act."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from stoa.kit import clock, search
from stoa.kit.act import tell
from stoa.kit.faults import Invalid
from stoa.people import events
from stoa.people.models import ROLES, Person, Role
from stoa.people.queries import person_found, roles_of


def give(person: Person, role: str, scope: str = "", until: datetime | None = None, *, told: bool = True) -> Role:
    """Give a person a role; raises `Invalid` where there is no such role or they hold it."""
    if role not in ROLES:
        raise Invalid(f"There is no role “{role}”.", remedy=f"Choose one of: {', '.join(ROLES)}.", field="role")
    try:
        given = Role.objects.create(person=person, role=role, scope=scope, start=clock.now(), end=until)
    except IntegrityError as fault:
        raise Invalid("They hold this role already.", remedy="End it first, to give it anew.", field="role") from fault
    search.put_all([person_found(person)])
    if told:
        tell(events.RoleGiven(person.pk, role, scope or None, clock.stamp(until) if until else None))
    return given


def end(person: Person, role: str, scope: str = "") -> None:
    """End a role that a person holds; raises `Invalid` where they don't."""
    held = Role.objects.select_for_update().filter(person=person, role=role, scope=scope)
    ending = [r for r in held if r.end is None or r.end > clock.now()]
    if not ending:
        raise Invalid(f"They are not {ROLES.get(role, role)} here.", remedy="Nothing needs to end.", field="role")
    for term in ending:
        term.end = clock.now()
        term.save(update_fields=["end"])
    if not roles_of(person.pk):
        search.drop(f"person:{person.pk}")
    tell(events.RoleEnded(person.pk, role, scope or None))


def take_in(person: Person, role: str) -> None:
    """Let somebody who has an account hold a role; the record tells of the person with their first one. Who holds it keeps it."""
    if any(held.role == role and not held.scope for held in roles_of(person.pk)):
        return
    if not person.roles.exists():
        tell(events.PersonAdmitted(person.pk))
    give(person, role)
