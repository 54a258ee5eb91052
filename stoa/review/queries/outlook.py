"""How a panel stands against its deadline, and what would mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.db.models import Count, Q

from stoa.kit import clock
from stoa.methods.backlog import Backlog, Reading, forecast
from stoa.review.models import Assignment, Panel, Seat
from stoa.review.queries.panels import ABSTAINED, GIVEN, Size, size


@dataclass(frozen=True)
class Remedy:
    """What would have everything read by the deadline, each of them alone; None where nothing is needed."""

    invite: int
    lighten: int
    extend_days: int


@dataclass(frozen=True)
class Outlook:
    """How a panel stands against its deadline, and what would mend it."""

    wanted: int
    assigned: int
    given: int
    unread: Backlog
    remedy: Remedy | None

    @property
    def missing(self) -> int:
        """Reviews that nobody was assigned."""
        return max(0, self.wanted - self.assigned)


def outlook(panel: Panel, known: Size | None = None) -> Outlook:
    """The forecast of what will be unread at the deadline, for those who keep the panel."""
    known = known or size(panel)
    rows, gone = _progress(panel, known), _gone(panel, known.since)
    unread = forecast([Reading(row["had"], row["given"], gone) for row in rows])
    assigned, given = (sum(row[name] for row in rows) for name in ("had", "given"))
    return Outlook(known.pieces * panel.reviews_each, assigned, given, unread, _remedy(panel, rows, unread))


def _progress(panel: Panel, known: Size) -> list[dict[str, Any]]:
    """Of each seat: how much it was given, and how much it gave."""
    had = Count("assignments__state", filter=~Q(assignments__state=ABSTAINED))
    given = Count("assignments__state", filter=Q(assignments__state=GIVEN))
    seats = panel.seats.filter(state=Seat.State.ACCEPTED).order_by("pk")
    every = list(seats.values_list("pk").annotate(had=had, given=given))
    lost = _withdrawn(panel) if known.withdrawn else Counter()
    # Of what was withdrawn nothing is left to read, so that all of it that counts was given.
    return [{"had": had - lost[seat], "given": given - lost[seat]} for seat, had, given in every]


def _withdrawn(panel: Panel) -> Counter[int]:
    """How many reviews each seat gave of pieces that were withdrawn: few, which joined to the rest would cost as much as all."""
    rows = Assignment.objects.filter(
        seat__panel=panel, state=GIVEN, piece__in=panel.pieces.exclude(withdrawn=None).values("pk")
    )
    return Counter(dict(rows.order_by().values_list("seat").annotate(number=Count("*"))))


def _gone(panel: Panel, since: datetime) -> float:
    """The part of the time for reading that is over."""
    whole = (panel.deadline - since).total_seconds()
    gone = (clock.now() - since).total_seconds() / whole if whole > 0 else 1.0
    return min(1.0, max(0.0, gone))


def _remedy(panel: Panel, rows: Sequence[dict[str, Any]], unread: Backlog) -> Remedy | None:
    """What each remedy would take for the greatest number that the interval holds."""
    if not unread.high or not rows:
        return None
    each = max(1, round(sum(row["had"] for row in rows) / len(rows)))
    waiting = sum(row["had"] - row["given"] for row in rows)
    left = (panel.deadline - clock.now()).total_seconds() / 86_400
    read = max(1, waiting - unread.high)
    days = ceil(max(left, 1.0) * unread.high / read)
    return Remedy(ceil(unread.high / each), ceil(unread.high / len(rows)), min(days, 365))
