"""Votes over HTTP: their rules, one's own draft, ballot and receipt, proofs of place, opened ballots, attestations."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import StringConstraints

from stoa.ballots import acts, queries, rules
from stoa.ballots.models import Attestation, Ballot, Option
from stoa.kit.api import Given, Parts, actor, download, found, signed_in
from stoa.kit.faults import Closed, Refused
from stoa.people.acts import see_private
from stoa.people.queries import find_person

Commitment = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Reference = Annotated[str, StringConstraints(max_length=80)]

router = Router(tags=["Votes"])


class VoteOut(Schema):
    """A vote with its rules, fixed since it opened. `count` is the number of ballots, null before the close."""

    number: int = Field(alias="pk")
    subject: str
    state: str
    method: str = Field(alias="METHOD")
    utility: str
    completion: str
    capacity: int
    seed: str
    opens: datetime
    closes: datetime
    window_hours: int
    smallest_opened: int
    imported: bool
    voters: int = Field(alias="voters_count")
    voters_blob: str
    sealed: datetime | None
    root: str = Field(alias="sealed_root")
    opened: datetime | None
    kept_reason: str
    count: int | None


class OptionOut(Schema):
    """Something that can be approved: `kind:id` and its cost in the unit of the capacity."""

    id: str = Field(alias="reference")
    cost: int


class Ticks(Given):
    """The options approved, as `kind:id`. None is a choice too."""

    approved: list[Reference] = Field(max_length=20_000)


class BallotIn(Ticks):
    """A ballot. Check words of your own make sure that the server alone can't have fixed the commitment."""

    words: str = ""


class TicksOut(Schema):
    """What is ticked; `cast` says whether it counts."""

    approved: list[str]
    cast: bool


class ReceiptOut(Schema):
    """The signed receipt of your ballot, and how often you cast in this vote."""

    receipt: str
    commitment: str
    at: datetime
    cast: int


class PlaceOut(Schema):
    """Where a commitment stands under the sealed root, with the RFC 6962 path, the leaf's sibling first."""

    commitment: str
    index: int
    size: int
    root: str
    path: list[str]
    approved: list[str] | None = None


class AttestationIn(Given):
    """What a scrutineer says: the SHA-256 of the private bundle checked, and whether the outcome follows from it."""

    bundle: Commitment
    agrees: bool


class AttestationOut(Schema):
    """A scrutineer's word."""

    scrutineer: str = Field(alias="scrutineer_id")
    agrees: bool
    at: datetime


@router.get("/votes/{number}", response=VoteOut, summary="Get a vote")
def get_vote(request: HttpRequest, number: int) -> Ballot:
    """The rules of a vote and how far it is. Who voted and how many is not told before the close."""
    return _ballot(number)


@router.get("/votes/{number}/options", response=list[OptionOut], summary="List options")
@paginate(Parts)
def list_options(request: HttpRequest, number: int) -> QuerySet[Option]:
    """What can be approved, in the order of the vote page."""
    return queries.options(_ballot(number))


@router.get("/votes/{number}/voters", response=list[str], summary="List who may vote")
@paginate(Parts)
def list_voters(request: HttpRequest, number: int) -> list[str]:
    """The ids of the people on the voter list, sorted; public from the opening on."""
    return sorted(queries.voter_list(_ballot(number)).values_list("pk", flat=True))


@router.get("/votes/{number}/voted", response=list[str], summary="List who voted")
@paginate(Parts)
def list_voted(request: HttpRequest, number: int) -> list[str]:
    """The ids of those who voted, sorted; nobody before the vote is sealed."""
    return queries.voted_ids(_ballot(number))


@router.get("/votes/{number}/draft", response=TicksOut, summary="Get your draft")
def get_draft(request: HttpRequest, number: int) -> dict[str, Any]:
    """What you have ticked: your draft, else the ballot that you cast."""
    ballot, person = _own(request, number)
    drafted = queries.has_draft(ballot, person)
    cast = not drafted and queries.own_paper(ballot, person) is not None
    return {"approved": queries.own_ticks(ballot, person), "cast": cast}


@router.put("/votes/{number}/draft", response=TicksOut, summary="Save your draft")
def save_draft(request: HttpRequest, number: int, given: Ticks) -> dict[str, Any]:
    """Keep what you have ticked so far. It does not count until you cast it."""
    draft = acts.save_draft(actor(request), ballot=_ballot(number), approved=given.approved)
    return {"approved": draft.approved, "cast": False}


@router.post("/votes/{number}/ballot", response={201: ReceiptOut}, summary="Cast your ballot")
def cast_ballot(request: HttpRequest, number: int, given: BallotIn) -> Status[dict[str, Any]]:
    """Cast a ballot, or replace the one that you cast before, until the vote closes. Nothing goes on the record."""
    paper = acts.cast(actor(request), ballot=_ballot(number), approved=given.approved, words=given.words)
    return Status(201, _receipt(paper))


@router.get("/votes/{number}/receipt", response=ReceiptOut, summary="Get your receipt")
def get_receipt(request: HttpRequest, number: int) -> dict[str, Any]:
    """The receipt of your live ballot. It is gone once the ballots are opened, since the link to you is deleted."""
    return _receipt(found(queries.own_paper(*_own(request, number))))


@router.get("/votes/{number}/places/{commitment}", response=PlaceOut, summary="Prove that a ballot is there")
def get_place(request: HttpRequest, number: int, commitment: Path[Commitment]) -> dict[str, Any]:
    """The place of a receipt's commitment under the sealed root; after the opening also what that ballot approves."""
    sealed = queries.Sealed(_ballot(number))
    if sealed.ballot.sealed is None:
        raise Closed("This vote is not sealed yet.", remedy="Come back after it has closed.")
    place = found(sealed.place(commitment))
    names = ("commitment", "index", "size", "root", "path")
    return {name: getattr(place, name) for name in names} | {"approved": sealed.opened(commitment)}


@router.get("/votes/{number}/opened", response=list[dict[str, Any]], summary="List opened ballots")
@paginate(Parts)
def list_opened(request: HttpRequest, number: int) -> list[dict[str, Any]]:
    """The opened ballots, without names, in the order of their commitments; none while they are closed."""
    return queries.opened_ballots(_ballot(number))


@router.get("/votes/{number}/attestations", response=list[AttestationOut], summary="List attestations")
@paginate(Parts)
def list_attestations(request: HttpRequest, number: int) -> QuerySet[Attestation]:
    """What scrutineers said of a vote whose ballots stay closed."""
    return queries.attestations(_ballot(number))


@router.post("/votes/{number}/private-bundle", response={200: bytes}, summary="Fetch the private bundle")
def fetch_private_bundle(request: HttpRequest, number: int) -> HttpResponse:
    """The ballots that stay closed, for scrutineers alone; that you looked is noted. Their SHA-256 is on the record."""
    caller, ballot = signed_in(request), _ballot(number)
    rules.demand_scrutineer(caller, ballot)
    see_private(caller, person=found(find_person(caller.person_id or "")), what=f"ballots of vote {number}")
    return download(bytes(ballot.kept_bundle or b""), f"private-ballots-{number}.json", "application/json")


@router.post("/votes/{number}/attestations", response={201: AttestationOut}, summary="Attest an outcome")
def attest(request: HttpRequest, number: int, given: AttestationIn) -> Status[Attestation]:
    """Say, as a scrutineer who checked the private bundle, whether the published outcome follows from it."""
    return Status(201, acts.attest(actor(request), ballot=_ballot(number), **given.dict()))


def _ballot(number: int) -> Ballot:
    return found(queries.find_ballot(number))


def _own(request: HttpRequest, number: int) -> tuple[Ballot, str]:
    """The vote and the voter; raises `Refused` for those who are not on its voter list."""
    person_id = signed_in(request).person_id or ""
    ballot = _ballot(number)
    if queries.listed(ballot, person_id) is None:
        raise Refused("You are not on the voter list of this vote.", remedy="It was fixed when the vote opened.")
    return ballot, person_id


def _receipt(paper: Any) -> dict[str, Any]:
    return {
        "receipt": paper.receipt,
        "commitment": bytes(paper.commitment).hex(),
        "at": paper.at,
        "cast": paper.voter.casts,
    }
