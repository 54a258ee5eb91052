"""What erasing a person does to the texts that they put to the agenda. Called inside the act that erases them."""

from __future__ import annotations

from stoa.agenda.models import Question
from stoa.kit import search

REMOVED = "Text removed"


def erase_texts(person_id: str) -> None:
    """Take title and text from the questions that somebody wrote, signed or not; what was decided about them stays."""
    theirs = Question.objects.filter(author_id=person_id)
    search.drop(*(question.reference for question in theirs))
    theirs.update(title=REMOVED, body="")
