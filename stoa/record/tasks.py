"""What the clock does for the record: seals each day once it is over."""

from __future__ import annotations

import logging

from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed
from stoa.kit.ticker import every
from stoa.record.acts import seal_day
from stoa.record.queries import days_to_seal

log = logging.getLogger(__name__)


@every(30)
def seal_past_days() -> None:
    """Seal every day that is over and not sealed, from the first day of the log on."""
    for day in days_to_seal():
        try:
            seal_day(CLOCK, day=day)
        except Closed as reason:
            log.info("%s: %s", day, reason)
