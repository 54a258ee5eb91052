"""Reads of the agenda: rounds, questions, and how they are named elsewhere."""

from __future__ import annotations

from stoa.agenda.models import Question, Round
from stoa.kit.registry import Shown


def show_rounds(ids: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """Rounds are public."""
    del viewer_id
    found = Round.objects.filter(pk__in=[i for i in ids if i.isdecimal()])
    return {str(r.pk): Shown(r.title, r.get_absolute_url()) for r in found}


def show_questions(ids: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """Questions are public, withdrawn ones by their title."""
    del viewer_id
    found = Question.objects.select_related("round").filter(pk__in=[i for i in ids if i.isdecimal()])
    return {str(q.pk): Shown(q.title, q.get_absolute_url()) for q in found}
