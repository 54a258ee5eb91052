"""Membership over HTTP: suspensions and appeals against them, and leaving."""

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import StringConstraints

from stoa.kit.api import Given, Parts, actor, found, signed_in
from stoa.members import acts
from stoa.members.queries.suspending import own_suspensions, suspensions
from stoa.people.acts import see_private
from stoa.people.models import Person, Suspension
from stoa.people.queries import find_person

router = Router(tags=["Membership"])
Code = Literal["conduct", "harassment", "identity", "accounts", "spam", "other"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000)]


class SuspensionIn(Given):
    """Why, as a public code and in words for them alone, and for how many days."""

    code: Code
    words: Words
    days: int = Field(ge=1, le=366)


class SuspensionOut(Schema):
    """A suspension as its list tells it."""

    id: str
    person: str = Field(alias="person_id")
    code: Code
    start: datetime
    end: datetime
    lifted: datetime | None
    appealed: datetime | None
    granted: bool | None


class SuspensionInWords(SuspensionOut):
    """A suspension with its words, the appeal and the answer."""

    words: str
    appeal: str
    reply: str


class AppealIn(Given):
    """What should be looked at again, and why."""

    words: Words


class JudgementIn(Given):
    """Whether the suspension ends, and the answer."""

    granted: bool
    reply: Words


@router.post("/people/{person_id}/suspension", response={201: SuspensionOut}, summary="Suspend a person")
def suspend(request: HttpRequest, person_id: str, given: SuspensionIn) -> Status[Suspension]:
    """Suspend a person for some days; the code is public, the words are not."""
    person = found(find_person(person_id) if "\0" not in person_id else None)
    found(person if person.roles.exists() else None)
    return Status(201, acts.suspend(actor(request), person=person, **given.dict()))


@router.get("/suspensions", response=list[SuspensionOut], summary="List suspensions")
@paginate(Parts)
def list_suspensions(request: HttpRequest) -> QuerySet[Suspension]:
    """Every suspension, for those who may give one."""
    return suspensions(actor(request))


@router.get("/suspensions/{suspension}", response=SuspensionInWords, summary="Get a suspension")
def get_suspension(request: HttpRequest, suspension: str) -> Suspension:
    """One suspension with its words and the appeal; that you read it is noted for whom it concerns."""
    one = _found(request, suspension)
    see_private(actor(request), person=one.person, what="suspension and appeal")
    return one


@router.post("/suspensions/{suspension}/lift", response=SuspensionOut, summary="Lift a suspension")
def lift(request: HttpRequest, suspension: str) -> Suspension:
    """End a suspension before its time."""
    return acts.lift(actor(request), suspension=_found(request, suspension))


@router.post(
    "/suspensions/{suspension}/decide", response=SuspensionOut, summary="Decide an appeal against a suspension"
)
def decide_suspension_appeal(request: HttpRequest, suspension: str, given: JudgementIn) -> Suspension:
    """Decide an appeal against a suspension that somebody else gave."""
    one = _found(request, suspension)
    return acts.decide_suspension_appeal(actor(request), suspension=one, **given.dict())


@router.get("/me/suspensions", response=list[SuspensionInWords], summary="List your suspensions")
@paginate(Parts)
def list_own_suspensions(request: HttpRequest) -> QuerySet[Suspension]:
    """What you were suspended for, newest first."""
    return own_suspensions(_me(request).pk)


@router.post("/me/suspensions/appeal", response=SuspensionInWords, summary="Appeal against your suspension")
def appeal_suspension(request: HttpRequest, given: AppealIn) -> Suspension:
    """Ask somebody who did not give it to look at your suspension again."""
    return acts.appeal_suspension(actor(request), person=_me(request), words=given.words)


class RenewIn(Given):
    """A role of yours that ends soon."""

    role: Literal["member", "associate"]


@router.post("/me/membership/renew", response={204: None}, summary="Renew your role")
def renew(request: HttpRequest, given: RenewIn) -> Status[None]:
    """Renew a role of yours that ends soon, for another term."""
    acts.renew(actor(request), person=_me(request), role=given.role)
    return Status(204, None)


@router.post("/me/ties/confirm", response={204: None}, summary="Confirm your ties")
def confirm_ties(request: HttpRequest) -> Status[None]:
    """Answer the yearly question: your ties are as they stand on your page."""
    acts.confirm_ties(actor(request), person=_me(request))
    return Status(204, None)


@router.post("/me/leave", response={204: None}, summary="Leave the community")
def leave(request: HttpRequest) -> Status[None]:
    """End your roles; your account stays."""
    acts.leave(actor(request), person=_me(request))
    return Status(204, None)


def _me(request: HttpRequest) -> Person:
    return found(find_person(signed_in(request).person_id or ""))


def _found(request: HttpRequest, pk: str) -> Suspension:
    return found(suspensions(actor(request)).filter(pk=pk).first() if "\0" not in pk else None)
