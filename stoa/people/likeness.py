"""Accounts suspected to be one person's: found by what they share, and kept until somebody settles each pair.

To be called inside an act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from stoa.kit import clock
from stoa.methods.same_person import address_key, find_pairs, name_key
from stoa.people.models import Pair, Person, Role, Tie
from stoa.people.queries import in_force

Mark = tuple[str, str, str]
"""A kind, a key, and the account that has it."""

_sources: list[Callable[[], Iterable[Mark]]] = []


def register_marks(source: Callable[[], Iterable[Mark]]) -> None:
    """Called by an app that knows more of people, such as the ORCID iD with which they applied."""
    _sources.append(source)


def note_pairs() -> int:
    """Find pairs among those who hold a role, and note those that are new; says how many."""
    held = in_force(Role.objects.filter(scope="")).values("person")
    people = Person.objects.filter(pk__in=held, is_active=True, erased=None).values_list("pk", "joined")
    order = {pk: (clock.stamp(joined), pk) for pk, joined in people}
    found = find_pairs(_marks(), order)
    known = set(Pair.objects.values_list("older", "younger"))
    rows = [Pair(older_id=o, younger_id=y, why=",".join(why)) for (o, y), why in found.items() if (o, y) not in known]
    Pair.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    return len(rows)


def unsettled_among(people: set[str]) -> set[str]:
    """Of these people, the younger of each pair among them that nobody has settled."""
    open_pairs = Pair.objects.filter(settled=None).values_list("older", "younger")
    return {younger for older, younger in open_pairs if older in people and younger in people}


def _marks() -> Iterator[Mark]:
    today = clock.now().date()
    ties = Tie.objects.filter(Q(end=None) | Q(end__gte=today), start__lte=today)
    at_work = ties.filter(kind__in=[Tie.Kind.EMPLOYMENT, Tie.Kind.STUDY])
    for person, name, place in at_work.values_list("person", "person__name", "organisation"):
        yield "name", f"{name_key(name)} at {place}", person
    for person, address in Person.objects.exclude(email=None).values_list("pk", "email"):
        yield "address", address_key(address or ""), person
    for person, address in EmailAddress.objects.values_list("user", "email"):
        yield "address", address_key(address), person
    for person, uid in SocialAccount.objects.filter(provider="orcid").values_list("user", "uid"):
        yield "orcid", uid, person
    for source in _sources:
        yield from source()
