"""Acts on statements: proposing and withdrawing them while a round is discussed. Nobody is named with them."""

from __future__ import annotations

from stoa.agenda import events
from stoa.agenda.acts.finding import statement_found
from stoa.agenda.models import MOST_STATEMENT, Question, Round, Statement
from stoa.agenda.queries.statements import most_statements, similar, statements_left
from stoa.forum.acts.writing import note_written
from stoa.forum.rules import pace
from stoa.kit import clock, locks, search
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid
from stoa.kit.moderated import State
from stoa.people.following import follow_own


@act("agenda.statement.propose", on="round")
def propose_statement(
    actor: Actor, *, round: Round, body: str, question: Question | None = None, anyway: bool = False
) -> Statement:
    """Propose a statement for others to agree or disagree with. It is shown without a name.

    `question` is the question of the round that it is about. Raises `Conflict` with the code `similar` where others
    seem to say the same, unless it is to be proposed `anyway`.
    """
    round = being_discussed(round)
    body = _clean(body)
    _demand_question(round, question)
    person_id = str(actor.person_id)
    paced = pace(person_id)
    _demand_room(round, person_id)
    if not anyway and similar(round, body):
        raise Conflict(
            "There are statements that seem to say the same.",
            remedy="Answer those instead, or propose yours anyway.",
            code="similar",
        )
    created = Statement.objects.create(
        round=round,
        question=question,
        author_id=person_id,
        body=body,
        state=Statement.State.HELD if paced.held else Statement.State.STANDING,
    )
    note_written(person_id, created.reference, held=paced.held)
    follow_own(person_id, created.reference)
    if not paced.held:
        search.put_all([statement_found(created)])
    about = str(question.pk) if question else None
    tell(events.StatementProposed(str(created.pk), str(round.pk), about), {"body": body})
    return created


@act("agenda.statement.withdraw", on="statement")
def withdraw_statement(actor: Actor, *, statement: Statement) -> Statement:
    """Withdraw one's own statement while it is discussed. The answers to it count no more."""
    being_discussed(statement.round)
    statement = locks.exclusive(statement)
    if statement.state not in {Statement.State.STANDING, Statement.State.HELD}:
        raise Closed("This statement does not stand any more.")
    statement.state = Statement.State.WITHDRAWN
    statement.save(update_fields=["state"])
    search.drop(statement.reference)
    tell(events.StatementWithdrawn(str(statement.pk)))
    return statement


def set_state(identifier: str, state: State) -> None:
    """Let a statement stand, be held or be removed: called inside the act of moderators that decides."""
    statement = locks.exclusive(Statement.objects.get(pk=identifier))
    statement.state = state.value
    statement.save(update_fields=["state"])
    if state == State.STANDING:
        search.put_all([statement_found(statement)])
    else:
        search.drop(statement.reference)


def being_discussed(round: Round) -> Round:
    """The round, kept from moving on until this transaction ends; raises `Closed` unless it is discussed now."""
    round = locks.shared(round)
    if round.discussion_opens is None:
        raise Closed("This round has no discussion.", remedy="Questions can be talked about on their own pages.")
    if round.phase in {Round.Phase.ANNOUNCED, Round.Phase.QUESTIONS} and clock.now() < round.vote_opens:
        raise Closed("The discussion has not begun yet.", remedy=f"It begins at {clock.stamp(round.discussion_opens)}.")
    if round.phase != Round.Phase.DISCUSSION or clock.now() >= round.vote_opens:
        raise Closed("The discussion has ended.", remedy="The map of opinions shows what came of it.")
    return round


def _clean(body: str) -> str:
    body = " ".join(body.replace("\0", "").split())
    if not body:
        raise Invalid("The statement is empty.", remedy="Claim one thing in one sentence.", field="body")
    if len(body) > MOST_STATEMENT:
        raise Invalid(
            f"The statement has {len(body)} characters.",
            remedy=f"Use {MOST_STATEMENT} at most. Two claims are two statements.",
            field="body",
        )
    return body


def _demand_question(round: Round, question: Question | None) -> None:
    if question is not None and (question.round_id != round.pk or question.state != Question.State.PROPOSED):
        raise Invalid("This question is not open in this round.", remedy="Choose another, or none.", field="question")


def _demand_room(round: Round, person_id: str) -> None:
    if statements_left(round, person_id) <= 0:
        raise Invalid(
            f"You have proposed {most_statements()} statements in this round, which is the most.",
            remedy="Withdraw one to propose another.",
            field="body",
        )
