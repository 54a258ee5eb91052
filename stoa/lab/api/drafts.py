"""Drafted studies over HTTP, for their authors alone."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.kit.api import Given, Parts, actor, found, signed_in
from stoa.lab import acts, queries
from stoa.lab.api.studies import StudyOut, StudySays
from stoa.lab.models import Author, Study
from stoa.people.models import Person
from stoa.people.queries import find_person

router = Router(tags=["Drafted studies"])


class SuiteDrafted(Schema):
    """A suite that a draft has."""

    name: str = Field(alias="suite")
    samples: int


class DraftAuthor(Schema):
    """An author of a draft; one who has not `accepted` was only asked."""

    person: str = Field(alias="person_id")
    name: str = Field(alias="person.shown_name")
    accepted: datetime | None


class DraftOut(Schema):
    """A drafted study."""

    id: str
    title: str
    question: int | None = Field(alias="question_id")
    why: str
    method: str
    stopping: str
    primary_suite: str
    primary_measure: str
    margin: float
    spread: float | None
    power: float
    models: list[int]
    suites: list[SuiteDrafted]
    authors: list[DraftAuthor]
    version: int

    @staticmethod
    def resolve_models(study: Study) -> list[int]:
        """Numbers of versions."""
        return [one.version_id for one in study.models.all()]

    @staticmethod
    def resolve_suites(study: Study) -> list[Any]:
        """In the order in which they were named."""
        return list(study.suites.all())

    @staticmethod
    def resolve_authors(study: Study) -> list[Any]:
        """In the order in which they are named."""
        return list(study.authors.all())


class DraftStart(StudySays):
    """A study to draft: its title, and as much more as is known."""

    title: str


class DraftEdit(StudySays):
    """What of a draft is to read otherwise; with a stale `version` nothing is changed."""

    version: int


class PlanRead(Given):
    """The version of the draft that was read."""

    version: int


class Asked(Given):
    """Who is asked to be an author, by the code of their page."""

    person: str


@router.get("/lab/drafts", response=list[DraftOut], summary="List your drafted studies")
@paginate(Parts)
def list_study_drafts(request: HttpRequest) -> QuerySet[Study]:
    """Drafts of which you are an author, or were asked to be one."""
    return queries.drafts(signed_in(request)).prefetch_related("models", "suites")


@router.post("/lab/drafts", response={201: DraftOut}, summary="Draft a study")
def draft_study(request: HttpRequest, given: DraftStart) -> Status[Study]:
    """Begin to draft a study; nobody but its authors sees it until its plan is registered."""
    return Status(201, acts.draft_study(actor(request), says=given.said()))


@router.get("/lab/drafts/{draft}", response=DraftOut, summary="Get a drafted study")
def get_study_draft(request: HttpRequest, draft: str) -> Study:
    """One of your drafts."""
    return _draft(request, draft)


@router.put("/lab/drafts/{draft}", response=DraftOut, summary="Change a drafted study")
def edit_study(request: HttpRequest, draft: str, given: DraftEdit) -> Study:
    """Change a draft; what is left out stays."""
    found_draft = _draft(request, draft)
    acts.edit_study(actor(request), study=found_draft, version=given.version, says=given.said())
    return _draft(request, draft)


@router.delete("/lab/drafts/{draft}", response={204: None}, summary="Delete a drafted study")
def drop_study(request: HttpRequest, draft: str) -> Status[None]:
    """Delete a draft."""
    acts.drop_study(actor(request), study=_draft(request, draft))
    return Status(204, None)


@router.post("/lab/drafts/{draft}/register", response=StudyOut, summary="Register a plan")
def register_plan(request: HttpRequest, draft: str, given: PlanRead) -> Study:
    """Register the plan: everybody can read it, its digest goes on the record, and runs can begin."""
    return acts.register_plan(actor(request), study=_draft(request, draft), version=given.version)


@router.post("/lab/drafts/{draft}/authors", response=DraftAuthor, summary="Ask somebody to be an author")
def ask_author(request: HttpRequest, draft: str, given: Asked) -> Author:
    """Ask somebody to be an author. They see the draft from now on, and are one once they accept."""
    study = _draft(request, draft)
    return acts.ask_author(actor(request), study=study, person=found(find_person(given.person)))


@router.post("/lab/drafts/{draft}/authors/me", response=DraftAuthor, summary="Accept to be an author")
def accept_authorship(request: HttpRequest, draft: str) -> Author:
    """Accept to be an author of a draft that you were asked for."""
    return acts.accept_authorship(actor(request), person=_me(request), study=_draft(request, draft))


@router.delete("/lab/drafts/{draft}/authors/me", response={204: None}, summary="Leave a drafted study")
def leave_authorship(request: HttpRequest, draft: str) -> Status[None]:
    """Leave a draft, or decline to be its author."""
    acts.leave_authorship(actor(request), person=_me(request), study=_draft(request, draft))
    return Status(204, None)


def _draft(request: HttpRequest, pk: str) -> Study:
    return found(queries.find_draft(pk, signed_in(request)))


def _me(request: HttpRequest) -> Person:
    return found(find_person(signed_in(request).person_id or ""))
