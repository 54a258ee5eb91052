"""Reading over HTTP: what a reviewer reads, drafts, reviews, remarks, and what is taken along."""

import json
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.kit import instants
from stoa.kit.api import Given, Parts, actor, download, signed_in
from stoa.review import acts, queries
from stoa.review.acts.reading import Said
from stoa.review.api.finding import Count, ReasonIn, Text, own, own_seat, panel_of
from stoa.review.models import Assignment, Remark
from stoa.review.printing import as_pdf

router = Router(tags=["Reviews"])


class BodyIn(Given):
    """What you say."""

    body: Text


class ReviewIn(Given):
    """A score by code of criterion, a text for the panel, and one for the author; `version` is the one you wrote on from."""

    scores: dict[Annotated[str, Field(max_length=40)], Count] = Field(max_length=50)
    for_panel: Text = ""
    for_author: Text = ""
    version: int = Field(default=0, ge=0, le=2_000_000_000, description="0 where you had written nothing yet")

    def said(self) -> Said:
        """What is said."""
        return Said(self.scores, self.for_panel, self.for_author)


class AssignmentOut(Schema):
    """A piece that you read, with how far you are and what you wrote."""

    number: int
    title: str
    text: str
    state: str
    scores: dict[str, int]
    for_panel: str
    for_author: str
    version: int

    @staticmethod
    def of(one: Assignment) -> dict[str, Any]:
        """From an assignment of one's own."""
        review = getattr(one, "review", None)
        said = {name: getattr(review, name, "") for name in ("for_panel", "for_author")}
        scores = review.scores if review else {}
        named = {"number": one.piece.number, "title": one.piece.title, "text": one.piece.text, "state": one.state}
        return {**named, "scores": scores, **said, "version": review.version if review else 0}


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


@router.get("/reviews/{number}/pieces", response=list[AssignmentOut], summary="List what you read")
@paginate(Parts)
def list_my_pieces(request: HttpRequest, number: int) -> list[dict[str, Any]]:
    """What you read on a panel, with your own reviews and drafts."""
    caller = signed_in(request)
    return [AssignmentOut.of(one) for one in queries.desk(panel_of(number), caller.person_id).assignments]


@router.put("/reviews/{number}/pieces/{piece}/draft", response=AssignmentOut, summary="Save a draft of a review")
def save_review_draft(request: HttpRequest, number: int, piece: Count, given: ReviewIn) -> dict[str, Any]:
    """Keep what you have written so far; nobody else sees it."""
    mine = own(request, number, piece)
    acts.save_draft(actor(request), assignment=mine, said=given.said(), version=given.version)
    return AssignmentOut.of(own(request, number, piece))


@router.put("/reviews/{number}/pieces/{piece}/review", response=AssignmentOut, summary="Give a review")
def give_review(request: HttpRequest, number: int, piece: Count, given: ReviewIn) -> dict[str, Any]:
    """Give your review of a piece, or change it until the panel discusses; the scores only until another’s review could be seen."""
    mine = own(request, number, piece)
    acts.give_review(actor(request), assignment=mine, said=given.said(), version=given.version)
    return AssignmentOut.of(own(request, number, piece))


@router.post("/reviews/{number}/pieces/{piece}/abstention", response=AssignmentOut, summary="Abstain")
def abstain_from_piece(request: HttpRequest, number: int, piece: Count, given: ReasonIn) -> dict[str, Any]:
    """Say nothing of a piece, with the reason."""
    acts.abstain(actor(request), assignment=own(request, number, piece), reason=given.reason)
    return AssignmentOut.of(own(request, number, piece))


@router.post("/reviews/{number}/pieces/{piece}/conflict", response={200: bool}, summary="Declare a conflict")
def declare_conflict(request: HttpRequest, number: int, piece: Count) -> bool:
    """Say that you are in conflict with a piece; answers whether somebody else reads it now."""
    mine = own(request, number, piece)
    return acts.declare_conflict(actor(request), panel=panel_of(number), number=mine.piece.number)


@router.get("/reviews/{number}/pieces/{piece}/others", response=list[OtherOut], summary="List others' reviews")
def list_other_reviews(request: HttpRequest, number: int, piece: Count) -> list[dict[str, Any]]:
    """What others say of a piece that you read: nothing before you gave your own review."""
    rows = queries.others(panel_of(number), own(request, number, piece))
    names = ("scores", "for_panel", "for_author")
    return [{"by": one.by, **{name: getattr(one.review, name) for name in names}} for one in rows]


@router.get("/reviews/{number}/pieces/{piece}/remarks", response=list[RemarkOut], summary="List remarks")
def list_remarks(request: HttpRequest, number: int, piece: Count) -> list[dict[str, Any]]:
    """What is said of a piece among those who read it: nothing before you gave your own review."""
    rows = queries.remarks(panel_of(number), own(request, number, piece))
    return [{"by": by, "body": one.body, "at": one.at} for by, one in rows]


@router.post("/reviews/{number}/pieces/{piece}/remarks", response={201: RemarkOut}, summary="Write a remark")
def write_remark(request: HttpRequest, number: int, piece: Count, given: BodyIn) -> Status[dict[str, Any]]:
    """Say something of a piece to the others who read it."""
    made: Remark = acts.write_remark(actor(request), panel=panel_of(number), number=piece, body=given.body)
    return Status(201, {"by": "you", "body": made.body, "at": made.at})


@router.get("/reviews/{number}/sheet", response=dict[str, Any], summary="Get a sheet to fill in")
def get_sheet(request: HttpRequest, number: int) -> dict[str, Any]:
    """What you have to read, as one document to be filled in without a line."""
    return queries.sheet(panel_of(number), own_seat(request, number).person_id)


@router.get("/reviews/{number}/pdf", summary="Get what you read as PDF")
def get_review_pdf(request: HttpRequest, number: int) -> HttpResponse:
    """What you have not reviewed yet, with the criteria and scores to mark with a pen."""
    panel, seat = panel_of(number), own_seat(request, number)
    due = f"Reviews are due {instants.say(panel.deadline, 'UTC')}"
    body = as_pdf(queries.sheet(panel, seat.person_id), due=due)
    return download(body, f"reviews-{number}.pdf", "application/pdf")


@router.put("/reviews/{number}/sheet", response={200: int}, summary="Send a sheet back")
def send_sheet(request: HttpRequest, number: int, given: dict[str, Any]) -> int:
    """Keep what you filled in as drafts; answers how many. A fault anywhere keeps none of it."""
    own_seat(request, number)
    return acts.take_sheet(actor(request), panel=panel_of(number), sheet=json.dumps(given).encode())
