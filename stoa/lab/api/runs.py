"""Runs over HTTP: begun, failed, committed to, sent in; their logs; and the keys by which they are signed."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import JsonValue

from stoa.kit.api import Given, Parts, actor, found, signed_in
from stoa.kit.faults import Closed
from stoa.kit.files.answering import attachment
from stoa.lab import acts, queries, rules
from stoa.lab.api.studies import found_study
from stoa.lab.beginning import demand_may_begin
from stoa.lab.models import Run, RunKey, RunMeasure
from stoa.people.models import Person
from stoa.people.queries import find_person

router = Router(tags=["Runs"])


class CorrectedOut(Schema):
    """A share corrected for how often the grader errs on people's labels (Rogan and Gladen), with its 95 % interval."""

    value: float
    low: float
    high: float


class MeasuredOut(Schema):
    """A measure as recomputed from the samples of the log: 95 % interval, clustered standard error.

    `corrected` is there for shares of refusals alone; its interval is drawn with the seed 0.
    """

    measure: str
    value: float
    error: float
    low: float
    high: float
    samples: int
    clusters: int
    corrected: CorrectedOut | None

    @staticmethod
    def resolve_corrected(one: RunMeasure) -> Any:
        """For suites whose grader's errors were measured."""
        return queries.corrected(one.run.suite, one)


class RunOut(Schema):
    """One attempt. `verdict` is “follows”, “differs” or “unreadable” once its log was checked; `found` is all of it.

    `set_aside` is since when it counts no more, and `aside` why; `interrupted` when the server was restored while it
    was under way, so that it may have been committed to without anybody knowing it now. What `found` quotes comes from the log:
    inert text.
    """

    run: int = Field(alias="number")
    study: int = Field(alias="study.number")
    model: str
    suite: str
    suite_version: str
    plan: str = Field(alias="plan.digest")
    plan_version: int = Field(alias="plan.number")
    member: str = Field(alias="member_id")
    state: str
    reason: str
    kind: str
    reproduces: int | None
    independent: bool | None
    set_aside: datetime | None
    aside: str
    interrupted: datetime | None
    nonce: str
    begun: datetime
    ended: datetime | None
    submitted: datetime | None
    checked_at: datetime | None
    log_digest: str
    signature: str
    verdict: str
    measures: list[MeasuredOut]
    found: dict[str, JsonValue] | None
    address: str = Field(alias="get_absolute_url")

    @staticmethod
    def resolve_model(run: Run) -> str:
        """The number of the version, as the plan has it."""
        return str(run.version_id)

    @staticmethod
    def resolve_reproduces(run: Run) -> int | None:
        """The number of the run that it is to reproduce."""
        return run.reproduces.number if run.reproduces else None

    @staticmethod
    def resolve_measures(run: Run) -> list[RunMeasure]:
        """In the order of the verdict."""
        return list(run.measures.all())


class RunStart(Given):
    """What is run: the `id` of a model and the name of a suite of the plan; `reproduces` is the number of a claimed run."""

    model: str
    suite: str
    reproduces: int | None = None


class RunStarted(Schema):
    """The number of the run within its study, which stays, and what its log has to name."""

    run: int
    nonce: str
    seed: int
    plan: str
    independent: bool | None
    dependence: str


class WhyFailed(Given):
    """Why the run failed: everybody reads it."""

    reason: str


class WhyJudged(Given):
    """Why a run counts no more, or again: everybody reads it."""

    reason: str


class MayRun(Schema):
    """You may. `dependence` says why a reproduction would not count as independent, and is empty where it would."""

    may: bool
    dependence: str


class Committed(Given):
    """SHA-256 of salt (32 bytes) and log digest (32 bytes), in hexadecimal digits."""

    commitment: str


class Sent(Given):
    """A log that was sent whole (`POST /me/files` with sort “log”), by its id, and the signature over it in hexadecimal digits.

    Signed is `stoa-run/1`, study, run, nonce and SHA-256 of the log, a line each. `salt` opens what a reproduction was
    committed to. `key` says which of your keys signed; without it each is tried.
    """

    upload: str
    signature: str
    key: str = ""
    salt: str = ""


class KeyIn(Given):
    """The public half of an Ed25519 key in hexadecimal digits, and what you call it."""

    key: str
    name: str = ""


class KeyOut(Schema):
    """A key of yours. One that has `ended` signs no more."""

    id: str
    key: str
    name: str
    since: datetime
    ended: datetime | None


@router.get("/lab/studies/{number}/runs", response=list[RunOut], summary="List runs of a study")
@paginate(Parts)
def list_runs(request: HttpRequest, number: int) -> QuerySet[Run]:
    """Every attempt, by number, failed ones too."""
    return queries.runs_of(found_study(number)).select_related("plan").prefetch_related("measures")


@router.post("/lab/studies/{number}/runs", response={201: RunStarted}, summary="Begin a run")
def begin_run(request: HttpRequest, number: int, given: RunStart) -> Status[dict[str, Any]]:
    """Begin a run. It is numbered at once, also if nothing comes of it; whether a reproduction will count is said now."""
    caller, study = signed_in(request), found_study(number)
    claim = found(queries.find_run(study, given.reproduces)) if given.reproduces is not None else None
    version = found(queries.find_version(int(given.model)) if _is_number(given.model) else None)
    run = acts.begin_run(caller, study=study, version=version, suite=given.suite, reproduces=claim)
    why = rules.why_dependent(run.member_id, claim) if claim and not run.independent else ""
    started = {"run": run.number, "nonce": run.nonce, "seed": run.plan.plan["seed"], "plan": run.plan.digest}
    return Status(201, {**started, "independent": run.independent, "dependence": why})


@router.get("/lab/studies/{number}/may-run", response=MayRun, summary="Ask whether you may begin a run")
def may_begin(request: HttpRequest, number: int, reproduces: int | None = None) -> dict[str, Any]:
    """Whether you may begin a run of a study now, or with `reproduces` a reproduction: asked before a model is warmed up.

    Where you may not, the answer is the one that beginning would give: why, and what would be right.
    """
    caller, study = signed_in(request), found_study(number)
    claim = found(queries.find_run(study, reproduces)) if reproduces is not None else None
    demand_may_begin(caller, study, claim)
    why = rules.why_dependent(caller.person_id or "", claim) if claim else ""
    return {"may": True, "dependence": why}


@router.get("/lab/studies/{number}/runs/{run}", response=RunOut, summary="Get a run")
def get_run(request: HttpRequest, number: int, run: int) -> Run:
    """One attempt, with what its log was found to say."""
    return _run(number, run)


@router.post("/lab/studies/{number}/runs/{run}/failed", response=RunOut, summary="Say that a run failed")
def fail_run(request: HttpRequest, number: int, run: int, given: WhyFailed) -> Run:
    """Say that a run of yours failed, and why."""
    return _anew(acts.fail_run(signed_in(request), run=_run(number, run), reason=given.reason))


@router.post("/lab/studies/{number}/runs/{run}/commit", response=RunOut, summary="Commit to a reproduction")
def commit_run(request: HttpRequest, number: int, run: int, given: Committed) -> Run:
    """Commit to the log of a reproduction of yours. Nobody else sees it; you can fetch the log that it reproduces from now on."""
    one = _run(number, run)
    acts.commit_run(signed_in(request), run=one, commitment=given.commitment)
    return one


@router.post("/lab/studies/{number}/runs/{run}/submit", response=RunOut, summary="Send in the log of a run")
def submit_run(request: HttpRequest, number: int, run: int, given: Sent) -> Run:
    """Send in a log, signed. It is checked soon: every number is recomputed from its samples."""
    return _anew(acts.submit_run(signed_in(request), run=_run(number, run), **given.dict()))


@router.post("/lab/studies/{number}/runs/{run}/aside", response=RunOut, summary="Set a run aside")
def set_aside(request: HttpRequest, number: int, run: int, given: WhyJudged) -> Run:
    """Let a run count no more, with a public reason: what it claimed counts as nothing, what it decided is settled without it."""
    return _anew(acts.set_aside(signed_in(request), run=_run(number, run), reason=given.reason))


@router.post("/lab/studies/{number}/runs/{run}/count", response=RunOut, summary="Let a run count again")
def count_again(request: HttpRequest, number: int, run: int, given: WhyJudged) -> Run:
    """Let a run that was set aside count again, with a public reason."""
    return _anew(acts.count_again(signed_in(request), run=_run(number, run), reason=given.reason))


@router.get("/lab/studies/{number}/runs/{run}/log", summary="Fetch the log of a run")
def get_log(request: HttpRequest, number: int, run: int) -> FileResponse:
    """The log itself, for whoever committed to a reproduction of the run; for all after some weeks, once its result is settled."""
    one = _run(number, run)
    if one.upload is None:
        found(None)
    if not rules.may_fetch_log(actor(request), one):
        raise Closed(
            "This log can’t be fetched yet.",
            remedy="Commit to a reproduction of the run first, or wait: its page says for what.",
            code="log-closed",
        )
    return attachment(found(one.upload))


@router.get("/me/lab/keys", response=list[KeyOut], summary="List your run keys")
@paginate(Parts)
def list_run_keys(request: HttpRequest) -> QuerySet[RunKey]:
    """The keys by which your logs are signed."""
    return queries.keys_of(signed_in(request))


@router.post("/me/lab/keys", response={201: KeyOut}, summary="Register a run key")
def register_key(request: HttpRequest, given: KeyIn) -> Status[RunKey]:
    """Register the public half of a key; the other half never leaves your machine."""
    return Status(201, acts.register_key(signed_in(request), person=_me(request), **given.dict()))


@router.delete("/me/lab/keys/{key}", response={204: None}, summary="End a run key")
def end_key(request: HttpRequest, key: str) -> Status[None]:
    """Let a key sign no more; what it signed stays signed."""
    one = found(queries.keys_of(signed_in(request)).filter(pk=key).first() if "\0" not in key else None)
    acts.end_key(signed_in(request), person=_me(request), key=one)
    return Status(204, None)


def _run(number: int, run: int) -> Run:
    return found(queries.find_run(found_study(number), run) if run > 0 else None)


def _anew(run: Run) -> Run:
    return _run(run.study.number or 0, run.number)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _me(request: HttpRequest) -> Person:
    return found(find_person(signed_in(request).person_id or ""))
