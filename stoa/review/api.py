"""Review over HTTP: panels, seats, pieces, conflicts, assignments, reviews, remarks and sheets."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import AwareDatetime

from stoa.kit import instants
from stoa.kit.api import Given, Parts, actor, download, found, signed_in
from stoa.kit.faults import Closed
from stoa.review import acts, queries, rules
from stoa.review.acts.panels import Criterion, Example
from stoa.review.acts.reading import Said
from stoa.review.models import Assignment, Conflict, Panel, Piece, Remark, Run, Seat
from stoa.review.printing import as_pdf

router = Router(tags=["Reviews"])
Text = Annotated[str, Field(max_length=200_000)]
Count = Annotated[int, Field(ge=-(2**31), lt=2**31)]


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


class SeatOut(Schema):
    """A place on a panel, for its reviewer and for those who keep it."""

    number: int = Field(alias="pk")
    panel: int = Field(alias="panel_id")
    person: str = Field(alias="person_id")
    state: str
    load: int


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


class InvitationIn(Given):
    """Whom to invite, and how much they read at most."""

    person: str = Field(max_length=32)
    load: Count


class LoadIn(Given):
    """How much somebody reads at most."""

    load: Count


class AcceptanceIn(LoadIn):
    """How much you read at most, what you work on, and the ids of people you are tied to."""

    work: Text = ""
    ties: list[Annotated[str, Field(max_length=32)]] = Field(default=[], max_length=200)


class DeadlineIn(Given):
    """Until when reviews are due."""

    deadline: AwareDatetime


class ReasonIn(Given):
    """Why."""

    reason: Text


class BodyIn(Given):
    """What you say."""

    body: Text


class ReviewIn(Given):
    """A score by code of criterion, a text for the panel, and one for the author."""

    scores: dict[Annotated[str, Field(max_length=40)], Count] = Field(max_length=50)
    for_panel: Text = ""
    for_author: Text = ""


class AssignmentOut(Schema):
    """A piece that you read, with how far you are and what you wrote."""

    number: int
    title: str
    text: str
    state: str
    scores: dict[str, int]
    for_panel: str
    for_author: str

    @staticmethod
    def of(one: Assignment) -> dict[str, Any]:
        """From an assignment of one's own."""
        review = getattr(one, "review", None)
        said = {name: getattr(review, name, "") for name in ("for_panel", "for_author")}
        scores = review.scores if review else {}
        named = {"number": one.piece.number, "title": one.piece.title, "text": one.piece.text, "state": one.state}
        return {**named, "scores": scores, **said}


class OtherOut(Schema):
    """What another reviewer says, once you gave your own review."""

    by: str
    scores: dict[str, int]
    for_panel: str
    for_author: str


class RemarkOut(Schema):
    """A remark among those who read a piece."""

    by: str
    body: str
    at: datetime


class ConflictOut(Schema):
    """Why a reviewer does not read a piece."""

    number: int = Field(alias="pk")
    piece: int = Field(alias="piece.number")
    seat: int = Field(alias="seat_id")
    kind: str
    source: str
    cleared: str


class RunOut(Schema):
    """An assignment of reviewers, as on the record."""

    pairs: int
    missing: int
    objective: int
    inputs_digest: str
    result_digest: str


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


@router.get("/reviews", response=list[SeatOut], summary="List your seats on panels")
@paginate(Parts)
def list_my_seats(request: HttpRequest) -> QuerySet[Seat]:
    """The panels on which you review or are asked to, what is due first at the head."""
    return queries.seats_of(signed_in(request).person_id or "")


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
    return _panel(number)


@router.put("/panels/{number}/deadline", response=PanelOut, summary="Let reviews be due later")
def extend_panel(request: HttpRequest, number: int, given: DeadlineIn) -> Panel:
    """Move the deadline of a panel to a later instant, on the record."""
    return acts.extend_panel(actor(request), panel=_panel(number), deadline=given.deadline)


@router.post("/panels/{number}/discussion", response=PanelOut, summary="Begin the discussion")
def begin_panel_discussion(request: HttpRequest, number: int) -> Panel:
    """Let reviewers discuss what they read."""
    return acts.begin_discussion(actor(request), panel=_panel(number))


@router.post("/panels/{number}/end", response=PanelOut, summary="End a panel's work")
def close_panel(request: HttpRequest, number: int) -> Panel:
    """Nothing that the panel said is changed from then on."""
    return acts.close_panel(actor(request), panel=_panel(number))


@router.get("/panels/{number}/pieces", response=list[PieceOut], summary="List pieces")
@paginate(Parts)
def list_pieces(request: HttpRequest, number: int) -> QuerySet[Piece]:
    """What is before a panel, for those who keep it."""
    return _kept(request, number).pieces.filter(withdrawn=None)


@router.post("/panels/{number}/pieces", response={201: PieceOut}, summary="Put a text before a panel")
def put_piece(request: HttpRequest, number: int, given: PieceIn) -> Status[Piece]:
    """Put one text before a panel that serves nothing else."""
    return Status(201, acts.put_piece(actor(request), panel=_panel(number), **given.dict()))


@router.delete("/panels/{number}/pieces/{piece}", response={204: None}, summary="Take a text away")
def take_piece(request: HttpRequest, number: int, piece: Count) -> Status[None]:
    """Take a text away that was put before a panel by hand."""
    acts.take_piece(actor(request), panel=_panel(number), number=piece)
    return Status(204, None)


@router.get("/panels/{number}/seats", response=list[SeatOut], summary="List reviewers")
@paginate(Parts)
def list_seats(request: HttpRequest, number: int) -> QuerySet[Seat]:
    """Who reviews on a panel, for those who keep it."""
    return queries.seats(_kept(request, number))


@router.post("/panels/{number}/seats", response={201: SeatOut}, summary="Invite a reviewer")
def invite_reviewer(request: HttpRequest, number: int, given: InvitationIn) -> Status[Seat]:
    """Invite somebody to review; their conflicts with what is before the panel are found first."""
    panel = _kept(request, number)
    person = found(queries.find_person(given.person))
    return Status(201, acts.invite(actor(request), panel=panel, person=person, load=given.load))


@router.put("/panels/{number}/seats/{seat}", response=SeatOut, summary="Change how much a reviewer reads")
def lighten_seat(request: HttpRequest, number: int, seat: Count, given: LoadIn) -> Seat:
    """What is too much and not read yet goes to others."""
    return acts.lighten(actor(request), seat=found(queries.find_seat(_kept(request, number), seat)), load=given.load)


@router.delete("/panels/{number}/seats/{seat}", response=SeatOut, summary="Take a reviewer off a panel")
def remove_seat(request: HttpRequest, number: int, seat: Count) -> Seat:
    """What they have not read goes to others; what they said stays."""
    return acts.remove(actor(request), seat=found(queries.find_seat(_kept(request, number), seat)))


@router.get("/panels/{number}/conflicts", response=list[ConflictOut], summary="List conflicts")
@paginate(Parts)
def list_conflicts(request: HttpRequest, number: int) -> QuerySet[Conflict]:
    """Who does not read what, and why, for those who keep the panel."""
    return queries.conflicts(_kept(request, number))


@router.put("/panels/{number}/conflicts/{conflict}", response=ConflictOut, summary="Clear a conflict")
def clear_conflict(request: HttpRequest, number: int, conflict: Count, given: ReasonIn) -> Conflict:
    """Say why a conflict that was found is none; what a reviewer declared stands."""
    row = found(queries.find_conflict(_kept(request, number), conflict))
    return acts.clear_conflict(actor(request), conflict=row, reason=given.reason)


@router.post("/panels/{number}/assignment", response={201: RunOut}, summary="Assign reviewers")
def assign_reviewers(request: HttpRequest, number: int) -> Status[Run]:
    """As many reviews as can be had, then the best fit, proved; digests of inputs and result go on the record."""
    return Status(201, acts.run_assignment(actor(request), panel=_panel(number)))


@router.get("/panels/{number}/assignment", response=ProofOut, summary="Get the proof of an assignment")
def get_assignment_proof(request: HttpRequest, number: int) -> dict[str, Any]:
    """Inputs and result of the last assignment, for those who keep the panel, to be checked by docs/review.md."""
    run = found(queries.last_run(_kept(request, number)))
    return {"inputs": json.loads(bytes(run.inputs)), "result": json.loads(bytes(run.result))}


@router.get("/panels/{number}/outlook", response=OutlookOut, summary="Forecast what will be unread")
def get_outlook(request: HttpRequest, number: int) -> dict[str, Any]:
    """An interval that holds in four of five cases, and what each remedy alone would take; for those who keep the panel."""
    seen = queries.outlook(_kept(request, number))
    remedy = {name: getattr(seen.remedy, name, None) for name in ("invite", "lighten", "extend_days")}
    return {"wanted": seen.wanted, "given": seen.given, "low": seen.unread.low, "high": seen.unread.high, **remedy}


@router.get("/panels/{number}/summary", response=list[SummaryOut], summary="List what a panel says")
@paginate(Parts)
def list_summary(request: HttpRequest, number: int) -> list[queries.Summary]:
    """What the panel says of each piece, for those who keep it; not while they have reviews of their own to give."""
    panel, caller = _kept(request, number), signed_in(request)
    if not queries.may_read_all(panel, caller.person_id):
        raise Closed("You have reviews of your own to give.", remedy="Give them first: nobody reads others' before.")
    return queries.summary(panel)


@router.post("/reviews/{number}/acceptance", response=SeatOut, summary="Accept to review")
def accept_seat(request: HttpRequest, number: int, given: AcceptanceIn) -> Seat:
    """Accept an invitation to review."""
    return acts.accept(actor(request), seat=_own_seat(request, number), **given.dict())


@router.post("/reviews/{number}/refusal", response=SeatOut, summary="Decline to review")
def decline_seat(request: HttpRequest, number: int) -> Seat:
    """Decline, also after you accepted: what you have not read goes to others."""
    return acts.decline(actor(request), seat=_own_seat(request, number))


@router.get("/reviews/{number}/pieces", response=list[AssignmentOut], summary="List what you read")
@paginate(Parts)
def list_my_pieces(request: HttpRequest, number: int) -> list[dict[str, Any]]:
    """What you read on a panel, with your own reviews and drafts."""
    caller = signed_in(request)
    return [AssignmentOut.of(one) for one in queries.desk(_panel(number), caller.person_id).assignments]


@router.put("/reviews/{number}/pieces/{piece}/draft", response=AssignmentOut, summary="Save a draft of a review")
def save_review_draft(request: HttpRequest, number: int, piece: Count, given: ReviewIn) -> dict[str, Any]:
    """Keep what you have written so far; nobody else sees it."""
    acts.save_draft(actor(request), assignment=_own(request, number, piece), said=Said(**given.dict()))
    return AssignmentOut.of(_own(request, number, piece))


@router.put("/reviews/{number}/pieces/{piece}/review", response=AssignmentOut, summary="Give a review")
def give_review(request: HttpRequest, number: int, piece: Count, given: ReviewIn) -> dict[str, Any]:
    """Give your review of a piece, or change it until the panel discusses."""
    acts.give_review(actor(request), assignment=_own(request, number, piece), said=Said(**given.dict()))
    return AssignmentOut.of(_own(request, number, piece))


@router.post("/reviews/{number}/pieces/{piece}/abstention", response=AssignmentOut, summary="Abstain")
def abstain_from_piece(request: HttpRequest, number: int, piece: Count, given: ReasonIn) -> dict[str, Any]:
    """Say nothing of a piece, with the reason."""
    acts.abstain(actor(request), assignment=_own(request, number, piece), reason=given.reason)
    return AssignmentOut.of(_own(request, number, piece))


@router.post("/reviews/{number}/pieces/{piece}/conflict", response={200: bool}, summary="Declare a conflict")
def declare_conflict(request: HttpRequest, number: int, piece: Count) -> bool:
    """Say that you are in conflict with a piece; answers whether somebody else reads it now."""
    own = _own(request, number, piece)
    return acts.declare_conflict(actor(request), panel=_panel(number), number=own.piece.number)


@router.get("/reviews/{number}/pieces/{piece}/others", response=list[OtherOut], summary="List others' reviews")
def list_other_reviews(request: HttpRequest, number: int, piece: Count) -> list[dict[str, Any]]:
    """What others say of a piece that you read: nothing before you gave your own review."""
    rows = queries.others(_panel(number), _own(request, number, piece))
    names = ("scores", "for_panel", "for_author")
    return [{"by": one.by, **{name: getattr(one.review, name) for name in names}} for one in rows]


@router.get("/reviews/{number}/pieces/{piece}/remarks", response=list[RemarkOut], summary="List remarks")
def list_remarks(request: HttpRequest, number: int, piece: Count) -> list[dict[str, Any]]:
    """What is said of a piece among those who read it: nothing before you gave your own review."""
    rows = queries.remarks(_panel(number), _own(request, number, piece))
    return [{"by": by, "body": one.body, "at": one.at} for by, one in rows]


@router.post("/reviews/{number}/pieces/{piece}/remarks", response={201: RemarkOut}, summary="Write a remark")
def write_remark(request: HttpRequest, number: int, piece: Count, given: BodyIn) -> Status[dict[str, Any]]:
    """Say something of a piece to the others who read it."""
    made: Remark = acts.write_remark(actor(request), panel=_panel(number), number=piece, body=given.body)
    return Status(201, {"by": "you", "body": made.body, "at": made.at})


@router.get("/reviews/{number}/sheet", response=dict[str, Any], summary="Get a sheet to fill in")
def get_sheet(request: HttpRequest, number: int) -> dict[str, Any]:
    """What you have to read, as one document to be filled in without a line."""
    return queries.sheet(_panel(number), _own_seat(request, number).person_id)


@router.get("/reviews/{number}/pdf", summary="Get what you read as PDF")
def get_review_pdf(request: HttpRequest, number: int) -> HttpResponse:
    """What you have not reviewed yet, with the criteria and scores to mark with a pen."""
    panel, seat = _panel(number), _own_seat(request, number)
    due = f"Reviews are due {instants.say(panel.deadline, 'UTC')}"
    body = as_pdf(queries.sheet(panel, seat.person_id), due=due)
    return download(body, f"reviews-{number}.pdf", "application/pdf")


@router.put("/reviews/{number}/sheet", response={200: int}, summary="Send a sheet back")
def send_sheet(request: HttpRequest, number: int, given: dict[str, Any]) -> int:
    """Keep what you filled in as drafts; answers how many. A fault anywhere keeps none of it."""
    _own_seat(request, number)
    return acts.take_sheet(actor(request), panel=_panel(number), sheet=json.dumps(given).encode())


def _panel(number: int) -> Panel:
    return found(queries.find_panel(number))


def _kept(request: HttpRequest, number: int) -> Panel:
    panel = _panel(number)
    if not rules.may_keep(signed_in(request), panel):
        raise Http404
    return panel


def _own_seat(request: HttpRequest, number: int) -> Seat:
    return found(rules.own_seat(_panel(number), signed_in(request).person_id))


def _own(request: HttpRequest, number: int, piece: int) -> Assignment:
    return found(queries.own_assignment(_panel(number), piece, signed_in(request).person_id))
