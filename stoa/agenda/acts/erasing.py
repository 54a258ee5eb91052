"""What erasing a person does to the texts that they put to the agenda. Called inside the act that erases them."""

from __future__ import annotations

from stoa.agenda.models import Participant, Question, Statement
from stoa.kit import search
from stoa.record.models import Text

REMOVED = "Text removed"


def erase_texts(person_id: str) -> None:
    """Take title and text from the questions that somebody wrote, signed or not; what was decided about them stays.

    Their statements lose their text, and their answers are deleted; those committed to stay as nobody's.
    """
    theirs = Question.objects.filter(author_id=person_id)
    search.drop(*(question.reference for question in theirs))
    theirs.update(title=REMOVED, body="")
    _erase_statements(person_id)
    mine = Participant.objects.filter(person_id=person_id)
    mine.filter(commitment="").delete()
    mine.update(person=None, salt="", changed=None)


def _erase_statements(person_id: str) -> None:
    statements = Statement.objects.filter(author_id=person_id)
    references = [statement.reference for statement in statements]
    search.drop(*references)
    Text.objects.filter(entry__subject__in=references).delete()
    statements.update(body=REMOVED, state=Statement.State.WITHDRAWN, author=None)
