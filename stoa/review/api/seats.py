"""Seats over HTTP: who is asked to review, what they answer, and which conflicts are known."""

from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.kit.api import Given, Parts, actor, found, signed_in
from stoa.review import acts, queries
from stoa.review.api.finding import Count, ReasonIn, Text, kept, own_seat
from stoa.review.models import Conflict, Seat

router = Router(tags=["Reviews"])


class SeatOut(Schema):
    """A place on a panel, for its reviewer and for those who keep it."""

    number: int = Field(alias="pk")
    panel: int = Field(alias="panel_id")
    person: str = Field(alias="person_id")
    state: str
    load: int


class InvitationIn(Given):
    """Whom to invite, and how much they read at most."""

    person: str = Field(max_length=32)
    load: Count


class LoadIn(Given):
    """How much somebody reads at most."""

    load: Count


class AcceptanceIn(LoadIn):
    """How much you read at most, what you work on, and people you are tied to, by their id, their ORCID iD or their name."""

    work: Text = ""
    ties: list[Annotated[str, Field(max_length=120)]] = Field(default=[], max_length=200)


class ConflictOut(Schema):
    """Why a reviewer does not read a piece."""

    number: int = Field(alias="pk")
    piece: int = Field(alias="piece.number")
    seat: int = Field(alias="seat_id")
    kind: str
    source: str
    cleared: str


@router.get("/reviews", response=list[SeatOut], summary="List your seats on panels")
@paginate(Parts)
def list_my_seats(request: HttpRequest) -> QuerySet[Seat]:
    """The panels on which you review or are asked to, what is due first at the head."""
    return queries.seats_of(signed_in(request).person_id or "")


@router.get("/panels/{number}/seats", response=list[SeatOut], summary="List reviewers")
@paginate(Parts)
def list_seats(request: HttpRequest, number: int) -> QuerySet[Seat]:
    """Who reviews on a panel, for those who keep it."""
    return queries.seats(kept(request, number))


@router.post("/panels/{number}/seats", response={201: SeatOut}, summary="Invite a reviewer")
def invite_reviewer(request: HttpRequest, number: int, given: InvitationIn) -> Status[Seat]:
    """Invite somebody to review; their conflicts with what is before the panel are found first."""
    panel = kept(request, number)
    person = found(queries.find_person(given.person))
    return Status(201, acts.invite(actor(request), panel=panel, person=person, load=given.load))


@router.put("/panels/{number}/seats/{seat}", response=SeatOut, summary="Change how much a reviewer reads")
def lighten_seat(request: HttpRequest, number: int, seat: Count, given: LoadIn) -> Seat:
    """What is too much and not read yet goes to others."""
    return acts.lighten(actor(request), seat=found(queries.find_seat(kept(request, number), seat)), load=given.load)


@router.delete("/panels/{number}/seats/{seat}", response=SeatOut, summary="Take a reviewer off a panel")
def remove_seat(request: HttpRequest, number: int, seat: Count) -> Seat:
    """What they have not read goes to others; what they said stays."""
    return acts.remove(actor(request), seat=found(queries.find_seat(kept(request, number), seat)))


@router.get("/panels/{number}/conflicts", response=list[ConflictOut], summary="List conflicts")
@paginate(Parts)
def list_conflicts(request: HttpRequest, number: int) -> QuerySet[Conflict]:
    """Who does not read what, and why, for those who keep the panel."""
    return queries.conflicts(kept(request, number))


@router.put("/panels/{number}/conflicts/{conflict}", response=ConflictOut, summary="Clear a conflict")
def clear_conflict(request: HttpRequest, number: int, conflict: Count, given: ReasonIn) -> Conflict:
    """Say why a conflict that was found is none; what a reviewer declared stands."""
    row = found(queries.find_conflict(kept(request, number), conflict))
    return acts.clear_conflict(actor(request), conflict=row, reason=given.reason)


@router.post("/reviews/{number}/acceptance", response=SeatOut, summary="Accept to review")
def accept_seat(request: HttpRequest, number: int, given: AcceptanceIn) -> Seat:
    """Accept an invitation to review."""
    return acts.accept(actor(request), seat=own_seat(request, number), **given.dict())


@router.post("/reviews/{number}/refusal", response=SeatOut, summary="Decline to review")
def decline_seat(request: HttpRequest, number: int) -> Seat:
    """Decline, also after you accepted: what you have not read goes to others."""
    return acts.decline(actor(request), seat=own_seat(request, number))
