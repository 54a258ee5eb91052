"""Reads of answers: each person's own, for themselves alone. What others answered is for the opinion map, which is coarse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet

from stoa.agenda.models import AGREE, DISAGREE, SKIP, Answer, AnswersCommitted, Participant, Question, Round, Statement
from stoa.kit import chance
from stoa.kit.plans import planned_cursor
from stoa.kit.rows import columns, taken, width
from stoa.methods.canonical import JSON
from stoa.methods.merkle import Tree, leaf_hash

WORDS = {AGREE: "agree", DISAGREE: "disagree", SKIP: "skip"}
"""Answers as forms, the API and proofs name them."""


def answers_of(round: Round, person_id: str | None) -> QuerySet[Answer]:
    """What somebody answered in a round, the latest first: for themselves alone. Empty once it is nobody's."""
    if person_id is None:
        return Answer.objects.none()
    mine = Answer.objects.filter(participant__round=round, participant__person_id=person_id)
    return mine.select_related("statement__round").order_by("-at", "-pk")


def answer_to(statement: Statement, person_id: str | None) -> str:
    """What somebody answered to a statement, in a word; empty if nothing."""
    given = answers_of(statement.round, person_id).filter(statement=statement).values_list("value", flat=True).first()
    return "" if given is None else WORDS[given]


@dataclass(frozen=True)
class Next:
    """How many statements of a round somebody has answered, and the one to show them next, if one is left."""

    answered: int
    statement: Statement | None


DRAW = """
    WITH said AS (
        SELECT a.statement_id FROM agenda_answer a JOIN agenda_participant p ON p.id = a.participant_id
        WHERE p.round_id = %(round)s AND p.person_id = %(person)s
    ), open AS (
        SELECT id, sum(priority) OVER (ORDER BY id) AS upto FROM agenda_statement
        WHERE round_id = %(round)s AND state = 'standing' AND id NOT IN (SELECT statement_id FROM said)
        AND id IS DISTINCT FROM %(but)s
    ), drawn AS (
        SELECT
            (SELECT count(*) FROM said) AS answered,
            coalesce(
                (SELECT id FROM open WHERE upto > %(uniform)s * (SELECT max(upto) FROM open) ORDER BY id LIMIT 1),
                (SELECT id FROM agenda_statement
                 WHERE id = %(but)s AND state = 'standing' AND id NOT IN (SELECT statement_id FROM said))
            ) AS id
    )
"""


@cache
def _draw() -> str:
    return (
        f"{DRAW} SELECT d.answered, {columns(Statement, 's')}, {columns(Question, 'q')} FROM drawn d"  # noqa: S608 - names of columns alone
        " LEFT JOIN agenda_statement s ON s.id = d.id LEFT JOIN agenda_question q ON q.id = s.question_id"
    )


def next_statement(round: Round, person_id: str | None, *, but: Statement | None = None) -> Next:
    """A statement that this person has not answered, drawn with a chance proportional to its priority.

    `but` is one just shown, which comes again only when nothing else is left. Priorities follow the published map, so
    the draw tells nothing that the map does not. The database draws: of a thousand statements one is sent.
    """
    uniform = (int.from_bytes(chance.octets(7)) >> 3) / 2**53
    values = {"round": round.pk, "person": person_id, "but": but.pk if but else None, "uniform": uniform}
    with planned_cursor() as cursor:
        cursor.execute(_draw(), values)
        row = cursor.fetchone()
    return Next(row[0], None if row[1] is None else _drawn(round, row))


def _drawn(round: Round, row: tuple[Any, ...]) -> Statement:
    statement, about = taken(Statement, row, 1), 1 + width(Statement)
    statement.round = round
    if statement.question_id is not None:
        statement.question = taken(Question, row, about)
        statement.question.round = round
    return statement


def answers_row(round: Round, answers: Iterable[tuple[int, int]]) -> dict[str, JSON]:
    """One participant's answers as they are committed to: docs/record.md, `agenda.answers_committed`."""
    return {
        "round": str(round.pk),
        "answers": {f"statement:{statement}": WORDS[value] for statement, value in answers},
    }


@dataclass(frozen=True)
class Proof:
    """That one's own answers are among those committed to. Hashes in hexadecimal, the leaf's sibling first in `path`."""

    row: dict[str, JSON]
    salt: str
    commitment: str
    position: int
    count: int
    path: list[str]
    root: str
    until: datetime


def proof_of(round: Round, person_id: str | None) -> Proof | None:
    """The proof of somebody's own answers; None where they gave none, before the close, and once the link is deleted."""
    committed = AnswersCommitted.objects.filter(round=round, unlinked=None).first()
    if committed is None or person_id is None:
        return None
    mine = Participant.objects.filter(round=round, person_id=person_id).exclude(commitment="").first()
    if mine is None:
        return None
    answers = mine.answers.order_by("statement_id").values_list("statement_id", "value")
    path, position = _path(round, mine.commitment)
    return Proof(
        answers_row(round, answers),
        mine.salt,
        mine.commitment,
        position,
        committed.count,
        path,
        committed.root,
        committed.checked_until,
    )


def _path(round: Round, commitment: str) -> tuple[list[str], int]:
    rows = Participant.objects.filter(round=round).exclude(commitment="").values_list("commitment", flat=True)
    commitments = sorted(rows)
    tree = Tree(leaf_hash(bytes.fromhex(one)) for one in commitments)
    position = commitments.index(commitment)
    return [step.hex() for step in tree.inclusion_proof(position)], position


def committed_answers(round: Round, proof: Proof | None) -> list[tuple[Statement, str]]:
    """The statements of a proof's row, each with the answer in it."""
    answers = proof.row["answers"] if proof else {}
    assert isinstance(answers, dict)
    said = {int(reference.removeprefix("statement:")): str(word) for reference, word in answers.items()}
    rows = round.statements.select_related("round").in_bulk(list(said))
    return [(rows[key], said[key]) for key in sorted(said)]
