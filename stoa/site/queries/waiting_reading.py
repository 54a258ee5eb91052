"""What of calls and panels waits for somebody: an application, reviews, a bar, letters to confirm, appeals. One query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from stoa.charter.rules import Powers
from stoa.kit.addresses import path_to
from stoa.kit.prepared import together
from stoa.members.models import Appeal, Application, Call, Draft, Invitations, Part, Release
from stoa.members.rules.calls import TAKING
from stoa.review.models import Assignment, Panel, Seat

Told = tuple[str, str, int, str, datetime | None]
"""Title, address, minutes, whom it keeps waiting, and until when."""
Row = tuple[str, str, str, int, int, datetime | None]
"""Kind, place, title, how many, minutes, and until when."""

MOST_MINUTES = 600
USUAL = (Value(1), Value(0), Cast(Value(None), DateTimeField()))


def reading(person_id: str, powers: Powers) -> Iterator[Told]:
    """What of calls and panels waits for this person."""
    asked = (_seats, _bars, _written, *(rows for rows, act in _ASKED.items() if powers.may(act)))
    for row in together(asked)(person_id):
        yield from _of_reviewer(row)
        yield from _of_applicant(row)
        yield from _of_keeper(row)


def _of_reviewer(row: Row) -> Iterator[Told]:
    kind, where, title, count, minutes, due = row
    if kind == Seat.State.INVITED:
        yield f"Will you review? {title}", path_to("review:desk", where), 2, "somebody else is asked if you don't", due
    elif kind == Seat.State.ACCEPTED and count:
        what, most = "1 text" if count == 1 else f"{count} texts", min(minutes, MOST_MINUTES)
        yield f"Review {what}: {title}", path_to("review:desk", where), most, "each is read by few", due
    elif kind == "bar":
        yield f"Give your bar: {title}", path_to("members:give_bar", where), 5, "those who applied wait", due


def _of_applicant(row: Row) -> Iterator[Told]:
    kind, where, title, _, minutes, due = row
    if kind == "begun":
        url, whom = path_to("members:mine", where), "nobody sees it until you submit it"
        yield f"Go on with your application: {title}", url, minutes, whom, due
    elif kind == "changed":
        url, whom = path_to("members:submit", where), "what you submitted before counts until then"
        yield f"Submit what you changed: {title}", url, 2, whom, due


def _of_keeper(row: Row) -> Iterator[Told]:
    kind, where, title, count, _, due = row
    if kind == "letters":
        yield f"Confirm decisions: {title}", path_to("members:release", where), 15, "those who applied wait", due
    elif kind == "invitations":
        yield f"Send invitations to apply: {title}", path_to("members:invite", where), 3, "who drafted them waits", due
    elif kind == "appeals":
        what = "1 appeal" if count == 1 else f"{count} appeals"
        yield f"Decide {what}: {title}", path_to("members:appeals", where), 15 * count, "those who appealed wait", due


def _seats(person_id: str) -> QuerySet[Any]:
    """Seats that wait for an answer, or on which there is something to read."""
    unread = Q(assignments__state=Assignment.State.TO_READ, assignments__piece__withdrawn=None)
    rows = Seat.objects.filter(person=person_id, state__in=[Seat.State.INVITED, Seat.State.ACCEPTED])
    rows = rows.exclude(panel__phase=Panel.Phase.DONE).annotate(left=Count("assignments", filter=unread))
    return _told(
        rows,
        F("state"),
        F("panel"),
        F("panel__title"),
        F("left"),
        F("left") * F("panel__minutes_each"),
        F("panel__deadline"),
    )


def _bars(person_id: str) -> QuerySet[Any]:
    """Calls whose panel has read and whose bar waits, to which this person has not given theirs."""
    phases = [Panel.Phase.DISCUSSING, Panel.Phase.DONE]
    read = Q(panel__seats__person=person_id, panel__seats__state=Seat.State.ACCEPTED, panel__phase__in=phases)
    rows = Call.objects.filter(read, phase=Call.Phase.REVIEW, bar=None).exclude(bars__person=person_id)
    rows = rows.exclude(applications__person=person_id)
    return _told(rows, Value("bar"), F("slug"), F("title"))


def _written(person_id: str) -> QuerySet[Any]:
    """Applications of this person to calls that still take them, which were not submitted as they are written now."""
    sent = Application.objects.filter(call=OuterRef("call"), person=OuterRef("person"))
    as_it_is = sent.annotate(last=Coalesce("edited", "submitted")).filter(last__gte=OuterRef("saved"))
    rows = Draft.objects.filter(person=person_id, call__phase__in=TAKING).exclude(Exists(as_it_is))
    kind = Case(When(Exists(sent), then=Value("changed")), default=Value("begun"))
    return _told(rows, kind, F("call__slug"), F("call__title"), Value(1), F("call__minutes"), F("call__closes"))


def _letters(person_id: str) -> QuerySet[Any]:
    """Letters that somebody else drafted."""
    rows = Release.objects.filter(confirmed=None).exclude(drafted_by=person_id)
    rows = rows.exclude(call__applications__person=person_id)
    return _told(rows, Value("letters"), F("call__slug"), F("call__title"))


def _invitations(person_id: str) -> QuerySet[Any]:
    """Invitations that somebody else drafted."""
    rows = Invitations.objects.filter(Q(drafted_by=None) | ~Q(drafted_by=person_id))
    rows = rows.exclude(call__applications__person=person_id)
    return _told(rows, Value("invitations"), F("call__slug"), F("call__title"))


def _appeals(person_id: str) -> QuerySet[Any]:
    """Appeals against decisions in which this person had no part, by call."""
    call = "decision__application__call"
    rows = Appeal.objects.filter(decided=None).exclude(**{f"{call}__bars__person": person_id})
    rows = rows.exclude(**{f"{call}__applications__person": person_id})
    parts = Part.objects.filter(person=person_id)
    rows = rows.exclude(**{f"{call}__in": parts.filter(application=None).values("call")})
    rows = rows.exclude(decision__application__in=parts.exclude(application=None).values("application"))
    for part in ("drafted_by", "confirmed_by"):
        rows = rows.exclude(**{f"{call}__release__{part}": person_id})
    read = Assignment.objects.filter(seat__person=person_id, piece__kind="application").values("piece__object_id")
    rows = rows.exclude(decision__application__in=read)
    counted = rows.order_by().values(f"{call}__slug", f"{call}__title").annotate(number=Count("pk"))
    return _told(counted, Value("appeals"), F(f"{call}__slug"), F(f"{call}__title"), F("number"))


def _told(rows: QuerySet[Any], *said: Any) -> QuerySet[Any]:
    """Kind, place and title of each row, how many, minutes, and until when; what is left out is one, none and never."""
    each = [*said, *USUAL[len(said) - 3 :]]
    texts = [Cast(one, TextField()) for one in each[:3]]
    count, minutes, due = each[3:]
    return rows.order_by().values_list(*texts, Cast(count, IntegerField()), Cast(minutes, IntegerField()), due)


_ASKED: dict[Callable[[str], QuerySet[Any]], str] = {
    _letters: "members.release.confirm",
    _invitations: "members.invitations.send",
    _appeals: "members.appeal.decide",
}
"""What waits for whoever holds a power."""
