"""Results over HTTP: what was found and whether it was reproduced, what waits for that, and what came from elsewhere."""

from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import PaginationBase, paginate
from ninja.responses import Status

from stoa.kit.api import MOST_AT_ONCE, Given, Parts, Word, actor, found
from stoa.lab import acts, queries
from stoa.lab.acts.importing import Incoming
from stoa.lab.api.open_models import WhyRemoved
from stoa.lab.api.runs import MeasuredOut
from stoa.lab.models import ImportedResult, Result, Study

router = Router(tags=["Results"])


class ResultOut(Schema):
    """What a study found of one suite on one version: the run that claims it, and what it counts as."""

    study: int = Field(alias="study.number")
    model: str
    name: str = Field(alias="version.model.name")
    version: str = Field(alias="version.label")
    suite: str
    claim: int = Field(alias="claim.number")
    state: str
    withdrawn: bool = Field(description="Whether the study was withdrawn, so that the result counts as nothing.")
    settled: datetime
    opened: datetime | None = Field(
        description="When it began to wait again although everybody could read its logs: no reproduction counts as independent."
    )
    measures: list[MeasuredOut]
    compared: dict[str, Any]

    @staticmethod
    def resolve_model(result: Result) -> str:
        """The number of the version, as plans have it."""
        return str(result.version_id)

    @staticmethod
    def resolve_withdrawn(result: Result) -> bool:
        """By the state of the study."""
        return result.study.state == Study.State.WITHDRAWN

    @staticmethod
    def resolve_measures(result: Result) -> list[Any]:
        """Those of the claim."""
        return list(result.claim.measures.all())


class TaskOut(Schema):
    """A result that waits to be reproduced. `counts` says whether yours would count as independent, `dependence` why not."""

    study: int
    title: str
    run: int
    model: str
    name: str
    digest: str
    suite: str
    state: str
    samples: int
    seconds: int = Field(description="About so many on two cores.")
    memory: int | None = Field(description="Bytes of the weights, which have to fit.")
    counts: bool | None
    dependence: str


class ImportedOut(Schema):
    """A result that came from elsewhere: not registered, reproduced or ranked here."""

    number: int = Field(alias="pk")
    format: str
    source: str
    model_name: str
    model: int | None = Field(alias="version_id")
    suite: str
    suite_version: str
    measures: dict[str, Any]
    at: datetime


class ImportedIn(Given):
    """One result: `digest` is that of the weights, where it is known; `measures` gives a value and more for each name."""

    model_name: str
    suite: str
    suite_version: str = ""
    digest: str = ""
    measures: dict[str, dict[str, float]]


class ImportIn(Given):
    """Results of one file of another program, with the digest of the file."""

    format: Literal["garak", "lm-eval", "every-eval-ever", "inspect"]
    source: str
    results: list[ImportedIn]


class Brought(Schema):
    """How many were new."""

    results: int


class Tasks(PaginationBase):
    """Parts of a list of results, each made a task for who asks."""

    class Input(Parts.Input):
        """Which part."""

    def paginate_queryset(self, queryset: Any, pagination: Any, request: HttpRequest, **params: Any) -> dict[str, Any]:
        """The part asked for."""
        del params
        part = list(queryset[pagination.offset : pagination.offset + min(pagination.limit, MOST_AT_ONCE)])
        return {"items": [_task(one) for one in queries.open_tasks(actor(request), part)], "count": queryset.count()}


@router.get("/lab/results", response=list[ResultOut], summary="List results")
@paginate(Parts)
def list_results(request: HttpRequest, suite: Word = "", state: Word = "") -> QuerySet[Result]:
    """What studies found; `suite` and `state` (claimed, reproduced, disputed, undecided) narrow the list."""
    rows = queries.results()
    rows = rows.filter(suite=suite) if suite else rows
    return rows.filter(state=state) if state else rows


@router.get("/lab/tasks", response=list[TaskOut], summary="List what waits to be reproduced")
@paginate(Tasks)
def list_tasks(request: HttpRequest) -> QuerySet[Result]:
    """Results that nobody independent has reproduced, or somebody disputes, those with the fewest attempts first."""
    return queries.to_reproduce(actor(request))


@router.get("/lab/imported", response=list[ImportedOut], summary="List imported results")
@paginate(Parts)
def list_imported(request: HttpRequest, q: Word = "") -> QuerySet[ImportedResult]:
    """Results that came from elsewhere, the latest first; the words `q` in the model's name narrow the list."""
    rows = queries.imported()
    return rows.filter(model_name__icontains=q) if q else rows


@router.post("/lab/imported", response={201: Brought}, summary="Import results")
def import_results(request: HttpRequest, given: ImportIn) -> Status[dict[str, int]]:
    """Bring results of another program. They are shown as imported and never ranked; the same file again changes nothing."""
    incoming = [Incoming(**one.dict()) for one in given.results]
    made = acts.import_results(actor(request), format=given.format, source=given.source, incoming=incoming)
    return Status(201, {"results": made})


@router.post("/lab/imported/{number}/remove", response=ImportedOut, summary="Remove an imported result")
def remove_imported(request: HttpRequest, number: int, given: WhyRemoved) -> ImportedResult:
    """Take a result that came from elsewhere from the lists, with a public reason."""
    rows = queries.imported()
    one = found(rows.filter(pk=number).first() if 0 < number < 2**63 else None)
    return acts.remove_imported(actor(request), imported=one, reason=given.reason)


def _task(one: queries.Task) -> dict[str, Any]:
    result = one.result
    return {
        "study": result.study.number,
        "title": result.study.title,
        "run": result.claim.number,
        "model": str(result.version_id),
        "name": str(result.version),
        "digest": result.version.digest,
        "suite": result.suite,
        "state": result.state,
        "samples": one.samples,
        "seconds": one.seconds,
        "memory": one.memory,
        "counts": one.counts,
        "dependence": one.dependence or "",
    }
