"""Reads of panels. Nobody sees another's review before they gave their own; who reviews is for those who keep the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from stoa.kit import clock, errands
from stoa.kit.counting import counted, counted_up_to
from stoa.kit.errands import Errand
from stoa.kit.looking import once_a_look
from stoa.people.models import Person
from stoa.people.queries import directory
from stoa.review.models import Assignment, Conflict, Panel, Piece, Remark, Review, Run, Seat
from stoa.review.rules import has_said

REMINDED_BEFORE = timedelta(days=3)
ASSIGN = "review.assignment.run"
GIVEN, TO_READ, ABSTAINED = Assignment.State.GIVEN, Assignment.State.TO_READ, Assignment.State.ABSTAINED


def find_panel(pk: int) -> Panel | None:
    """The panel of this number."""
    return Panel.objects.filter(pk=pk).first()


@once_a_look
def panels_read_by(person_id: str) -> frozenset[int]:
    """The panels on which somebody accepted to review: their standing towards what those panels serve."""
    return frozenset(Seat.objects.filter(person=person_id, state=Seat.State.ACCEPTED).values_list("panel", flat=True))


def reviewers(panel_id: int) -> QuerySet[Person]:
    """Who accepted to review on a panel. For acts and pages of those who decide, who may know it."""
    return Person.objects.filter(seats__panel=panel_id, seats__state=Seat.State.ACCEPTED, is_active=True)


def read_it(panel: Panel, kind: str, object_id: str, person_id: str | None) -> bool:
    """Whether somebody was given this piece to read, whatever became of it."""
    rows = Assignment.objects.filter(piece__panel=panel, piece__kind=kind, piece__object_id=object_id)
    return rows.filter(seat__person=person_id).exists()


def seats_of(person_id: str) -> QuerySet[Seat]:
    """The viewer's own seats and invitations, what is due first at the head."""
    own = Seat.objects.filter(person=person_id).exclude(state=Seat.State.REMOVED).select_related("panel")
    left = Count("assignments", filter=Q(assignments__state=TO_READ, assignments__piece__withdrawn=None))
    return own.annotate(left=left).order_by("panel__deadline", "pk")


def due_soon() -> QuerySet[Panel]:
    """Panels on which somebody is to be reminded now."""
    now = clock.now()
    reads = Panel.objects.filter(phase__in=[Panel.Phase.REVIEWING, Panel.Phase.DISCUSSING])
    return reads.filter(deadline__gt=now, deadline__lte=now + REMINDED_BEFORE, seats__in=_unreminded()).distinct()


def seats_due(panel: Panel) -> QuerySet[Seat]:
    """The seats on a panel whose reviewers are to be reminded, each with how much is `left` to read."""
    near = panel.deadline - REMINDED_BEFORE <= clock.now() < panel.deadline
    rows = panel.seats.filter(pk__in=_unreminded())
    left = Count("assignments", filter=Q(assignments__state=TO_READ, assignments__piece__withdrawn=None))
    return rows.annotate(left=left).filter(left__gt=0) if near else rows.none()


def _unreminded() -> QuerySet[Seat]:
    """Seats with something to read that were not reminded since the deadline that stands came near."""
    open_ = Seat.objects.filter(state=Seat.State.ACCEPTED, assignments__in=Assignment.objects.filter(state=TO_READ))
    return open_.filter(Q(reminded=None) | Q(reminded__lt=F("panel__deadline") - REMINDED_BEFORE))


@dataclass(frozen=True)
class Desk:
    """A reviewer's own work on one panel."""

    panel: Panel
    assignments: Sequence[Assignment]

    @property
    def said(self) -> int:
        """How many of them are done: given, or abstained from."""
        return sum(has_said(one) for one in self.assignments)

    @property
    def minutes_left(self) -> int:
        """How long the rest takes, by what the panel allows for each."""
        return (len(self.assignments) - self.said) * self.panel.minutes_each

    @property
    def next(self) -> Assignment | None:
        """The first that is not done."""
        return next((one for one in self.assignments if not has_said(one)), None)


def desk(panel: Panel, person_id: str | None) -> Desk:
    """What the viewer reads on a panel, with their own reviews and drafts."""
    return Desk(panel, list(_held(panel, person_id)))


def overview(panel: Panel, person_id: str | None) -> Desk:
    """The desk without texts and reviews, for pages that name what is on it."""
    rows = _held(panel, person_id).select_related(None).select_related("piece")
    return Desk(panel, list(rows.only("state", "seat", "piece__number", "piece__title")))


def _held(panel: Panel, person_id: str | None) -> QuerySet[Assignment]:
    if person_id is None:
        return Assignment.objects.none()
    rows = Assignment.objects.filter(piece__panel=panel, piece__withdrawn=None)
    held = rows.filter(seat__panel=panel, seat__person=person_id, seat__state=Seat.State.ACCEPTED)
    return held.select_related("piece", "review").order_by("piece__number")


@dataclass(frozen=True)
class Size:
    """How much is on a panel: pieces that are to be read and that were withdrawn, everybody asked, conflicts up to `most`.

    `desk_empty`: whether the viewer has nothing left to read on it and is not asked to. `errand`: how far the worker is
    that assigns. `affinity`, `fault`: how it was last told how close texts are, and why not by embeddings.
    """

    pieces: int
    withdrawn: int
    seats: int
    conflicts: int
    since: datetime
    desk_empty: bool
    errand: Errand | None
    affinity: str
    fault: str


def size(panel: Panel, *, most: int = 1, viewer: str | None = None) -> Size:
    """How much is on a panel, and since when it reads, in one go; conflicts counted up to `most`."""
    pieces = Piece.objects.filter(panel=panel)
    left, invited = _may_score(panel, viewer)
    read, withdrawn, asked, barred, since, reads, may_read, errand, affinity, fault = Panel.objects.filter(
        pk=panel.pk
    ).values_list(
        counted(pieces.filter(withdrawn=None), "panel"),
        counted(pieces.exclude(withdrawn=None), "panel"),
        counted(panel.seats.all(), "panel"),
        counted_up_to(most, conflicts(panel)),
        Subquery(panel.runs.order_by("pk").values("at")[:1]),
        Exists(left),
        Exists(invited),
        errands.kept(ASSIGN, panel),
        Subquery(panel.runs.values("affinity")[:1]),
        Subquery(panel.runs.values("fault")[:1]),
    )[0]
    empty, told = not (reads or may_read), (affinity or "", fault or "")
    return Size(read, withdrawn, asked, barred, since or panel.opened, empty, errands.read(errand), *told)


def may_read_all(panel: Panel, person_id: str | None, known: Size | None = None) -> bool:
    """Whether who keeps a panel sees what it says: once their own desk is empty, or the panel discusses.

    Not while they are asked to read with it: who has seen the others' scores gives none that is their own.
    """
    if panel.phase in {Panel.Phase.DISCUSSING, Panel.Phase.DONE}:
        return True
    if known:
        return known.desk_empty
    return not any(rows.exists() for rows in _may_score(panel, person_id))


def _may_score(panel: Panel, person_id: str | None) -> tuple[QuerySet[Assignment], QuerySet[Seat]]:
    """What the viewer has left to read on a panel, and a seat on it that they may yet accept."""
    invited = Seat.objects.filter(panel=panel, person=person_id, state=Seat.State.INVITED)
    return _held(panel, person_id).filter(state=TO_READ), invited


def own_assignment(panel: Panel, number: int, person_id: str | None) -> Assignment | None:
    """The viewer's own assignment of a piece; None where it is not theirs to read."""
    return _held(panel, person_id).filter(piece__number=number).first()


@dataclass(frozen=True)
class Other:
    """What another reviewer says, by a name or, where the panel shows none, by a letter."""

    by: str
    review: Review
    scores: list[tuple[str, int]]


def others(panel: Panel, assignment: Assignment) -> list[Other]:
    """What others say of a piece: nothing before its reviewer gave their own review or abstained."""
    if not has_said(assignment):
        return []
    given = Review.objects.filter(assignment__piece=assignment.piece_id, assignment__state=GIVEN)
    rows = given.exclude(assignment=assignment.pk).select_related("assignment__seat__person")
    ordered = enumerate(rows.order_by("pk"))
    return [Other(_named(panel, row, place), row, scores_in_words(panel, row)) for place, row in ordered]


def remarks(panel: Panel, assignment: Assignment) -> list[tuple[str, Remark]]:
    """What is said of a piece among those who read it, oldest first; nothing before the viewer said something."""
    if not has_said(assignment):
        return []
    rows = Remark.objects.filter(piece=assignment.piece_id).select_related("author")
    own = assignment.seat.person_id
    return [("you" if r.author_id == own else r.author.shown_name if panel.named else "a reviewer", r) for r in rows]


def _named(panel: Panel, review: Review, place: int) -> str:
    return review.assignment.seat.person.shown_name if panel.named else f"Reviewer {chr(ord('A') + place % 26)}"


def seats(panel: Panel) -> QuerySet[Seat]:
    """Everybody on a panel with how far they are, for those who keep it: `to_read`, `given`, `abstained`, `barred`."""
    held = Assignment.objects.filter(seat=OuterRef("pk"))
    counts = {state: counted(held.filter(state=state), "seat") for state in Assignment.State.values}
    barred = counted(Conflict.objects.filter(seat=OuterRef("pk"), cleared=""), "seat")
    rows = panel.seats.select_related("person").defer("texts", "known").annotate(**counts, barred=barred)
    return rows.order_by("person__sort_name", "pk")


def conflicts(panel: Panel) -> QuerySet[Conflict]:
    """Conflicts on a panel, reviewer by reviewer, for those who keep it."""
    rows = Conflict.objects.filter(seat__panel=panel, piece__withdrawn=None).exclude(seat__state=Seat.State.REMOVED)
    shown = rows.select_related("seat__person", "seat__panel", "piece")
    return shown.defer("seat__texts", "seat__known", "piece__text", "piece__authors", "piece__met_by").order_by(
        "seat", "piece", "pk"
    )


def find_seat(panel: Panel, pk: int) -> Seat | None:
    """A seat of this panel."""
    return panel.seats.select_related("person", "panel").filter(pk=pk).first()


def find_conflict(panel: Panel, pk: int) -> Conflict | None:
    """A conflict on this panel."""
    return conflicts(panel).filter(pk=pk).first()


def last_run(panel: Panel, part: int = 1) -> Run | None:
    """A part of the last assignment of reviewers."""
    last = panel.runs.values("at")[:1]
    return panel.runs.filter(at=last).order_by("pk")[part - 1 : part].first() if part > 0 else None


def invitable(panel: Panel) -> QuerySet[Person]:
    """Who could be invited to a panel: whoever holds a role here, each with the state of their seat on it.

    Others have no page, and to name them would tell who applied.
    """
    seat = Seat.objects.filter(panel=panel, person=OuterRef("pk")).values("state")
    people = directory().prefetch_related(None).filter(is_active=True)
    return people.annotate(seat_state=Subquery(seat)).order_by("sort_name", "pk")


def find_person(person_id: str) -> Person | None:
    """Somebody who can be invited."""
    return Person.objects.filter(pk=person_id, is_active=True, erased=None).first()


def scores_in_words(panel: Panel, review: Review) -> list[tuple[str, int]]:
    """Each criterion that was scored, by its title, in the order of the panel."""
    named = [(str(criterion["title"]), review.scores.get(criterion["code"])) for criterion in panel.criteria]
    return [(title, score) for title, score in named if score is not None]


def sheet(panel: Panel, person_id: str | None) -> dict[str, Any]:
    """What the viewer reads, to be taken along: criteria, texts, and their drafts to be filled in and sent back."""
    return {
        "format": "stoa review sheet v1",
        "panel": panel.pk,
        "title": panel.title,
        "scale": [panel.least, panel.most],
        "criteria": panel.criteria,
        "pieces": [_on_sheet(panel, one) for one in desk(panel, person_id).assignments if not has_said(one)],
    }


def _on_sheet(panel: Panel, assignment: Assignment) -> dict[str, Any]:
    review = getattr(assignment, "review", None)
    scores = review.scores if review else {}
    return {
        "number": assignment.piece.number,
        "title": assignment.piece.title,
        "text": assignment.piece.text,
        "scores": {criterion["code"]: scores.get(criterion["code"]) for criterion in panel.criteria},
        "for_panel": review.for_panel if review else "",
        "for_author": review.for_author if review else "",
        "version": review.version if review else 0,
    }
