"""What acts share by which people write: each piece counts for its writer's pace, a first one may wait; and forgetting."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from stoa.forum.models import Appeal, Case, Hidden, Mute, Report, Writing
from stoa.kit import moderated


def note_written(person_id: str, reference: str, *, held: bool) -> None:
    """Count a piece that was just written; where it is held, put it before the moderators. To be called inside the act."""
    Writing.objects.create(person_id=person_id, reference=reference, passed=not held)
    if held:
        text = moderated.pieces([reference])[reference].text
        Case.objects.create(subject=reference, concerns_id=person_id, held=True, text=text)


def unlink_writers(references: Sequence[str]) -> None:
    """Forget who wrote these pieces, once nobody is to know it any more. To be called inside the act that says so.

    A case that waits keeps its author until it is decided, or there would be nobody to tell.
    """
    Writing.objects.filter(reference__in=references).delete()
    waits = Q(decided=None) | Q(appeal__isnull=False, appeal__decided=None)
    Case.objects.filter(pk__in=Case.objects.filter(subject__in=references).exclude(waits).values("pk")).update(
        concerns=None
    )


def erase_moderation(person_id: str) -> None:
    """What erasing a person does here: their words go, and what they put away; that cases were decided stays."""
    Writing.objects.filter(person=person_id).delete()
    Hidden.objects.filter(person=person_id).delete()
    Mute.objects.filter(Q(person=person_id) | Q(muted=person_id)).delete()
    Report.objects.filter(reporter=person_id).update(words="")
    Appeal.objects.filter(case__concerns=person_id).update(words="")
    Case.objects.filter(concerns=person_id).update(text="", words="")
