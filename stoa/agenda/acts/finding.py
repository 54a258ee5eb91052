"""How rounds and questions are found by search. Called inside the acts that make or change them."""

from __future__ import annotations

from collections.abc import Iterator

from stoa.agenda.acts.erasing import REMOVED
from stoa.agenda.models import Question, Round, Statement
from stoa.kit import search
from stoa.kit.search import Kept


def round_found(round: Round) -> Kept:
    """A round, by its title and what it says of itself."""
    return Kept(f"round:{round.pk}", round.title, round.summary, round.questions_open)


def question_found(question: Question) -> Kept:
    """A question, by its title and text; who wrote it is not among its words."""
    return Kept(question.reference, question.title, question.body, question.proposed)


def statement_found(statement: Statement) -> Kept:
    """A statement, by its words."""
    return Kept(statement.reference, statement.body, "", statement.proposed)


def let_find(*questions: Question) -> None:
    """Let these questions be found by the words that they have now; those that were withdrawn are found no more."""
    gone = [question.reference for question in questions if question.state == Question.State.WITHDRAWN]
    search.drop(*gone)
    search.put_all([question_found(question) for question in questions if question.reference not in gone])


def rounds_found() -> Iterator[Kept]:
    """Every round, for search."""
    return map(round_found, Round.objects.iterator())


def questions_found() -> Iterator[Kept]:
    """Every question whose text stands, for search."""
    standing = Question.objects.exclude(state=Question.State.WITHDRAWN).exclude(title=REMOVED)
    return map(question_found, standing.iterator())


def statements_found() -> Iterator[Kept]:
    """Every statement that stands, for search."""
    return map(statement_found, Statement.objects.filter(state=Statement.State.STANDING).iterator())
