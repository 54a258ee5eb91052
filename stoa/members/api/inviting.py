"""Inviting people to apply, over HTTP: one drafts, another sends."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.kit.api import Given, Parts, Word, actor, found, signed_in
from stoa.kit.faults import Refused
from stoa.kit.powers import may
from stoa.members import acts
from stoa.members.api.calls import found_call
from stoa.members.models import Invitations
from stoa.members.queries.inviting import waiting_invitations
from stoa.members.rules.inviting import Invitee

router = Router(tags=["Calls"])


class InviteeIn(Given):
    """Somebody to invite."""

    name: str = Field(min_length=1, max_length=120)
    email: str = Field(max_length=254)


class InvitationsIn(Given):
    """Whom to invite."""

    people: list[InviteeIn] = Field(min_length=1, max_length=1_000)


class DraftedOut(Schema):
    """Invitations that wait for a second person: name and address of each."""

    id: str
    people: list[tuple[str, str]]
    drafted: datetime
    drafted_by: str | None = Field(alias="drafted_by_id")


class InvitationsOut(Schema):
    """How many were invited, and how many had been before."""

    invited: int
    passed_over: int


@router.get("/calls/{slug}/invitations", response=list[DraftedOut], summary="List drafted invitations")
@paginate(Parts)
def list_invitations(request: HttpRequest, slug: str) -> QuerySet[Invitations]:
    """Invitations that wait for a second person, for those who keep the call."""
    return _waiting(request, slug)


@router.post("/calls/{slug}/invitations", response={201: DraftedOut}, summary="Draft invitations to apply")
def draft_invitations(request: HttpRequest, slug: str, given: InvitationsIn) -> Status[Invitations]:
    """Draft invitations to apply to a call that is open. Somebody else has to send them."""
    people = [Invitee(" ".join(one.name.split()), one.email.strip().lower()) for one in given.people]
    return Status(201, acts.draft_invitations(signed_in(request), call=found_call(request, slug), people=people))


@router.post("/calls/{slug}/invitations/{invitation}/send", response=InvitationsOut, summary="Send drafted invitations")
def send_invitations(request: HttpRequest, slug: str, invitation: Word) -> dict[str, int]:
    """Send invitations that somebody else drafted, to each once by mail. Their addresses are not kept."""
    one = found(_waiting(request, slug).filter(pk=invitation).first())
    new = acts.send_invitations(signed_in(request), invitations=one)
    return {"invited": new, "passed_over": len(one.people) - new}


@router.delete("/calls/{slug}/invitations/{invitation}", response={204: None}, summary="Drop drafted invitations")
def drop_invitations(request: HttpRequest, slug: str, invitation: Word) -> Status[None]:
    """Drop them: nobody is invited, and no address is kept."""
    acts.drop_invitations(signed_in(request), invitations=found(_waiting(request, slug).filter(pk=invitation).first()))
    return Status(204, None)


def _waiting(request: HttpRequest, slug: str) -> QuerySet[Invitations]:
    call = found_call(request, slug)
    if not may(actor(request), "members.invitations.draft", call):
        raise Refused("You can't invite people.", remedy="Stewards, founders and the call's organisers can.")
    return waiting_invitations(call, actor(request))
