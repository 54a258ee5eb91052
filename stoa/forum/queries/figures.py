"""The public figures of moderation: from entries of the record, and from what can be told of reports without telling of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from django.db.models import Count, Q
from django.db.models.functions import TruncYear

from stoa.forum import events
from stoa.forum.models import Case, Report
from stoa.kit import clock
from stoa.methods.canonical import own_object
from stoa.record.models import Entry
from stoa.record.queries import placements

FEWEST = 5
"""Under this many, a figure that is not on the record anyway is not told."""

PUBLIC = (events.PieceRemoved, events.PieceRestored, events.PieceReleased, events.AppealDecided)


@dataclass
class Month:
    """What moderators did in one month, as the record has it; `hours` to a decision is told of months that are over."""

    month: str
    removed: int = 0
    released: int = 0
    restored: int = 0
    appeals: int = 0
    reversed: int = 0
    hours: int | None = None
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def words(self) -> str:
        """The month as pages say it, on one line."""
        return f"{datetime.strptime(self.month, '%Y-%m').replace(tzinfo=UTC):%B\N{NO-BREAK SPACE}%Y}"


def months() -> list[Month]:
    """Each month in which something was decided that is on the record, the latest first."""
    found: dict[str, Month] = {}
    rows = placements().filter(entry__type__in=[event.type for event in PUBLIC])
    for at, kind, body in rows.values_list("entry__at", "entry__type", "entry__body"):
        _count(found.setdefault(f"{at:%Y-%m}", Month(f"{at:%Y-%m}")), kind, own_object(bytes(body))["facts"])
    for name, hours in _hours().items():
        if name in found:
            found[name].hours = hours
    return sorted(found.values(), key=lambda month: month.month, reverse=True)


def removed_for(months: Iterable[Month]) -> list[tuple[str, int]]:
    """How much was removed for which reason (its code), the most first."""
    counted: Counter[str] = Counter()
    for month in months:
        counted += month.reasons
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def reports_by_year() -> list[tuple[int, int | None]]:
    """How many reports each year of the record brought that is over, the latest first; None for fewer than five.

    A year without any stands there too: else its absence would tell of the first report.
    """
    this_year = clock.now().replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    began = Entry.objects.order_by("pk").values_list("at", flat=True).first() or this_year
    counted = Report.objects.filter(at__lt=this_year).annotate(year=TruncYear("at")).values("year")
    told = {row["year"].year: row["n"] for row in counted.annotate(n=Count("pk")).filter(n__gte=FEWEST)}
    return [(year, told.get(year)) for year in range(this_year.year - 1, began.year - 1, -1)]


def _count(month: Month, kind: str, facts: object) -> None:
    assert isinstance(facts, dict)
    if kind == events.PieceRemoved.type:
        month.removed += 1
        month.reasons[str(facts["reason"])] += 1
    elif kind == events.PieceRestored.type:
        month.restored += 1
    elif kind == events.PieceReleased.type:
        month.released += 1
    else:
        month.appeals += 1
        month.reversed += facts["outcome"] == "reversed"


def _hours() -> dict[str, int]:
    """The median of whole hours from the first report, or the hold, to the decision, in months that are over.

    Reports that were left count as well, so the figure is told from five decisions on and never of a running month:
    otherwise one could see when something was reported.
    """
    start = clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    asked = Q(held=True) | Q(reports__isnull=False)
    rows = Case.objects.filter(asked, decided__lt=start).distinct().values_list("opened", "decided")
    taken: dict[str, list[int]] = {}
    for opened, decided in rows:
        taken.setdefault(f"{decided:%Y-%m}", []).append(_whole_hours(opened, decided))
    return {month: round(median(hours)) for month, hours in taken.items() if len(hours) >= FEWEST}


def _whole_hours(opened: datetime, decided: datetime | None) -> int:
    return 0 if decided is None else -(-int((decided - opened).total_seconds()) // 3600)
