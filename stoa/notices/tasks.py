"""What the clock does for events: reminds those who have a place, a day before."""

from __future__ import annotations

import logging

from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed
from stoa.kit.ticker import every
from stoa.notices import acts
from stoa.notices.acts.holding import BEFORE
from stoa.notices.models import Event

log = logging.getLogger(__name__)


@every(seconds=60)
def remind() -> None:
    """Send the reminders that are due; a fault with one event keeps no other waiting."""
    now = clock.now()
    for event in Event.objects.filter(reminded=None, cancelled=None, begins__gt=now, begins__lte=now + BEFORE):
        try:
            acts.send_event_reminders(CLOCK, event=event)
        except Closed as reason:
            log.info("reminders of event %s: %s", event.pk, reason)
        except Exception:
            log.exception("reminders of event %s failed; they are tried again", event.pk)
