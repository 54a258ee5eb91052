"""Who may see and do what around a panel."""

from __future__ import annotations

from stoa.kit.act import Actor
from stoa.kit.powers import may
from stoa.review.models import Assignment, Panel, Seat


def may_keep(actor: Actor, panel: Panel) -> bool:
    """Whether the actor keeps this panel: sees who reviews, and what is missing."""
    return may(actor, "review.assignment.run", panel)


def own_seat(panel: Panel, person_id: str | None) -> Seat | None:
    """The actor's own seat, unless it was removed."""
    if person_id is None:
        return None
    return panel.seats.filter(person=person_id).exclude(state=Seat.State.REMOVED).first()


def has_said(assignment: Assignment | None) -> bool:
    """Whether somebody gave their own review or abstained: from then on they see the others'."""
    return assignment is not None and assignment.state != Assignment.State.TO_READ


def others_gave(assignment: Assignment) -> bool:
    """Whether somebody else has given a review of the same piece."""
    given = Assignment.objects.filter(piece=assignment.piece_id, state=Assignment.State.GIVEN)
    return given.exclude(pk=assignment.pk).exists()
