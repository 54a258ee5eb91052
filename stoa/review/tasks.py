"""What the clock does for panels: reminds reviewers some days before their reviews are due."""

from __future__ import annotations

import logging

from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed
from stoa.kit.ticker import every
from stoa.review import acts, queries

log = logging.getLogger(__name__)


@every(seconds=600)
def remind() -> None:
    """Remind whoever has reviews to give that are due soon. A panel that another process took meanwhile is passed over."""
    for panel in queries.due_soon():
        try:
            acts.remind(CLOCK, panel=panel)
        except Closed as reason:
            log.info("Reminding of panel %s: %s", panel.pk, reason)
