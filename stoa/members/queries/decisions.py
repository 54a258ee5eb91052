"""Reads of decisions: for who keeps the call all of them, for an applicant their own once it is released."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from stoa.kit.act import Actor
from stoa.members import rules
from stoa.members.events import CallDecided
from stoa.members.models import Appeal, Application, Call, Decision, Release
from stoa.members.queries.applications import with_words
from stoa.record.models import Entry
from stoa.review.models import Assignment

FEWEST = 5
"""Of fewer appeals than these no number is told."""


def decisions(call: Call, viewer: Actor) -> QuerySet[Decision]:
    """What is decided about the applications to a call, for those who decide; for others nothing."""
    rows = Decision.objects.filter(application__call=call).select_related("application__call")
    return rows.order_by("place", "pk") if rules.may_decide(viewer, call) else rows.none()


def decided_with_words(rows: QuerySet[Decision], words: str, call: Call) -> QuerySet[Decision]:
    """Of these decisions on a call, those about applications with these words in the name or the organisation."""
    return rows.filter(application__in=with_words(Application.objects.filter(call=call), words, call).values("pk"))


def own_decision(call: Call, viewer: Actor) -> Decision | None:
    """What was decided about the viewer's own application, once it was released."""
    if viewer.person_id is None or call.phase != Call.Phase.DECIDED:
        return None
    rows = Decision.objects.select_related("application__call", "application__person", "appeal")
    return rows.filter(application__call=call, application__person=viewer.person_id).first()


def appeals(call: Call, viewer: Actor) -> QuerySet[Appeal]:
    """Appeals against decisions of a call, those that wait first, for those who may decide some; for others nothing."""
    rows = Appeal.objects.filter(decision__application__call=call).select_related("decision__application__call")
    rows = rows.annotate(waits=ExpressionWrapper(Q(decided=None), BooleanField()))
    return rows.order_by("-waits", "made") if rules.may_hear(viewer, call) else rows.none()


def release_of(call: Call) -> Release | None:
    """The letters of a call, drafted or sent."""
    return Release.objects.filter(call=call).first()


@dataclass(frozen=True)
class Outcome:
    """What the record has of a decided call, for everybody: numbers, and digests of its order and, where enough applied, scores.

    `share` is there where the sponsor's had no room for some.
    """

    position: int | None
    bar: int
    admitted: int
    waiting: int
    declined: int
    order: str
    scores: str | None
    share: dict[str, int | str] | None

    @property
    def points(self) -> Decimal:
        """The bar in points."""
        return Decimal(self.bar) / 100


def outcome(call: Call) -> Outcome | None:
    """How a call was decided, as the record tells everybody; None before."""
    if call.phase != Call.Phase.DECIDED:
        return None
    rows = Entry.objects.filter(subject=call.reference, type=CallDecided.type)
    row = rows.values_list("body", "placement__position").first()
    if row is None:
        return None
    facts: dict[str, Any] = json.loads(bytes(row[0]))["facts"]
    told: dict[str, Any] = {
        name: facts.get(name) for name in ("bar", "admitted", "waiting", "declined", "order", "scores", "share")
    }
    return Outcome(position=row[1], **told)


@dataclass(frozen=True)
class Statistics:
    """How a call went, for everybody who applied.

    Whole `days` from its end to the release; the mean of the reviews that were really given each, to one place; of few
    appeals no number.
    """

    applications: int
    admitted: int
    days: int
    reviews_each: Decimal
    appeals: int | None
    granted: int | None


def _given_each(call: Call) -> Decimal:
    """Reviews that were given of each application that was read to the end, in the mean."""
    read = Assignment.objects.filter(piece__panel=call.panel_id, piece__withdrawn=None)
    told = read.aggregate(
        given=Count("pk", filter=Q(state=Assignment.State.GIVEN)), pieces=Count("piece", distinct=True)
    )
    mean: Decimal = Decimal(told["given"]) / max(1, told["pieces"])
    return round(mean, 1)


def statistics(call: Call) -> Statistics:
    """How a decided call went."""
    outcomes = Decision.objects.filter(application__call=call).aggregate(
        every=Count("pk"), admitted=Count("pk", filter=Q(outcome=Decision.Outcome.ADMITTED))
    )
    made = Appeal.objects.filter(decision__application__call=call).aggregate(
        every=Count("pk"), granted=Count("pk", filter=Q(granted=True))
    )
    told = made["every"] >= FEWEST
    released = call.release.confirmed or call.ends
    return Statistics(
        outcomes["every"],
        outcomes["admitted"],
        (released - call.ends) // timedelta(days=1),
        _given_each(call),
        made["every"] if told else None,
        made["granted"] if told else None,
    )
