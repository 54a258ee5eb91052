"""How a round ends: the ballots are opened, the agenda is chosen from them, and what explains the choice is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from stoa.agenda import events
from stoa.agenda.models import Chosen, Decision, Question, Round
from stoa.ballots.acts import open_ballots
from stoa.ballots.models import Ballot
from stoa.kit import locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed
from stoa.methods.ballot_clusters import explain, replayed_payments
from stoa.methods.equal_shares import Completion, Utility, choose, majority
from stoa.record.entries import keep_blob


@act("agenda.round.decide", on="round")
def decide(actor: Actor, *, round: Round) -> Round:
    """Open the ballots when the window for checking is over, and choose the agenda from them."""
    round = locks.exclusive(round)
    if round.phase != Round.Phase.CHECKING or round.ballot is None:
        raise Closed("This round is not waiting for its decision.")
    ballot = locks.exclusive(round.ballot)
    ballots = open_ballots(ballot)
    return write_decision(round, ballot, [opened["body"]["approved"] for opened in ballots])


def write_decision(round: Round, ballot: Ballot, approvals: Sequence[Sequence[str]]) -> Round:
    """Choose the agenda from opened ballots, in the order of their commitments. To be called inside an act."""
    tell(keep_decision(round, ballot, approvals))
    return round


def keep_decision(round: Round, ballot: Ballot, approvals: Sequence[Sequence[str]]) -> events.RoundDecided:
    """Choose the agenda and keep it in the tables; returns what the record is to say. To be called inside an act."""
    ballot.refresh_from_db()
    kept = ballot.state == Ballot.State.KEPT
    costs = dict(ballot.options.values_list("reference", "cost"))
    seed = bytes.fromhex(ballot.seed)
    choice = choose(
        approvals, costs, ballot.capacity, utility=_utility(ballot), completion=_completion(ballot), seed=seed
    )
    result = choice.as_json()
    plain = majority(approvals, costs, ballot.capacity, seed=seed)
    blob = None if kept else keep_blob(result)
    decision = Decision.objects.create(
        round=round,
        capacity=ballot.capacity,
        spent=choice.cost,
        result=None if kept else result,
        result_blob=blob or "",
        majority=None if kept else list(plain),
        explanation=None if kept else _explanation(approvals, list(costs), choice.certificate, seed),
    )
    phases = {} if kept else dict(choice.phase)
    _mark(round, decision, list(choice.selected), phases)
    round.phase = Round.Phase.AGENDA
    round.save(update_fields=["phase"])
    return events.RoundDecided(
        round=str(round.pk),
        ballot=str(ballot.pk),
        method=Ballot.METHOD,
        selected=[_line(reference, costs[reference], phases) for reference in choice.selected],
        capacity=ballot.capacity,
        spent=choice.cost,
        majority=None if kept else list(plain),
        result=blob,
    )


def _utility(ballot: Ballot) -> Utility:
    return "cost" if ballot.utility == "cost" else "cardinality"


def _completion(ballot: Ballot) -> Completion:
    return "add1u" if ballot.completion == "add1u" else "none"


def _explanation(
    approvals: Sequence[Sequence[str]], options: Sequence[str], certificate: dict[str, Any], seed: bytes
) -> dict[str, Any]:
    """Who approves alike and what their shares paid for, as plain JSON for the pages."""
    paid = replayed_payments(approvals, certificate)
    return asdict(explain(approvals, options, paid, seed=seed))


def _line(reference: str, cost: int, phases: dict[str, str]) -> dict[str, Any]:
    line: dict[str, Any] = {"id": reference, "cost": cost}
    return line | {"phase": phases[reference]} if phases else line


def _mark(round: Round, decision: Decision, selected: list[str], phases: dict[str, str]) -> None:
    questions = {q.reference: q for q in round.questions.filter(state=Question.State.ON_BALLOT)}
    for reference, question in questions.items():
        question.state = Question.State.CHOSEN if reference in selected else Question.State.NOT_CHOSEN
    Question.objects.bulk_update(questions.values(), ["state"], batch_size=500)
    Chosen.objects.bulk_create(
        Chosen(decision=decision, question=questions[reference], place=place, phase=phases.get(reference, ""))
        for place, reference in enumerate(selected, start=1)
    )
