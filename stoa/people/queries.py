"""Reads about people: roles in force, the directory, and how people and organisations are named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from stoa.kit import clock
from stoa.kit.addresses import path_to
from stoa.kit.looking import kept_in_look
from stoa.kit.models import Bounce
from stoa.kit.registry import Rows
from stoa.kit.search import Kept
from stoa.methods.canonical import own_object
from stoa.people.events import PrivateLook
from stoa.people.models import FORMER, Interest, Organisation, Person, Role, Suspension, Tie, TieQuestion
from stoa.record.models import Sealed


def comes_back(people: Iterable[Person]) -> set[str]:
    """The ids of those of these people from whose address mail comes back."""
    by_address = {one.email: one.pk for one in people if one.email}
    marked = Bounce.objects.filter(address__in=list(by_address)).values_list("address", flat=True)
    return {by_address[address] for address in marked}


def in_force(roles: QuerySet[Role]) -> QuerySet[Role]:
    """Of these roles, those whose term has begun and not ended."""
    now = clock.now()
    return roles.filter(Q(end=None) | Q(end__gt=now), start__lte=now)


def roles_of(person_id: str) -> list[Role]:
    """The roles that a person holds now."""
    return list(in_force(Role.objects.filter(person_id=person_id, person__is_active=True)))


def roles_everywhere(person_id: str) -> frozenset[str]:
    """The names of the roles that a person holds now, but for those of one object."""
    return frozenset(role for role, scope in roles_scoped(person_id) if not scope)


def roles_scoped(person_id: str) -> frozenset[tuple[str, str]]:
    """The roles that a person holds now, each with the reference of the one object for which it is held, or nothing.

    Whoever is suspended has `SUSPENDED` among them.

    Once a look. In plain SQL, since every act asks it.
    """
    kept = kept_in_look("roles")
    if person_id not in kept:
        kept[person_id] = _roles_scoped(person_id)
    found: frozenset[tuple[str, str]] = kept[person_id]
    return found


def note_roles(person_id: str, held: frozenset[tuple[str, str]]) -> None:
    """What was read with the person, so that this look need not ask."""
    kept_in_look("roles")[person_id] = held


def _roles_scoped(person_id: str) -> frozenset[tuple[str, str]]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_SCOPED, [person_id, now, now, person_id, now, now])
        return frozenset(cursor.fetchall())


SUSPENDED = "suspended"
"""Stands among the roles of whoever is suspended now."""

SUSPENDED_AT = (
    "SELECT 'suspended', '' FROM people_suspension s"
    " WHERE s.person_id = {} AND s.start <= %s AND s.end > %s AND s.lifted IS NULL"
)
_SCOPED = (
    "SELECT r.role, r.scope FROM people_role r JOIN people_person p ON p.id = r.person_id"  # noqa: S608 - of constants
    " WHERE r.person_id = %s AND p.is_active AND r.start <= %s AND (r.end IS NULL OR r.end > %s)"
    f" UNION ALL {SUSPENDED_AT.format('%s')}"
)


def accounts_of(person_id: str) -> list[str]:
    """The account of a person, and those that were joined with it, one after the other."""
    found = [person_id]
    while more := list(Person.objects.filter(joined_with__in=found).exclude(pk__in=found).values_list("pk", flat=True)):
        found += more
    return found


def account_now(person: Person) -> Person:
    """The account under which somebody is here now: this one, or that with which it was joined, one after the other."""
    while person.joined_with:
        person = person.joined_with
    return person


def suspension_of(person_id: str) -> Suspension | None:
    """The suspension that holds for a person now; who may read what of it is for the caller to keep."""
    now = clock.now()
    return Suspension.objects.filter(person=person_id, start__lte=now, end__gt=now, lifted=None).first()


def holders(role: str, scope: str = "") -> QuerySet[Person]:
    """The people who hold a role now."""
    held = in_force(Role.objects.filter(role=role, scope=scope))
    return Person.objects.filter(pk__in=held.values("person"), is_active=True)


def addressed() -> QuerySet[Person]:
    """To whom what goes to everybody is addressed: everybody who holds the role of member or associate.

    Their number is told, never that of the mails: its changes would tell who wants none.
    """
    return (holders("member") | holders("associate")).distinct()


def addresses_here(emails: Iterable[str]) -> set[str]:
    """Of these lower-case addresses, those that somebody here has, as their first or a further one."""
    wanted = list(emails)
    first = Person.objects.filter(email__in=wanted).values_list("email", flat=True)
    further = EmailAddress.objects.filter(email__in=wanted).values_list("email", flat=True)
    return {email for email in (*first, *further) if email}


def directory() -> QuerySet[Person]:
    """Everybody who holds a role here, as the public sees them."""
    held = in_force(Role.objects.all())
    people = Person.objects.filter(pk__in=held.values("person"), erased=None).prefetch_related(
        "roles", "ties__organisation", "interests"
    )
    return people.order_by("sort_name", "pk")


def person_found(person: Person) -> Kept:
    """How somebody is found: by their name alone."""
    return Kept(f"person:{person.pk}", person.name, "", person.joined, "simple")


def organisation_found(organisation: Organisation) -> Kept:
    """How an organisation is found: by its name and its ROR id."""
    return Kept(f"organisation:{organisation.pk}", organisation.name, organisation.ror, clock.now(), "simple")


def people_found() -> Iterator[Kept]:
    """Everybody in the directory, for search."""
    return map(person_found, directory().prefetch_related(None).iterator())


def organisations_found() -> Iterator[Kept]:
    """Every organisation, for search."""
    return map(organisation_found, Organisation.objects.iterator())


def with_role(people: QuerySet[Person], role: str) -> QuerySet[Person]:
    """Of these people, those who hold a role now."""
    return people.filter(pk__in=in_force(Role.objects.filter(role=role)).values("person"))


def tied_to(people: QuerySet[Person], words: str) -> QuerySet[Person]:
    """Of these people, those who are tied today to an organisation with these words in its name."""
    return people.filter(pk__in=_ties_today().filter(organisation__name__icontains=words).values("person"))


def with_topic(people: QuerySet[Person], topic: str) -> QuerySet[Person]:
    """Of these people, those who say that they work on this topic."""
    return people.filter(pk__in=Interest.objects.filter(key=topic.casefold()).values("person"))


def in_country(people: QuerySet[Person], country: str) -> QuerySet[Person]:
    """Of these people, those who are tied today to an organisation in this country."""
    return people.filter(pk__in=_ties_today().filter(organisation__country=country).values("person"))


def _ties_today() -> QuerySet[Tie]:
    today = clock.now().date()
    return Tie.objects.filter(Q(end=None) | Q(end__gte=today), start__lte=today)


def find_person(person_id: str) -> Person | None:
    """A person with their roles and ties; who may see them is for the rules to say."""
    return Person.objects.prefetch_related("roles", "ties__organisation").filter(pk=person_id).first()


def roles_held(person: Person) -> list[Role]:
    """Of a person's roles, as fetched, those in force."""
    now = clock.now()
    return [role for role in person.roles.all() if role.start <= now and (role.end is None or role.end > now)]


def ties_held(person: Person) -> list[Tie]:
    """Of a person's ties, as fetched, those that hold today."""
    today = clock.now().date()
    return [tie for tie in person.ties.all() if tie.start <= today and (tie.end is None or tie.end >= today)]


UNCONFIRMED_AFTER = timedelta(days=60)
"""After so long without an answer to the yearly question, everybody sees since when ties have not been confirmed."""


def ties_unconfirmed_since(person: Person) -> datetime | None:
    """Since when a person's ties have not been confirmed; None unless they left the yearly question open for long."""
    rows = list(TieQuestion.objects.filter(person=person))
    question = next((row for row in rows if row.answered is None), None)
    if question is None or question.asked + UNCONFIRMED_AFTER > clock.now():
        return None
    told = [*(row.answered for row in rows if row.answered), *(tie.declared for tie in person.ties.all())]
    return max(told, default=person.joined)


def find_organisation(pk: int) -> Organisation | None:
    """An organisation by its number."""
    return Organisation.objects.filter(pk=pk).first()


def people_of(organisation: Organisation) -> QuerySet[Tie]:
    """The ties to an organisation of people who hold or held a role here, present ones first."""
    seen = Role.objects.values("person")
    ties = Tie.objects.select_related("person").prefetch_related("person__roles")
    return ties.filter(organisation=organisation, person__in=seen, person__erased=None).order_by(
        F("end").desc(nulls_first=True), "person__sort_name", "pk"
    )


@dataclass(frozen=True)
class Look:
    """A look that somebody of the staff took at something private."""

    at: str
    by: str
    what: str


def looks_at(person_id: str) -> list[Look]:
    """The looks taken at what is private about a person, newest first: for that person alone."""
    bodies = Sealed.objects.filter(concerns=person_id, entry_type=PrivateLook.type).order_by("-pk").values_list("body")
    leaves = [own_object(bytes(body)) for (body,) in bodies]
    return [Look(leaf["at"], leaf["texts"]["by"], leaf["facts"]["what"]) for leaf in leaves]  # type: ignore[call-overload,index,arg-type]  # written by the recorder


def members_by_organisation() -> QuerySet[Organisation]:
    """Organisations with `members`: how many people who hold the member role are employed there now."""
    today = clock.now().date()
    employed = Q(ties__kind=Tie.Kind.EMPLOYMENT, ties__start__lte=today) & (Q(ties__end=None) | Q(ties__end__gte=today))
    members = in_force(Role.objects.filter(role="member")).values("person")
    counted = Count("ties__person", filter=employed & Q(ties__person__in=members), distinct=True)
    return Organisation.objects.annotate(members=counted).order_by("-members", "name")


def named_people(ids: list[str], viewer_id: str | None) -> QuerySet[Person]:
    """Names are public as soon as somebody holds or held a role; the viewer changes nothing."""
    del viewer_id
    return Person.objects.filter(Exists(Role.objects.filter(person=OuterRef("pk"))), pk__among=ids)


def named_organisations(ids: list[int], viewer_id: str | None) -> QuerySet[Organisation]:
    """Organisations are public."""
    del viewer_id
    return Organisation.objects.filter(pk__among=ids)


SHOWN_NAME = Case(When(erased=None, then=F("name")), default=Value(FORMER))
PEOPLE = Rows(named_people, SHOWN_NAME, lambda pk, _: path_to("people:person", pk), numbered=False)
ORGANISATIONS = Rows(named_organisations, "name", lambda pk, _: path_to("people:organisation", pk))
