"""Accounts suspected to be one person's: found by what they share, and kept until somebody settles each pair.

To be called inside an act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from stoa.kit import clock
from stoa.methods.same_person import address_key, find_pairs, name_key
from stoa.people.models import Pair, Person, Role, Tie
from stoa.people.queries import in_force

Mark = tuple[str, str, str]
"""A kind, a key, and the account that has it."""

TIME_TO_SETTLE = timedelta(days=7)
"""How long a pair waits for stewards before it leaves anybody out, if all that two accounts share is what one of them says."""

_sources: list[Callable[[], Iterable[Mark]]] = []


def register_marks(source: Callable[[], Iterable[Mark]]) -> None:
    """Called by an app that knows more of people, such as the ORCID iD with which they applied."""
    _sources.append(source)


def note_pairs() -> int:
    """Find pairs among those who hold a role, and note those that are new; says how many.

    One that is known and open is noted again with all that the two share, where that has become more.
    """
    held = in_force(Role.objects.filter(scope="")).values("person")
    people = Person.objects.filter(pk__in=held, is_active=True, erased=None).values_list("pk", "joined")
    order = {pk: (clock.stamp(joined), pk) for pk, joined in people}
    found = find_pairs(_marks(), order)
    known = {(pair.older_id, pair.younger_id): pair for pair in Pair.objects.all()}
    rows = [Pair(older_id=o, younger_id=y, why=",".join(why)) for (o, y), why in found.items() if (o, y) not in known]
    Pair.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    more = [pair for two, pair in known.items() if pair.settled is None and not pair.kinds >= set(found.get(two, ()))]
    for pair in more:
        pair.why = ",".join(sorted(pair.kinds.union(found[pair.older_id, pair.younger_id])))
    Pair.objects.bulk_update(more, ["why"], batch_size=1_000)
    return len(rows)


def unsettled_among(people: set[str]) -> set[str]:
    """Of these people, the younger of each pair among them that nobody has settled.

    What both have proved counts at once. What one of the two can say of themselves counts once somebody had time to ask:
    else whoever takes another's name an hour before a vote would keep them from it.
    """
    waited = clock.now() - TIME_TO_SETTLE
    open_pairs = (one for one in Pair.objects.filter(settled=None) if {one.older_id, one.younger_id} <= people)
    return {one.younger_id for one in open_pairs if one.kinds & Pair.PROVED or one.found <= waited}


def _marks() -> Iterator[Mark]:
    today = clock.now().date()
    ties = Tie.objects.filter(Q(end=None) | Q(end__gte=today), start__lte=today)
    at_work = ties.filter(kind__in=[Tie.Kind.EMPLOYMENT, Tie.Kind.STUDY])
    for person, name, place in at_work.values_list("person", "person__name", "organisation"):
        yield "name", f"{name_key(name)} at {place}", person
    for person, address in Person.objects.exclude(email=None).values_list("pk", "email"):
        yield "address", address_key(address or ""), person
    for person, address in EmailAddress.objects.filter(verified=True).values_list("user", "email"):
        yield "address", address_key(address), person
    for person, uid in SocialAccount.objects.filter(provider="orcid").values_list("user", "uid"):
        yield "orcid", uid, person
        yield "typed", uid, person
    for source in _sources:
        yield from source()
