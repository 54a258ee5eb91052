"""What erasing a person does here: drafts, files and texts of studies that were theirs alone go; runs stay a former member's."""

from __future__ import annotations

from django.db.models import Q

from stoa.kit import search
from stoa.lab.models import Author, PlanVersion, ResultFile, RunKey, Study
from stoa.record.models import Text

REMOVED = "Text removed"
TEXTS = ("why", "method", "stopping", "ending")


def erase(person_id: str) -> None:
    """Called inside the act that erases them.

    What others share stays: a study with a further author, models that they registered, logs, since results rest on them.
    """
    _leave_drafts(person_id)
    mine = Study.objects.filter(authors__person=person_id).exclude(number=None)
    shared = Q(pk__in=Author.objects.exclude(person=person_id).filter(person__erased=None).values("study"))
    for study in mine.exclude(shared):
        _empty(study)
    RunKey.objects.filter(person=person_id).update(name="")
    ResultFile.objects.filter(person=person_id).delete()


def _leave_drafts(person_id: str) -> None:
    Author.objects.filter(person=person_id, study__state=Study.State.DRAFT).delete()
    held = Author.objects.exclude(accepted=None).values("study")
    Study.objects.filter(state=Study.State.DRAFT).exclude(pk__in=held).delete()


def _empty(study: Study) -> None:
    """Take the texts from a study and its plans, and the salts that could tell them; what was planned in numbers stays."""
    study.title = REMOVED
    for name in TEXTS:
        setattr(study, name, "")
    study.save()
    search.drop(study.reference)
    Text.objects.filter(entry__subject=study.reference).delete()
    for plan in study.plans.all():
        plan.plan = {**plan.plan, "title": REMOVED, "salt": "", **dict.fromkeys(TEXTS[:3], "")}
        plan.reason = ""
        PlanVersion.objects.filter(pk=plan.pk).update(plan=plan.plan, reason="")
