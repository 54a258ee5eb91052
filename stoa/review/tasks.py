"""What the worker does for panels: reminds reviewers some days before reviews are due, and assigns them where that takes long."""

from __future__ import annotations

import logging

from stoa.kit import embeddings, errands
from stoa.kit.act import CLOCK, Actor
from stoa.kit.errands import Errand
from stoa.kit.faults import Closed
from stoa.kit.ticker import every
from stoa.review import acts, queries
from stoa.review.acts.assigning import Assigned
from stoa.review.models import Panel
from stoa.review.queries import ASSIGN

WAITED_FOR = 200_000
"""Where more pairs of a piece and a reviewer have to be weighed, nobody waits for it."""
log = logging.getLogger(__name__)


@every(seconds=600)
def remind() -> None:
    """Remind whoever has reviews to give that are due soon. A panel that another process took meanwhile is passed over."""
    for panel in queries.due_soon():
        try:
            acts.remind(CLOCK, panel=panel)
        except Closed as reason:
            log.info("Reminding of panel %s: %s", panel.pk, reason)


@errands.errand(ASSIGN)
def assign_in_time(actor: Actor, panel: int) -> None:
    """Assign reviewers to what lacks reviews."""
    acts.run_assignment(actor, panel=Panel.objects.get(pk=panel))


def run_assignment(actor: Actor, panel: Panel) -> Assigned | Errand:
    """Assign reviewers to what lacks reviews: at once where that is quick and asks no other server, else by the worker."""
    size = queries.size(panel)
    if size.pieces * size.seats <= WAITED_FOR and embeddings.configured() is None:
        return acts.run_assignment(actor, panel=panel)
    return errands.ask(actor, ASSIGN, panel)
