"""Outages near the end of a phase: whatever lies ahead in the round moves by their length."""

from __future__ import annotations

from datetime import datetime, timedelta

from stoa.agenda import events
from stoa.agenda.models import Round
from stoa.ballots.acts import move_closing
from stoa.kit import clock, locks, outages
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed

PHASE = Round.Phase
ENDS = {
    PHASE.ANNOUNCED: ("discussion_opens", "vote_opens"),
    PHASE.QUESTIONS: ("discussion_opens", "vote_opens"),
    PHASE.DISCUSSION: ("vote_opens",),
    PHASE.VOTE: ("vote_closes",),
}
"""Which instant ends a phase: the first of these that the round has."""


@act("agenda.round.make_up_outage", on="round")
def make_up_round_outage(actor: Actor, *, round: Round) -> Round:
    """Move the end of a phase, and all that lies behind it, by as long as the server was down near it."""
    round = locks.exclusive(round)
    found = outage_of(round)
    if found is None:
        raise Closed("There was no outage near the end of this phase.")
    lasted, until = found
    name = _end(round)
    for later in ("discussion_opens", "vote_opens", "vote_closes"):
        at = getattr(round, later)
        if at is not None and at >= getattr(round, name) and later != name:
            setattr(round, later, at + lasted)
    setattr(round, name, getattr(round, name) + lasted)
    round.made_up_until = until
    if round.ballot is not None:
        move_closing(locks.exclusive(round.ballot), round.vote_closes)
    round.save(update_fields=["discussion_opens", "vote_opens", "vote_closes", "made_up_until"])
    discussion = clock.stamp(round.discussion_opens) if round.discussion_opens else None
    instants = clock.stamp(round.vote_opens), clock.stamp(round.vote_closes)
    tell(events.RoundExtended(str(round.pk), *instants, discussion, max(1, int(lasted.total_seconds()))))
    return round


def outage_of(round: Round) -> tuple[timedelta, datetime] | None:
    """By how long outages move the end of the phase under way, and up to when they are made up then; None without any.

    A vote that has closed is not opened again, which `stoa verify` would not accept: its end moves while it is still open.
    """
    now = clock.now()
    if round.phase not in ENDS or round.imported or now < round.questions_open:
        return None
    end = getattr(round, _end(round))
    if round.phase == PHASE.VOTE and now >= end:
        return None
    after = max(round.made_up_until or round.questions_open, round.questions_open)
    moved = outages.made_up(end, ends=end, after=after)
    return (moved[0] - end, moved[1]) if moved else None


def _end(round: Round) -> str:
    return next(name for name in ENDS[PHASE(round.phase)] if getattr(round, name) is not None)
