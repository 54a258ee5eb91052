"""What acts share by which people write: each piece counts for its writer's pace, and a first one may wait for a look."""

from __future__ import annotations

from stoa.forum.models import Case, Writing
from stoa.kit import moderated


def note_written(person_id: str, reference: str, *, held: bool) -> None:
    """Count a piece that was just written; where it is held, put it before the moderators. To be called inside the act."""
    Writing.objects.create(person_id=person_id, reference=reference, passed=not held)
    if held:
        text = moderated.pieces([reference])[reference].text
        Case.objects.create(subject=reference, concerns_id=person_id, held=True, text=text)
