"""How somebody comes to hold a role and ceases to: what acts of this app and of others share. To be called inside an act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import IntegrityError

from stoa.kit import clock, search
from stoa.kit.act import tell
from stoa.kit.faults import Invalid
from stoa.people import events
from stoa.people.models import ROLES, Person, Role
from stoa.people.queries import in_force, person_found, roles_of

Bound = Callable[[Person, str, bool], datetime | None]
"""Given who is to hold which role: until when the charter lets them, None without an end.

Where the last says that room is to be found for them, it raises `Refused` if there is none.
"""

HELD = "They hold this role already."
_bound: list[Bound] = []


Leaving = Callable[[Person, str], None]
"""Given who held which role for the whole community until now: what follows from it elsewhere."""

_leaving: list[Leaving] = []


def register_leaving(follows: Leaving) -> None:
    """Called by a part in which something follows when somebody's role ends, when it loads."""
    _leaving.append(follows)


def left(person: Person, role: str) -> None:
    """Let follow what does when somebody's role ended. To be called inside the act that ended it."""
    for follows in _leaving:
        follows(person, role)


def bind_terms(bound: Bound) -> None:
    """Called once, by the part that reads the charter's terms, when it loads."""
    _bound[:] = [bound]


def give(
    person: Person,
    role: str,
    scope: str = "",
    until: datetime | None = None,
    *,
    told: bool = True,
    room_found: bool = False,
) -> Role:
    """Give a person a role, for the charter's term unless another is said.

    Raises `Invalid` where there is no such role or they hold it; `Refused` where the charter leaves no room for them,
    unless whoever calls has found room.
    """
    if _bound and not scope:
        term = _bound[0](person, role, not room_found)
        until = until or term
    if role not in ROLES:
        raise Invalid(f"There is no role “{role}”.", remedy=f"Choose one of: {', '.join(ROLES)}.", field="role")
    try:
        given = Role.objects.create(person=person, role=role, scope=scope, start=clock.now(), end=until)
    except IntegrityError as fault:
        raise Invalid(HELD, remedy="End it first, to give it anew.", field="role") from fault
    search.put_all([person_found(person)])
    if told:
        tell(events.RoleGiven(person.pk, role, scope or None, clock.stamp(until) if until else None))
    return given


def end(person: Person, role: str, scope: str = "", *, moves: bool = False) -> None:
    """End a role that a person holds; raises `Invalid` where they don't. One that `moves` goes to another account of theirs."""
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
    if not scope and not moves:
        left(person, role)


def take_in(person: Person, role: str) -> None:
    """Let somebody who has an account hold a role; the record tells of the person with their first one. Who holds it keeps it."""
    take_in_all([person], role)


def take_in_all(people: Sequence[Person], role: str) -> None:
    """The same for many, each once, told in the order given; whoever calls has found room for them."""
    rows = Role.objects.filter(person__in=people)
    held = set(in_force(rows.filter(role=role, scope="")).values_list("person_id", flat=True))
    known = set(rows.values_list("person_id", flat=True))
    new = list({person.pk: person for person in people if person.pk not in held}.values())
    if not new:
        return
    start, until = clock.now(), _bound[0](new[0], role, False) if _bound else None
    try:
        Role.objects.bulk_create(Role(person=one, role=role, start=start, end=until) for one in new)
    except IntegrityError as fault:
        raise Invalid(HELD, remedy="End it first, to give it anew.", field="role") from fault
    search.put_all([person_found(one) for one in new])
    for one in new:
        if one.pk not in known:
            tell(events.PersonAdmitted(one.pk))
        tell(events.RoleGiven(one.pk, role, None, clock.stamp(until) if until else None))
