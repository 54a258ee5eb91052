"""Reads of studies: registered ones are public; of a draft its authors alone know, and whom they asked to be one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Prefetch, QuerySet, prefetch_related_objects

from stoa.kit.act import Actor
from stoa.kit.addresses import path_to
from stoa.kit.registry import Rows, Shown
from stoa.lab import events
from stoa.lab.models import Author, PlanVersion, Result, Study, StudyModel
from stoa.methods.canonical import parse_object
from stoa.record.models import Placement

LARGEST = 2_147_483_647
AUTHORS = Prefetch("authors", Author.objects.select_related("person"))
PLANNED = Prefetch("models", StudyModel.objects.select_related("version__model"))


def studies() -> QuerySet[Study]:
    """Every study whose plan is registered, the latest first, with how many runs it has."""
    return Study.objects.exclude(number=None).annotate(run_count=Count("runs")).order_by("-number")


def find_study(number: int) -> Study | None:
    """The study of this number, with its authors."""
    rows = Study.objects.exclude(number=None).select_related("question__round")
    fetched = rows.prefetch_related(AUTHORS)
    return fetched.filter(number=number).first() if number <= LARGEST else None


def find_study_by_plan(number: int) -> tuple[Study, list[PlanVersion]] | None:
    """The study of this number, with its authors, and its plans; in two queries."""
    rows = PlanVersion.objects.select_related("study__question__round").filter(study__number=number)
    plans = list(rows.order_by("number")) if number <= LARGEST else []
    if not plans:
        return None
    study = plans[0].study
    prefetch_related_objects([study], AUTHORS)
    return study, plans


def drafts(viewer: Actor) -> QuerySet[Study]:
    """Drafts of which the viewer is an author, or was asked to be one; the latest first."""
    rows = Study.objects.filter(state=Study.State.DRAFT, authors__person=viewer.person_id or "")
    return rows.prefetch_related(AUTHORS).order_by("-edited", "pk")


def last_drafted(viewer: Actor) -> int:
    """The second at which the viewer's latest study was begun to be drafted, 0 before the first.

    What a browser keeps of a new study is older than that once the study was saved.
    """
    mine = Study.objects.filter(authors__person=viewer.person_id or "")
    last: datetime | None = mine.aggregate(last=Max("drafted"))["last"]
    return int(last.timestamp()) if last else 0


def find_draft(pk: str, viewer: Actor) -> Study | None:
    """The draft of this id, if the viewer may know of it."""
    if "\0" in pk:
        return None
    fetched = drafts(viewer).select_related("question__round").prefetch_related(PLANNED, "suites")
    return fetched.filter(pk=pk).first()


def asked_to_author(person_id: str) -> QuerySet[Author]:
    """Drafted studies that somebody was asked to be an author of, and neither accepted nor declined."""
    rows = Author.objects.select_related("study").filter(person=person_id, accepted=None)
    return rows.filter(study__state=Study.State.DRAFT).order_by("pk")


def results() -> QuerySet[Result]:
    """Every result, the latest settled first, with its claim and what that measured."""
    return _claimed().prefetch_related("claim__measures").order_by("-settled", "pk")


def results_of(study: Study) -> QuerySet[Result]:
    """The results of a study, by suite and model, without what was measured: see `with_measures`."""
    return _claimed().filter(study=study).order_by("suite", "version__model__name", "pk")


def _claimed() -> QuerySet[Result]:
    return Result.objects.select_related("study", "version__model", "claim__member", "claim__study", "claim__plan")


def plan_as_given(plan: PlanVersion) -> dict[str, Any]:
    """A plan as JSON as the server gives it out: with its digest and the place of the entry that holds it, once it has one.

    After a restore the record may also have plans of this study that were lost: no other has this digest.
    """
    kinds = (events.PlanRegistered.type, events.PlanChanged.type)
    placed = Placement.objects.filter(entry__subject=plan.study.reference, entry__type__in=kinds).order_by("position")
    bodies = placed.values_list("position", "entry__body")
    holding = (at for at, body in bodies if _facts(bytes(body))["plan"] == plan.digest)
    return {**plan.with_digest, "entry": next(holding, None)}


def _facts(body: bytes) -> Mapping[str, Any]:
    leaf: Mapping[str, Mapping[str, Any]] = parse_object(body)  # type: ignore[assignment]  # of a leaf, not of any object
    return leaf["facts"]


def works_of(person_id: str, viewer_id: str | None) -> list[Shown]:
    """The registered studies of which somebody is an author, the latest first."""
    del viewer_id
    mine = Study.objects.exclude(number=None).filter(authors__person=person_id).order_by("-number")
    return [Shown(study.title, study.get_absolute_url()) for study in mine]


def named_studies(ids: list[str], viewer_id: str | None) -> QuerySet[Study]:
    """Studies are public once their plan is registered."""
    del viewer_id
    return Study.objects.filter(pk__among=ids).exclude(number=None)


STUDIES = Rows(named_studies, "title", lambda _, number: path_to("lab:study", int(number)), "number", numbered=False)
"""How studies are named elsewhere."""
