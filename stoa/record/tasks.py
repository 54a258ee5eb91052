"""What the clock does for the record: seals each day once it is over."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed
from stoa.kit.ticker import every
from stoa.record.acts import seal_day
from stoa.record.events import DaySealed
from stoa.record.models import Entry

STRAGGLERS = timedelta(minutes=10)
"""A sealed act counts to the day on which it began; one that began just before midnight may end this much later."""

log = logging.getLogger(__name__)


@every(30)
def seal_past_days() -> None:
    """Seal every day that is over and not sealed, from the first day of the log on."""
    for day in days_to_seal():
        try:
            seal_day(CLOCK, day=day)
        except Closed as reason:
            log.info("%s: %s", day, reason)


def days_to_seal() -> list[date]:
    """Days that are over and have no sealed entry yet, oldest first."""
    first = Entry.objects.order_by("pk").values_list("at", flat=True).first()
    if first is None:
        return []
    sealed = set(Entry.objects.filter(type=DaySealed.type).values_list("subject", flat=True))
    past = ((clock.now() - STRAGGLERS).date() - first.date()).days
    days = (first.date() + timedelta(days=n) for n in range(past))
    return [day for day in days if f"day:{day.isoformat()}" not in sealed]
