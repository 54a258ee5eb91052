"""What the parts of the API of review share: finding panels, seats and assignments that the caller may know of."""

from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Field

from stoa.kit.api import Given, found, signed_in
from stoa.review import queries, rules
from stoa.review.models import Assignment, Panel, Seat

Text = Annotated[str, Field(max_length=200_000)]
Count = Annotated[int, Field(ge=-(2**31), lt=2**31)]


class ReasonIn(Given):
    """Why."""

    reason: Text


def panel_of(number: int) -> Panel:
    """The panel of this number, or the answer that there is none."""
    return found(queries.find_panel(number))


def kept(request: HttpRequest, number: int) -> Panel:
    """The panel, for a caller who keeps it; to others there is none."""
    panel = panel_of(number)
    if not rules.may_keep(signed_in(request), panel):
        raise Http404
    return panel


def own_seat(request: HttpRequest, number: int) -> Seat:
    """The caller's own seat on this panel."""
    return found(rules.own_seat(panel_of(number), signed_in(request).person_id))


def own(request: HttpRequest, number: int, piece: int) -> Assignment:
    """The caller's own assignment of this piece."""
    return found(queries.own_assignment(panel_of(number), piece, signed_in(request).person_id))
