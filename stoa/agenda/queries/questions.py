"""Reads of questions. Their authors are shown where they signed, and to themselves."""

from __future__ import annotations

from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL

from stoa.agenda.models import Question, Round
from stoa.kit.addresses import path_to
from stoa.kit.prepared import prepared
from stoa.kit.registry import Rows


def questions(round: Round) -> QuerySet[Question]:
    """The questions of a round with `estimates_made`, `lowest`, `highest` (frozen, else the span so far) and `offered`."""
    figures = {name: RawSQL(sql, (), IntegerField()) for name, sql in _FIGURES.items()}  # noqa: S611 - constants
    return round.questions.select_related("author").annotate(**figures)


_OF_ESTIMATES = "(SELECT {} FROM agenda_estimate e WHERE e.question_id = agenda_question.id)"
_FIGURES = {
    "estimates_made": _OF_ESTIMATES.format("count(*)"),
    "lowest": f"coalesce(agenda_question.low, {_OF_ESTIMATES.format('min(e.low)')})",
    "highest": f"coalesce(agenda_question.high, {_OF_ESTIMATES.format('max(e.high)')})",
    "offered": "coalesce((SELECT sum(hours) FROM agenda_offer o WHERE o.question_id = agenda_question.id), 0)",
}


def find_question(slug: str, pk: int) -> Question | None:
    """The question of this number, if it belongs to the round of this short name."""
    return next(iter(_numbered(slug, pk)), None)


@prepared
def _numbered(slug: str, pk: int) -> QuerySet[Question]:
    return Question.objects.select_related("round__ballot", "author").filter(round__slug=slug, pk=pk)


def named_questions(ids: list[int], viewer_id: str | None) -> QuerySet[Question]:
    """Questions are public, withdrawn ones by their title."""
    del viewer_id
    return Question.objects.filter(pk__among=ids)


QUESTIONS = Rows(named_questions, "title", lambda pk, slug: path_to("agenda:question", slug, pk), "round__slug")
"""How questions are named elsewhere."""
