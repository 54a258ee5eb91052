"""Panels over HTTP: what is scored, what is before them, who was assigned, how far they are, and what they say."""

import json
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import AwareDatetime

from stoa.kit.api import Completed, ErrandOut, Given, Parts, actor, found, signed_in
from stoa.kit.errands import Errand
from stoa.kit.faults import Closed
from stoa.review import acts, queries, tasks
from stoa.review.acts.assigning import Assigned
from stoa.review.acts.panels import Criterion, Example
from stoa.review.api.finding import Count, Text, kept, panel_of
from stoa.review.models import Panel, Piece

router = Router(tags=["Reviews"])


class ExampleIn(Given):
    """What gets this score."""

    score: Count
    text: Text


class CriterionIn(Given):
    """What reviewers score, with what scores mean and examples that anchor them."""

    code: str = Field(max_length=40, pattern="^[a-z_]+$")
    title: str = Field(max_length=80)
    rubric: Text
    examples: list[ExampleIn] = Field(default=[], max_length=5)


class PanelIn(Given):
    """A panel that serves nothing else."""

    title: str = Field(max_length=1_000)
    criteria: list[CriterionIn] = Field(max_length=50)
    deadline: AwareDatetime
    reviews_each: Count = 3
    minutes_each: int = Field(30, ge=1, le=600)
    named: bool = False


class PanelOut(Schema):
    """A panel: what is scored, how many reviews of each piece, and until when."""

    number: int = Field(alias="pk")
    title: str
    phase: str
    criteria: list[dict[str, Any]]
    least: int
    most: int
    reviews_each: int
    minutes_each: int
    deadline: datetime
    named: bool
    seed_digest: str


class PieceIn(Given):
    """A text to be read, and the id of its author if they have an account here."""

    title: str = Field(max_length=1_000)
    text: Text
    author: str = Field("", max_length=32)


class PieceOut(Schema):
    """A piece before a panel."""

    number: int
    title: str
    digest: str


class DeadlineIn(Given):
    """Until when reviews are due."""

    deadline: AwareDatetime


class RunOut(Schema):
    """An assignment of reviewers, as on the record."""

    pairs: int
    missing: int
    objective: int
    inputs_digest: str
    result_digest: str
    parts: int = Field(alias="count")
    affinity: str
    fault: str


class ProofOut(Schema):
    """All that is needed to check an assignment of reviewers, by docs/review.md."""

    inputs: dict[str, Any]
    result: dict[str, Any]


class OutlookOut(Schema):
    """The forecast of what will be unread at the deadline, and what each remedy alone would take."""

    wanted: int
    given: int
    low: int
    high: int
    invite: int | None
    lighten: int | None
    extend_days: int | None


class SummaryOut(Schema):
    """What the panel says of a piece; means in hundredths."""

    number: int
    title: str
    reviews: int
    abstained: int
    missing: int
    mean: int | None
    by_criterion: dict[str, int]
    for_author: list[str]


@router.post("/panels", response={201: PanelOut}, summary="Open a panel")
def open_panel(request: HttpRequest, given: PanelIn) -> Status[Panel]:
    """Open a panel that serves nothing else, for pieces that are put before it one by one."""
    criteria = [
        Criterion(c.code, c.title, c.rubric, [Example(e.score, e.text) for e in c.examples]) for c in given.criteria
    ]
    more = given.dict(exclude={"criteria"})
    return Status(201, acts.set_up_panel(actor(request), criteria=criteria, **more))


@router.get("/panels/{number}", response=PanelOut, summary="Get a panel")
def get_panel(request: HttpRequest, number: int) -> Panel:
    """What is scored, how many reviews each piece gets, and until when; public."""
    return panel_of(number)


@router.put("/panels/{number}/deadline", response=PanelOut, summary="Let reviews be due later")
def extend_panel(request: HttpRequest, number: int, given: DeadlineIn) -> Panel:
    """Move the deadline of a panel to a later instant, on the record."""
    return acts.extend_panel(actor(request), panel=panel_of(number), deadline=given.deadline)


@router.post("/panels/{number}/discussion", response=PanelOut, summary="Begin the discussion")
def begin_panel_discussion(request: HttpRequest, number: int) -> Panel:
    """Let reviewers discuss what they read."""
    return acts.begin_discussion(actor(request), panel=panel_of(number))


@router.post("/panels/{number}/end", response=PanelOut, summary="End a panel's work")
def close_panel(request: HttpRequest, number: int) -> Panel:
    """Nothing that the panel said is changed from then on."""
    return acts.close_panel(actor(request), panel=panel_of(number))


@router.get("/panels/{number}/pieces", response=list[PieceOut], summary="List pieces")
@paginate(Parts)
def list_pieces(request: HttpRequest, number: int) -> QuerySet[Piece]:
    """What is before a panel, for those who keep it."""
    return kept(request, number).pieces.filter(withdrawn=None)


@router.post("/panels/{number}/pieces", response={201: PieceOut}, summary="Put a text before a panel")
def put_piece(request: HttpRequest, number: int, given: PieceIn) -> Status[Piece]:
    """Put one text before a panel that serves nothing else."""
    return Status(201, acts.put_piece(actor(request), panel=panel_of(number), **given.dict()))


@router.delete("/panels/{number}/pieces/{piece}", response={204: None}, summary="Take a text away")
def take_piece(request: HttpRequest, number: int, piece: Count) -> Status[None]:
    """Take a text away that was put before a panel by hand."""
    acts.take_piece(actor(request), panel=panel_of(number), number=piece)
    return Status(204, None)


@router.post("/panels/{number}/assignment", response={201: RunOut, 202: ErrandOut}, summary="Assign reviewers")
def assign_reviewers(request: HttpRequest, number: int) -> Status[Assigned | Errand]:
    """As many reviews as can be had, then the best fit, proved; digests of inputs and result go on the record.

    `affinity`: how it was told how close texts are; `fault`: why not by embeddings, where a server of them is set. With such
    a server, or more than 200,000 pairs of a piece and a reviewer, the worker does it: the answer is 202 and how far it is, now
    and when asked again.
    """
    done = tasks.run_assignment(actor(request), panel_of(number))
    return Status(202 if isinstance(done, Errand) else 201, done)


@router.get("/panels/{number}/assignment", response=ProofOut, summary="Get the proof of an assignment")
def get_assignment_proof(request: HttpRequest, number: int, part: Count = 1) -> dict[str, Any]:
    """Inputs and result of the last assignment, for those who keep the panel, to be checked by docs/review.md.

    One that was made in parts has a proof for each.
    """
    run = found(queries.last_run(kept(request, number), part))
    return {"inputs": json.loads(bytes(run.inputs)), "result": json.loads(bytes(run.result))}


@router.get("/panels/{number}/outlook", response=OutlookOut, summary="Forecast what will be unread")
def get_outlook(request: HttpRequest, number: int) -> dict[str, Any]:
    """An interval that holds in four of five cases, and what each remedy alone would take; for those who keep the panel."""
    seen = queries.outlook(kept(request, number))
    remedy = {name: getattr(seen.remedy, name, None) for name in ("invite", "lighten", "extend_days")}
    return {"wanted": seen.wanted, "given": seen.given, "low": seen.unread.low, "high": seen.unread.high, **remedy}


@router.get("/panels/{number}/summary", response=list[SummaryOut], summary="List what a panel says")
@paginate(Parts)
def list_summary(request: HttpRequest, number: int) -> Completed[Piece, queries.Summary]:
    """What the panel says of each piece, for those who keep it; not while they have reviews of their own to give."""
    panel, caller = kept(request, number), signed_in(request)
    if not queries.may_read_all(panel, caller.person_id):
        raise Closed("You have reviews of your own to give.", remedy="Give them first: nobody reads others' before.")
    return Completed(queries.read_by(panel), lambda pieces: queries.summed(panel, pieces))
