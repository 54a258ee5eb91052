"""Acts on answers: giving one and taking it back, while a round is discussed. Private: nothing of them is on the record."""

from __future__ import annotations

from django.db import connection

from stoa.agenda.models import AGREE, DISAGREE, SKIP, Answer, Round, Statement
from stoa.agenda.models.discussion import unordered_id
from stoa.kit import clock
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, Invalid

VALUES = {"agree": AGREE, "disagree": DISAGREE, "skip": SKIP}


@act("agenda.answer.give", kind="private")
def give_answer(actor: Actor, *, statement: Statement, value: int) -> Answer:
    """Agree with a statement, disagree or skip it; a second answer replaces the first, until the vote opens.

    `value` is 1, −1 or 0.
    """
    if value not in VALUES.values():
        raise Invalid("This is no answer.", remedy="Agree, disagree or skip.", field="value")
    _demand_open(statement)
    participant = _participant(statement.round_id, str(actor.person_id))
    answer = Answer(participant_id=participant, statement=statement, value=value, at=clock.now())
    Answer.objects.bulk_create(
        [answer], update_conflicts=True, unique_fields=["participant", "statement"], update_fields=["value", "at"]
    )
    return answer


@act("agenda.answer.take_back", kind="private")
def take_answer_back(actor: Actor, *, statement: Statement) -> bool:
    """Take one's answer to a statement back, until the vote opens; says whether there was one."""
    _demand_open(statement)
    participant = _participant(statement.round_id, str(actor.person_id))
    deleted, _ = Answer.objects.filter(participant=participant, statement=statement).delete()
    return deleted > 0


def _demand_open(statement: Statement) -> None:
    """Keep the round from moving on until this transaction ends; raise `Closed` unless the statement can be answered.

    One query, since this is what people do most.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.phase, r.vote_opens, s.state FROM agenda_statement s JOIN agenda_round r ON r.id = s.round_id"
            " WHERE s.id = %s FOR SHARE OF r",
            [statement.pk],
        )
        row = cursor.fetchone()
    if row is None or row[2] != Statement.State.STANDING:
        raise Closed("This statement does not stand any more.", remedy="Answer another.")
    if row[0] != Round.Phase.DISCUSSION or clock.now() >= row[1]:
        raise Closed("The discussion is not open.", remedy="Its dates are on the page of the round.")


def _participant(round_id: int, person_id: str) -> int:
    """Whose answers these are, noted as changed now; the same person's other answers wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO agenda_participant (id, round_id, person_id, changed, external_id, salt, commitment)"
            " VALUES (%s, %s, %s, %s, '', '', '')"
            " ON CONFLICT (round_id, person_id) DO UPDATE SET changed = EXCLUDED.changed RETURNING id",
            [unordered_id(), round_id, person_id, clock.now()],
        )
        return int(cursor.fetchone()[0])
