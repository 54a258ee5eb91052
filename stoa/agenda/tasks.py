"""What the clock does for rounds: begins each phase at its instant, reminds once, decides when the window for checking is over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import Q

from stoa.agenda import acts
from stoa.agenda.acts.mailing import reminder_due
from stoa.agenda.acts.maps import map_due
from stoa.agenda.acts.outages import ENDS, outage_of
from stoa.agenda.acts.weighing import weighing_due
from stoa.agenda.models import AnswersCommitted, Round
from stoa.ballots.acts.closing import opening_due
from stoa.kit import clock, outages
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed
from stoa.kit.ticker import every

log = logging.getLogger(__name__)
Step = Callable[..., object]


@every(seconds=1)
def tick() -> None:
    """Note that the worker is there, and take every step that is due."""
    outages.note()
    advance()


def advance() -> None:
    """Take every step that is due: first what moves an end, then what lets it pass."""
    for step, due in _due():
        for round_ in due:
            _take(step, round_)


@every(seconds=600)
def weigh() -> None:
    """Let the draw of statements follow the published map, in each round that is discussed and has a new one."""
    for round_ in Round.objects.filter(phase=Round.Phase.DISCUSSION):
        if weighing_due(round_):
            _take(acts.weigh_statements, round_)


@every(seconds=120)
def draw_maps() -> None:
    """Publish the opinion map of each discussed round where it is due."""
    for round_ in Round.objects.exclude(discussion_opens=None):
        if map_due(round_):
            _take(acts.publish_map, round_)


def _take(step: Step, round_: Round) -> None:
    """Take a step of one round. A step that another process took meanwhile is passed over.

    Whatever goes wrong in one round is logged, and keeps no other round from its step.
    """
    try:
        step(CLOCK, round=round_)
    except Closed as reason:
        log.info("%s of round %s: %s", step.__name__, round_.pk, reason)
    except Exception:
        log.exception("%s of round %s failed; it is tried again", step.__name__, round_.pk)


def _checked(now: datetime) -> list[Round]:
    """Rounds whose answers can be checked no longer: after their time, or since a restore lost what committed to them."""
    committed = AnswersCommitted.objects.select_related("round").filter(unlinked=None)
    lost = Round.objects.filter(phase=Round.Phase.FAILED, answers_committed=None)
    still_linked = lost.filter(Q(participants__person__isnull=False) | Q(statements__author__isnull=False)).distinct()
    return [*(one.round for one in committed if one.checked_until <= now), *still_linked]


def _due() -> Iterable[tuple[Step, Iterable[Round]]]:
    now = clock.now()
    phase = Round.Phase
    under_way = Round.objects.select_related("ballot").filter(phase__in=list(ENDS), questions_open__lte=now)
    yield acts.make_up_round_outage, [round_ for round_ in under_way if outage_of(round_)]
    yield acts.begin_questions, Round.objects.filter(phase=phase.ANNOUNCED, questions_open__lte=now)
    yield acts.begin_discussion, Round.objects.filter(phase=phase.QUESTIONS, discussion_opens__lte=now)
    ready = Q(phase=phase.QUESTIONS, discussion_opens=None) | Q(phase=phase.DISCUSSION)
    yield acts.begin_vote, Round.objects.filter(ready, vote_opens__lte=now)
    yield acts.close_vote, Round.objects.filter(phase=phase.VOTE, ballot__closes__lte=now)
    voting = Round.objects.select_related("ballot").filter(phase=phase.VOTE, reminded=None, ballot__closes__gt=now)
    yield acts.unlink_answers, _checked(now)
    yield acts.send_reminders, [r for r in voting if reminder_due(r) <= now]
    checking = Round.objects.select_related("ballot").filter(phase=phase.CHECKING)
    yield acts.decide, [r for r in checking if r.ballot and opening_due(r.ballot) <= now]
