"""Registered studies over HTTP: their plans, each change of them, and how they end."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate
from pydantic import JsonValue

from stoa.kit.api import Given, Parts, Word, actor, found
from stoa.lab import acts, queries
from stoa.lab.models import PlanVersion, Study

router = Router(tags=["Studies"])


class AuthorOut(Schema):
    """An author of a study."""

    person: str = Field(alias="person_id")
    name: str = Field(alias="person.shown_name")


class StudyOut(Schema):
    """A study whose plan is registered; `ending` is what it concluded, or why it was withdrawn."""

    number: int
    title: str
    question: str | None
    state: str
    why: str
    method: str
    authors: list[AuthorOut]
    registered_at: datetime
    plan_digest: str
    runs: int = Field(alias="last_run")
    ended_at: datetime | None
    ending: str
    address: str = Field(alias="get_absolute_url")

    @staticmethod
    def resolve_question(study: Study) -> str | None:
        """The address of the question of the agenda."""
        return study.question.get_absolute_url() if study.question else None

    @staticmethod
    def resolve_authors(study: Study) -> list[Any]:
        """In the order in which they are named."""
        return list(study.authors.all())


class PlanOut(Schema):
    """A plan as it was registered or changed to, and why."""

    number: int
    digest: str
    reason: str
    at: datetime


class SuitePlanned(Given):
    """A suite and how many samples of it."""

    name: str
    samples: int


class StudySays(Given):
    """What a study says; what is left out stays. `models` are numbers of versions, `question` that of one of the agenda's.

    `margin` is the difference of the primary measure that does not matter, `spread` the variance that is expected of the
    difference of two models on one question, `power` the chance to find a difference of the margin's size.
    """

    title: str | None = None
    question: int | None = None
    why: str | None = None
    method: str | None = None
    stopping: str | None = None
    primary_suite: str | None = None
    primary_measure: str | None = None
    margin: float | None = None
    spread: float | None = None
    power: float | None = None
    models: list[int] | None = None
    suites: list[SuitePlanned] | None = None

    def said(self) -> dict[str, Any]:
        """What was given; that there is no question, and no spread, can be given too."""
        given = self.dict(exclude_unset=True, exclude={"version", "reason"})
        known = {name: value for name, value in given.items() if value is not None or name in {"question", "spread"}}
        if "suites" in known:
            known["suites"] = [(one["name"], one["samples"]) for one in known["suites"]]
        return known


class PlanChange(StudySays):
    """What of the plan is to change, and why; with a stale `version` of the plan nothing is changed."""

    version: int
    reason: str


class Ending(Given):
    """What the study concludes, or why it is withdrawn: everybody reads it."""

    ending: str


@router.get("/lab/studies", response=list[StudyOut], summary="List studies")
@paginate(Parts)
def list_studies(request: HttpRequest, q: Word = "", state: Word = "") -> QuerySet[Study]:
    """Every study whose plan is registered, the latest first; `state` and the words `q` in the title narrow the list."""
    rows = queries.studies().select_related("question__round").prefetch_related(queries.AUTHORS)
    rows = rows.filter(title__icontains=q) if q else rows
    return rows.filter(state=state) if state else rows


@router.get("/lab/studies/{number}", response=StudyOut, summary="Get a study")
def get_study(request: HttpRequest, number: int) -> Study:
    """One study."""
    return found_study(number)


@router.get("/lab/studies/{number}/plan", response=dict[str, JsonValue], summary="Get the plan of a study")
def get_plan(
    request: HttpRequest, number: int, version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Any:
    """The plan in force, or in the `version` asked for, as `stoa-plan/1`: what is run, and what logs are checked by.

    `digest` is that of the canonical form (RFC 8785) of all but `digest`, `entry` and `texts_removed`; `entry` is the place on
    the record. With `texts_removed`, which is there when its author left, the digest stands for the plan with its texts.
    """
    plans = found_study(number).plans.select_related("study")
    plan = plans.filter(number=version).first() if version else plans.latest("number")
    return queries.plan_as_given(found(plan))


@router.get("/lab/studies/{number}/plans", response=list[PlanOut], summary="List versions of a plan")
@paginate(Parts)
def list_plans(request: HttpRequest, number: int) -> QuerySet[PlanVersion]:
    """The plan as it was registered and each change, in their order."""
    return found_study(number).plans.all()


@router.post("/lab/studies/{number}/plan", response=PlanOut, summary="Change the plan of a study")
def change_plan(request: HttpRequest, number: int, given: PlanChange) -> PlanVersion:
    """Change a registered plan in sight, with the reason. Runs that have begun stay held to the plan before."""
    study = found_study(number)
    return acts.change_plan(actor(request), study=study, version=given.version, says=given.said(), reason=given.reason)


@router.post("/lab/studies/{number}/close", response=StudyOut, summary="Close a study")
def close_study(request: HttpRequest, number: int, given: Ending) -> Study:
    """Close a study with what it concludes. Its results can still be reproduced."""
    return acts.close_study(actor(request), study=found_study(number), ending=given.ending)


@router.post("/lab/studies/{number}/withdraw", response=StudyOut, summary="Withdraw a study")
def withdraw_study(request: HttpRequest, number: int, given: Ending) -> Study:
    """Withdraw a study, and say why; every attempt stays to be seen."""
    return acts.withdraw_study(actor(request), study=found_study(number), ending=given.ending)


def found_study(number: int) -> Study:
    """The registered study of this number, or the answer that there is none."""
    return found(queries.find_study(number) if number > 0 else None)
