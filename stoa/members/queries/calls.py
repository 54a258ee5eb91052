"""Reads of calls. An announced call is public; of a drafted one only those know who may draft, or keep it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Min, Q, QuerySet, Value
from django.urls import reverse
from django.utils.safestring import SafeString

from stoa.kit.act import Actor
from stoa.kit.registry import Rows
from stoa.members import rules
from stoa.members.events import CallExtended
from stoa.members.models import Call
from stoa.people.queries import roles_scoped
from stoa.record import queries as record
from stoa.record.models import Text

MOST = 200


def calls(viewer: Actor) -> QuerySet[Call]:
    """Every call that the viewer may know of, the latest first."""
    return _known(viewer).order_by("-closes", "pk")


def _known(viewer: Actor) -> QuerySet[Call]:
    """The calls that the viewer may know of. What is drafted is left out by the database, so that it costs others no work."""
    if rules.may_draft(viewer):
        return Call.objects.all()
    given = {scope.removeprefix("call:") for role, scope in _held(viewer) if role == "organiser" and scope}
    return Call.objects.filter(~Q(phase=Call.Phase.DRAFT) | Q(pk__in=given))


def _held(viewer: Actor) -> frozenset[tuple[str, str]]:
    return roles_scoped(viewer.person_id) if viewer.person_id else frozenset()


def open_calls(now: datetime) -> QuerySet[Call]:
    """Calls to which one can apply at that instant, what closes first at the head."""
    taking = Call.objects.filter(phase__in=rules.calls.TAKING, opens__lte=now, closes__gt=now)
    return taking.order_by("closes", "pk")


def next_instant(now: datetime) -> datetime | None:
    """When a call that was announced opens, closes or ends its grace next by the clock; None if none does."""
    grace = ExpressionWrapper(F("grace_minutes") * Value(timedelta(minutes=1)), DurationField())
    rows = Call.objects.exclude(phase=Call.Phase.DRAFT)
    rows = rows.annotate(over=ExpressionWrapper(F("closes") + grace, DateTimeField())).filter(over__gt=now)
    found = rows.aggregate(
        **{name: Min(name, filter=Q(**{f"{name}__gt": now})) for name in ("opens", "closes")}, ends=Min("over")
    )
    return min(filter(None, found.values()), default=None)


def find_call(slug: str, viewer: Actor) -> Call | None:
    """The call of this short name, if the viewer may know of it."""
    return _known(viewer).select_related("panel").filter(slug=slug).first()


@dataclass(frozen=True)
class Line:
    """An entry about a call in words, with the reason that somebody gave."""

    position: int
    at: datetime
    address: str
    sentence: SafeString
    reason: str = ""


def history(call: Call, viewer: Actor, *, most: int = MOST) -> list[Line]:
    """What the record says of a call, newest first."""
    said = record.history([call.reference], viewer.person_id, most=most)
    reasons = _reasons(call) if any(one.type == CallExtended.type for one in said) else {}
    return [Line(one.position, one.at, one.address, one.sentence, reasons.get(one.position, "")) for one in said]


def _reasons(call: Call) -> dict[int, str]:
    texts = Text.objects.filter(entry__subject=call.reference, entry__type=CallExtended.type, name="reason")
    return dict(texts.exclude(entry__placement=None).values_list("entry__placement__position", "text"))


def named_calls(ids: list[int], viewer_id: str | None) -> QuerySet[Call]:
    """Calls are public from their announcement on."""
    del viewer_id
    return Call.objects.filter(pk__among=ids).exclude(phase=Call.Phase.DRAFT)


CALLS = Rows(named_calls, "title", lambda _, slug: reverse("members:call", args=[slug]), "slug", numbered=False)
"""How calls are named elsewhere."""


@dataclass(frozen=True)
class Reading:
    """What a call means for those who read: `reviews` in all, so many each, and the hours that takes."""

    expected: int
    reviews_each: int
    reviewers: int
    minutes_each: int

    @property
    def reviews(self) -> int:
        """All reviews together."""
        return self.expected * self.reviews_each

    @property
    def each(self) -> int:
        """Reviews of one reviewer, rounded up."""
        return -(-self.reviews // self.reviewers)

    @property
    def hours(self) -> int:
        """Hours of one reviewer, rounded up."""
        return -(-self.each * self.minutes_each // 60)

    def reviewers_for(self, hours: int) -> int:
        """How many reviewers it takes for each to spend so many hours at most; one review at least."""
        each = max(1, hours * 60 // self.minutes_each)
        return -(-self.reviews // each)


def reading(call: Call) -> Reading:
    """What this call means for those who read, as its organisers expect it."""
    return Reading(call.expected, call.reviews_each, call.reviewers_wanted, call.minutes_each)


@dataclass(frozen=True)
class Wave:
    """One wave of a call that is held in several: who reads it, and how much each of them."""

    number: int
    applications: int
    reviewers: int
    each: int
    hours: int


def waves(plan: Reading, *, count: int, admitted: float = 0.5) -> Sequence[Wave]:
    """The reading in so many calls one after the other, of which each is as large as its readers can take.

    A share `admitted` of each wave is admitted and reads the next, so that all spend about the same time.
    """
    sizes = [(1 + admitted * plan.expected / plan.reviewers) ** n for n in range(count)]
    found, reviewers, left = [], plan.reviewers, plan.expected
    for number, size in enumerate(sizes):
        part = left if number == count - 1 else min(left, max(1, round(plan.expected * size / sum(sizes))))
        each = -(-part * plan.reviews_each // reviewers)
        found.append(Wave(number + 1, part, reviewers, each, -(-each * plan.minutes_each // 60)))
        reviewers, left = reviewers + round(part * admitted), left - part
    return [wave for wave in found if wave.applications]
