"""Reads about people: roles in force, the directory, and how people and organisations are named."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from stoa.kit import clock
from stoa.kit.registry import Shown
from stoa.people.models import Organisation, Person, Role, Tie


def in_force(roles: QuerySet[Role]) -> QuerySet[Role]:
    """Of these roles, those whose term has begun and not ended."""
    now = clock.now()
    return roles.filter(Q(end=None) | Q(end__gt=now), start__lte=now)


def roles_of(person_id: str) -> list[Role]:
    """The roles that a person holds now."""
    return list(in_force(Role.objects.filter(person_id=person_id, person__is_active=True)))


def holders(role: str, scope: str = "") -> QuerySet[Person]:
    """The people who hold a role now."""
    held = in_force(Role.objects.filter(role=role, scope=scope))
    return Person.objects.filter(pk__in=held.values("person"), is_active=True)


def directory() -> QuerySet[Person]:
    """Everybody who holds a role here, as the public sees them."""
    held = in_force(Role.objects.all())
    return Person.objects.filter(pk__in=held.values("person")).prefetch_related("roles", "ties__organisation").order_by("sort_name", "pk")


def members_by_organisation() -> QuerySet[Organisation]:
    """Organisations with `members`: how many people who hold the member role are employed there now."""
    today = clock.now().date()
    employed = Q(ties__kind=Tie.Kind.EMPLOYMENT, ties__start__lte=today) & (Q(ties__end=None) | Q(ties__end__gte=today))
    members = in_force(Role.objects.filter(role="member")).values("person")
    counted = Count("ties__person", filter=employed & Q(ties__person__in=members), distinct=True)
    return Organisation.objects.annotate(members=counted).order_by("-members", "name")


def show_people(ids: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """Names are public as soon as somebody holds or held a role; the viewer changes nothing."""
    del viewer_id
    people = Person.objects.filter(pk__in=ids, roles__isnull=False).distinct()
    return {p.pk: Shown(p.shown_name, p.get_absolute_url()) for p in people}


def show_organisations(ids: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """Organisations are public."""
    del viewer_id
    found = Organisation.objects.filter(pk__in=[i for i in ids if i.isdecimal()])
    return {str(o.pk): Shown(o.name, o.get_absolute_url()) for o in found}
