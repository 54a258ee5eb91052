"""Acts on answers: giving one and taking it back, while a round is discussed. Private: nothing of them is on the record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stoa.agenda.models import AGREE, DISAGREE, SKIP, Answer, Round, Statement
from stoa.agenda.models.discussion import unordered_id
from stoa.kit import clock
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, Invalid
from stoa.kit.plans import planned_cursor

VALUES = {"agree": AGREE, "disagree": DISAGREE, "skip": SKIP}

WHETHER_OPEN = (
    "SELECT r.id, r.phase, r.vote_opens, s.state FROM agenda_statement s JOIN agenda_round r ON r.id = s.round_id"
    " WHERE s.id = %(statement)s FOR SHARE OF r"
)
"""Keeps the round from moving on until the transaction ends."""

PARTICIPANT = """
    INSERT INTO agenda_participant (id, round_id, person_id, changed, external_id, salt, commitment)
    SELECT %(new)s, o.id, %(person)s, %(now)s, '', '', '' FROM open o
    WHERE o.phase = 'discussion' AND %(now)s < o.vote_opens AND o.state = 'standing'
    ON CONFLICT (round_id, person_id) DO UPDATE SET changed = EXCLUDED.changed RETURNING id
"""
"""Whose answers these are, noted as changed now; the same person's other answers wait until the transaction ends."""

GIVE = f"""
    WITH open AS ({WHETHER_OPEN}), mine AS ({PARTICIPANT}), given AS (
        INSERT INTO agenda_answer (participant_id, statement_id, value, at)
        SELECT id, %(statement)s, %(value)s, %(now)s FROM mine
        ON CONFLICT (participant_id, statement_id) DO UPDATE SET value = EXCLUDED.value, at = EXCLUDED.at
        RETURNING id, participant_id
    )
    SELECT o.phase, o.vote_opens, o.state, given.id, given.participant_id FROM open o LEFT JOIN given ON TRUE
"""  # noqa: S608 - put together from the constants above alone
TAKE_BACK = f"""
    WITH open AS ({WHETHER_OPEN}), mine AS ({PARTICIPANT}), taken AS (
        DELETE FROM agenda_answer WHERE statement_id = %(statement)s AND participant_id = (SELECT id FROM mine)
        RETURNING id
    )
    SELECT o.phase, o.vote_opens, o.state, taken.id, NULL FROM open o LEFT JOIN taken ON TRUE
"""  # noqa: S608 - likewise


@act("agenda.answer.give", kind="private")
def give_answer(actor: Actor, *, statement: Statement, value: int) -> Answer:
    """Agree with a statement, disagree or skip it; a second answer replaces the first, until the vote opens.

    `value` is 1, −1 or 0.
    """
    if value not in VALUES.values():
        raise Invalid("This is no answer.", remedy="Agree, disagree or skip.", field="value")
    now = clock.now()
    number, participant = _changed(GIVE, actor, statement, now, value=value)
    return Answer(id=number, participant_id=participant, statement=statement, value=value, at=now)


@act("agenda.answer.take_back", kind="private")
def take_answer_back(actor: Actor, *, statement: Statement) -> bool:
    """Take one's answer to a statement back, until the vote opens; says whether there was one."""
    number, _ = _changed(TAKE_BACK, actor, statement, clock.now())
    return number is not None


def _changed(statements: str, actor: Actor, statement: Statement, now: datetime, **more: int) -> tuple[Any, Any]:
    """Change an answer if the round is discussed now; the ids of the answer and of whose it is. Else raise `Closed`.

    All in one query, since this is what people do most.
    """
    values = {"statement": statement.pk, "person": actor.person_id, "now": now, "new": unordered_id(), **more}
    with planned_cursor() as cursor:
        cursor.execute(statements, values)
        row = cursor.fetchone()
    if row is None or row[2] != Statement.State.STANDING:
        raise Closed("This statement does not stand any more.", remedy="Answer another.")
    phase, vote_opens, _, number, participant = row
    if phase != Round.Phase.DISCUSSION or now >= vote_opens:
        raise Closed("The discussion is not open.", remedy="Its dates are on the page of the round.")
    return number, participant
