"""What a person put to the agenda under their name, for their own page."""

from __future__ import annotations

from stoa.agenda.models import Question
from stoa.kit.registry import Shown


def signed_questions(person_id: str, viewer_id: str | None) -> list[Shown]:
    """The questions that somebody signed and did not withdraw, the latest first. Unsigned ones are nobody's here."""
    del viewer_id
    found = Question.objects.select_related("round").filter(author_id=person_id, signed=True)
    kept = found.exclude(state=Question.State.WITHDRAWN).order_by("-proposed", "-pk")
    return [Shown(question.title, question.get_absolute_url()) for question in kept]
