"""What the charter's terms mean for one person: how long a role lasts, and whether the sponsor's share has room for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from stoa.charter import queries as charter
from stoa.kit import clock
from stoa.kit.faults import Refused
from stoa.members.models import Application, Call
from stoa.methods.admission import Admission, Share, Within, within
from stoa.people.models import Organisation, Person, Role, Tie, TieQuestion
from stoa.people.queries import in_force


def bound(person: Person, role: str, room: bool) -> datetime | None:
    """Until when the charter lets this person hold this role; with `room`, raises `Refused` beyond the sponsor's share."""
    if charter.in_force() is None:
        return None
    terms = charter.terms()
    if room and role == "member" and tied_to_sponsor(person):
        _demand_room()
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


def _share() -> Share:
    """The sponsor's share as it stands, held until the act is done, so that two at once don't both find the last room in it."""
    list(Organisation.objects.select_for_update(no_key=True).filter(sponsor=True).order_by("pk").values_list("pk"))
    members = in_force(Role.objects.filter(role="member", scope="")).values("person").distinct()
    tied = members.filter(person__in=sponsor_ties().values("person")).count()
    return Share(charter.terms().limits.get("sponsor_members_percent", 100), members.count(), tied)


def _demand_room() -> None:
    share = _share()
    if not share.room(1):
        raise Refused(
            f"{share.tied + 1} of {share.members + 1} members would be tied to the sponsor: "
            f"more than {share.percent} of a hundred.",
            remedy="The charter fixes that share. Others have to be admitted first.",
            code="sponsor-share",
        )


def within_share(found: Admission, call: Call) -> Within:
    """The same outcome, but for those tied to the sponsor for whom its share has no room. To be called inside an act."""
    tied = _ids_from_sponsor(Application.objects.filter(call=call)) if call.admits == "member" else frozenset()
    return within(found, _share(), tied) if tied else Within(found)


def has_room(application: Application, admits: str) -> bool:
    """Whether the sponsor's share has room for whoever applied with this. To be called inside an act."""
    if admits != "member" or not _ids_from_sponsor(Application.objects.filter(pk=application.pk)):
        return True
    return bool(_share().room(1))


def _ids_from_sponsor(applications: QuerySet[Application]) -> frozenset[str]:
    """Of these applications, those of somebody who is tied to the sponsor, or says in them that they work there."""
    theirs = Q(person__in=sponsor_ties().values("person"))
    for name, ror in Organisation.objects.filter(sponsor=True).values_list("name", "ror"):
        theirs |= Q(organisation__iexact=name) | (Q(ror=ror) if ror else Q(pk=None))
    return frozenset(applications.filter(theirs).values_list("pk", flat=True))


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
