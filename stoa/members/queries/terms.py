"""What the charter's terms mean for one person: how long a role lasts, and whether the sponsor's share has room for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Q, QuerySet

from stoa.charter import queries as charter
from stoa.kit import clock
from stoa.kit.faults import Refused
from stoa.members.models import Application, Call
from stoa.methods.admission import Admission
from stoa.people.models import Organisation, Person, Role, Tie, TieQuestion
from stoa.people.queries import in_force


def bound(person: Person, role: str, room: bool) -> datetime | None:
    """Until when the charter lets this person hold this role; with `room`, raises `Refused` beyond the sponsor's share."""
    if charter.in_force() is None:
        return None
    terms = charter.terms()
    if room and role == "member" and tied_to_sponsor(person):
        _demand_room(terms.limits.get("sponsor_members_percent", 100))
    days = terms.lasting.get(role, 0)
    return clock.now() + timedelta(days=days) if days else None


def tied_to_sponsor(person: Person) -> bool:
    """Whether an employment or funding ties this person today to the sponsor, or to who is tied to it."""
    return sponsor_ties().filter(person=person).exists()


def sponsor_ties() -> QuerySet[Tie]:
    """The employments and fundings by the sponsor that hold today."""
    today = clock.now().date()
    kinds = [Tie.Kind.EMPLOYMENT, Tie.Kind.FUNDING]
    held = Q(end=None) | Q(end__gte=today)
    return Tie.objects.filter(held, start__lte=today, organisation__sponsor=True, kind__in=kinds)


def _demand_room(percent: int) -> None:
    members = in_force(Role.objects.filter(role="member", scope="")).values("person").distinct()
    tied = members.filter(person__in=sponsor_ties().values("person")).count() + 1
    if tied * 100 > percent * (members.count() + 1):
        raise Refused(
            f"{tied} of {members.count() + 1} members would be tied to the sponsor: more than {percent} of a hundred.",
            remedy="The charter fixes that share. Others have to be admitted first.",
            code="sponsor-share",
        )


def within_share(found: Admission, call: Call) -> Admission:
    """The same outcome, but for those tied to the sponsor for whom its share has no room: others in order come before them."""
    if call.admits != "member" or not (beside := set(_from_sponsor(call).values_list("pk", flat=True))):
        return found
    order = (*found.admitted, *found.waiting)
    theirs = [pk for pk in order if pk in beside]
    members = in_force(Role.objects.filter(role="member", scope="")).values("person").distinct()
    tied, count = members.filter(person__in=sponsor_ties().values("person")).count(), members.count()
    percent = charter.terms().limits.get("sponsor_members_percent", 100)
    room = 0
    for size in range(len(found.admitted), -1, -1):  # the more are admitted, the more of the sponsor may be among them
        room = max(0, percent * (count + size) // 100 - tied)
        if len(order) - len(theirs) + min(room, len(theirs)) >= size:
            break
    out = set(theirs[room:])
    admitted = tuple(islice((pk for pk in order if pk not in out), len(found.admitted)))
    chosen = set(admitted)
    return Admission(admitted, tuple(pk for pk in order if pk not in chosen), found.declined)


def _from_sponsor(call: Call) -> QuerySet[Application]:
    """What was submitted to a call by people who are tied to the sponsor, or who say that they work there."""
    said = Q(person__in=sponsor_ties().values("person"))
    for name, ror in Organisation.objects.filter(sponsor=True).values_list("name", "ror"):
        said |= Q(organisation__iexact=name) | (Q(ror=ror) if ror else Q())
    return Application.objects.filter(said, call=call)


def has_room(application: Application, admits: str) -> bool:
    """Whether the sponsor's share has room for whoever applied with this."""
    if admits != "member" or not applied_from_sponsor(application):
        return True
    try:
        _demand_room(charter.terms().limits.get("sponsor_members_percent", 100))
    except Refused:
        return False
    return True


def applied_from_sponsor(application: Application) -> bool:
    """Whether somebody is tied to the sponsor, or says in an application that they work there."""
    if application.person and tied_to_sponsor(application.person):
        return True
    named = Q(name__iexact=application.organisation) | (Q(ror=application.ror) if application.ror else Q(pk=None))
    return Organisation.objects.filter(named, sponsor=True).exists()


def renewable(person_id: str) -> list[Role]:
    """The roles of this person that end within the time of notice, and that the charter gives a term."""
    terms, now = charter.terms(), clock.now()
    soon = now + timedelta(days=terms.windows.get("term_notice_days", 60))
    roles = in_force(Role.objects.filter(person=person_id, scope="", end__lte=soon))
    return [role for role in roles if terms.lasting.get(role.role, 0)]


def open_question(person_id: str) -> TieQuestion | None:
    """The yearly question that waits for this person's answer."""
    return TieQuestion.objects.filter(person=person_id, answered=None).first()


def questions_open(person_id: str) -> QuerySet[TieQuestion]:
    """The same as a part of another query."""
    return TieQuestion.objects.filter(person=person_id, answered=None)


def ending_unnoticed() -> QuerySet[Role]:
    """Roles with a term of the charter that end within the time of notice, and whose holders were not told."""
    terms, now = charter.terms(), clock.now()
    soon = now + timedelta(days=terms.windows.get("term_notice_days", 60))
    lasting = [role for role, days in terms.lasting.items() if days]
    rows = Role.objects.filter(role__in=lasting, scope="", noticed=None, end__gt=now, end__lte=soon)
    return rows.filter(person__is_active=True).order_by("end", "pk")


def to_ask() -> QuerySet[Person]:
    """Members and trainees who declared no tie, confirmed none and were not asked for a year."""
    now = clock.now()
    since = now - timedelta(days=charter.terms().windows.get("ties_asked_after_days", 365))
    held = in_force(Role.objects.filter(role__in=["member", "associate"], start__lte=since)).values("person")
    lately = Q(tie_questions__asked__gt=since) | Q(tie_questions__answered=None, tie_questions__isnull=False)
    asked = Person.objects.filter(lately).values("pk")
    declared = Tie.objects.filter(declared__gt=since).values("person")
    people = Person.objects.filter(pk__in=held, is_active=True).exclude(pk__in=asked).exclude(pk__in=declared)
    return people.order_by("pk")
