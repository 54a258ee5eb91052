"""After a restore: takes each round as far as the recovered entries tell, and ends those whose steps can't be brought back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from stoa.agenda import events
from stoa.agenda.acts.deciding import keep_decision
from stoa.agenda.models import Decision, Round
from stoa.ballots.acts.closing import unlink
from stoa.ballots.acts.recovering import (
    approvals_again,
    holds_what_was_sealed,
    keep_closed_again,
    move_closing_again,
    open_again,
    seal_again,
)
from stoa.ballots.models import Ballot
from stoa.kit.act import tell

Leaf = Mapping[str, Any]
Step = Callable[[Round, Leaf], None]

OVER = (Round.Phase.AGENDA, Round.Phase.FAILED)
BEGINS_THE_VOTE = frozenset({"agenda.effort_frozen", "ballots.vote_opened", events.VotesImported.type})
"""What the tables can't be brought to: the estimates, offers and ballots behind these entries are lost."""


def bring_back(leaves: Sequence[Leaf]) -> None:
    """Called inside the act that recovers the log's tail, with its entries: the clock takes no published step twice.

    A round that can't go on from where the record has it ends here, and the record says so.
    """
    under_way = Round.objects.exclude(phase__in=OVER).filter(imported=False).order_by("pk")
    for round in under_way.select_related("ballot").select_for_update(of=["self"]):
        if story := [leaf for leaf in leaves if leaf["subject"] in _subjects(round)]:
            _take(round, story)


def _subjects(round: Round) -> set[str]:
    return {f"round:{round.pk}"} | ({f"ballot:{round.ballot_id}"} if round.ballot_id else set())


def _take(round: Round, story: Sequence[Leaf]) -> None:
    for leaf in story:
        if step := _steps.get(leaf["type"]):
            step(round, leaf)
    if not _can_go_on(round, {leaf["type"] for leaf in story}):
        if round.ballot is not None:
            unlink(round.ballot)
        tell(events.RoundLost(str(round.pk)))
        round.phase = Round.Phase.FAILED
    round.save()


def _can_go_on(round: Round, told: set[str]) -> bool:
    if told & BEGINS_THE_VOTE:
        return round.phase == Round.Phase.FAILED
    if round.phase != Round.Phase.CHECKING:
        return True
    ballot = _ballot(round)
    return ballot.state == Ballot.State.SEALED and holds_what_was_sealed(ballot)


def _extend(round: Round, leaf: Leaf) -> None:
    for name in {"discussion_opens", "vote_opens", "vote_closes"} & leaf["facts"].keys():
        setattr(round, name, datetime.fromisoformat(leaf["facts"][name]))


def _seal(round: Round, leaf: Leaf) -> None:
    seal_again(_ballot(round), leaf)
    round.phase = Round.Phase.CHECKING


def _decide(round: Round, leaf: Leaf) -> None:
    """Choose again from the ballots that are public; kept only where it gives what was published, to the letter."""
    approvals = approvals_again(round.ballot) if round.ballot else None
    if approvals is None:
        return
    with transaction.atomic():
        event = keep_decision(round, _ballot(round), approvals)
        Decision.objects.filter(round=round).update(decided=datetime.fromisoformat(leaf["at"]))
        if event.facts() != leaf["facts"]:
            transaction.set_rollback(True)
            round.phase = Round.Phase.CHECKING


def _ballot(round: Round) -> Ballot:
    assert round.ballot is not None
    return round.ballot


def _begin(phase: Round.Phase) -> Step:
    def begin(round: Round, leaf: Leaf) -> None:
        round.phase = phase

    return begin


def _of_ballot(step: Callable[[Ballot, Leaf], None]) -> Step:
    return lambda round, leaf: step(_ballot(round), leaf)


_steps: dict[str, Step] = {
    events.RoundExtended.type: _extend,
    events.QuestionsOpened.type: _begin(Round.Phase.QUESTIONS),
    events.DiscussionOpened.type: _begin(Round.Phase.DISCUSSION),
    events.RoundFailed.type: _begin(Round.Phase.FAILED),
    "ballots.closing_moved": _of_ballot(move_closing_again),
    "ballots.sealed": _seal,
    "ballots.opened": _of_ballot(open_again),
    "ballots.kept_closed": _of_ballot(keep_closed_again),
    events.RoundDecided.type: _decide,
}
