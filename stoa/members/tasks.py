"""What the worker does for calls: makes outages up, opens and closes each at its instant, and what people would wait long for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from stoa.kit import clock, errands, outages
from stoa.kit.act import CLOCK, Actor
from stoa.kit.errands import Errand
from stoa.kit.faults import Closed
from stoa.kit.powers import may
from stoa.kit.ticker import every
from stoa.members import acts
from stoa.members.acts.calls import outage_of
from stoa.members.models import Application, Call
from stoa.members.queries.terms import ending_unnoticed, to_ask

MOST_AT_ONCE = 500
WAITED_FOR = 2_000
"""Of more applications than these nobody waits until all of them were read."""

BEGIN, RANK, RELEASE = "members.review.begin", "members.decisions.rank", "members.release.confirm"
log = logging.getLogger(__name__)
Step = Callable[..., object]


@every(seconds=1)
def tick() -> None:
    """Note that the worker is there, and take every step that is due."""
    outages.note()
    advance()


def advance() -> None:
    """Take every step that is due: first what moves a deadline, then what lets it pass."""
    for step, due in _due():
        for call in due:
            _take(step, call)


def _take(step: Step, call: Call) -> None:
    """Take a step of one call. One that another process took meanwhile is passed over; a fault keeps no other call waiting."""
    try:
        step(CLOCK, call=call)
    except Closed as reason:
        log.info("%s of call %s: %s", step.__name__, call.pk, reason)
    except Exception:
        log.exception("%s of call %s failed; it is tried again", step.__name__, call.pk)


def _due() -> Iterable[tuple[Step, Iterable[Call]]]:
    now, phase = clock.now(), Call.Phase
    taking = Call.objects.filter(phase__in=[phase.ANNOUNCED, phase.OPEN], opens__lte=now)
    yield acts.make_up_outage, [call for call in taking if outage_of(call)]
    yield acts.open_call, Call.objects.filter(phase=phase.ANNOUNCED, opens__lte=now)
    yield acts.close_call, [call for call in Call.objects.filter(phase=phase.OPEN, closes__lte=now) if call.ends <= now]


@every(seconds=3600)
def look_for_pairs() -> None:
    """Look for accounts that may be one person's."""
    if may(CLOCK, "members.pairs.find"):  # not under a charter from before
        acts.find_pairs(CLOCK)


@every(seconds=3600)
def mind_terms() -> None:
    """Tell people of roles that end soon, and ask those about their ties who were not asked for a year."""
    if not may(CLOCK, "members.ties.ask"):
        return
    for role in ending_unnoticed()[:MOST_AT_ONCE]:
        acts.give_notice(CLOCK, role=role)
    acts.ask_about_ties(CLOCK, people=list(to_ask()[:MOST_AT_ONCE]))


@errands.errand(BEGIN)
def begin_in_time(actor: Actor, call: str, due: str = "") -> None:
    """Put the applications of a call before its panel."""
    until = datetime.fromisoformat(due) if due else None
    acts.begin_review(actor, call=Call.objects.get(pk=call), due=until)


@errands.errand(RANK)
def rank_in_time(actor: Actor, call: str) -> None:
    """Put the applications of a call in order."""
    acts.rank(actor, call=Call.objects.get(pk=call))


@errands.errand(RELEASE)
def release_in_time(actor: Actor, call: str, drafted: str = "") -> None:
    """Send the letters of a call."""
    acts.confirm_release(actor, call=Call.objects.get(pk=call), drafted=drafted)


def begin_review(actor: Actor, call: Call, due: datetime | None) -> Call | Errand:
    """Let the applications be read: at once where they are few, else by the worker."""
    if not _are_many(call):
        return acts.begin_review(actor, call=call, due=due)
    return errands.ask(actor, BEGIN, call, due=due.isoformat() if due else "")


def rank(actor: Actor, call: Call, scores: dict[str, int] | None) -> int | Errand:
    """Put the applications in order: at once where they are few, or their scores are given, else by the worker."""
    if scores is not None or not _are_many(call):
        return acts.rank(actor, call=call, scores=scores)
    return errands.ask(actor, RANK, call)


def confirm_release(actor: Actor, call: Call, drafted: str) -> Call | Errand:
    """Release the decisions: at once where they are few, else by the worker."""
    if not _are_many(call):
        return acts.confirm_release(actor, call=call, drafted=drafted)
    return errands.ask(actor, RELEASE, call, drafted=drafted)


def _are_many(call: Call) -> bool:
    return len(Application.objects.filter(call=call).values_list("pk")[: WAITED_FOR + 1]) > WAITED_FOR
