"""The charter over HTTP: its terms and powers, the community, its policies, and what the sponsor declares."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import StringConstraints

from stoa.charter import acts, queries
from stoa.charter.models import Community, Declaration, Policy
from stoa.kit.api import Given, Parts, actor, found

DeclarationKind = Literal["money", "compute", "staff", "hosting"]
PolicyKind = Literal["privacy", "conduct"]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$")]

router = Router(tags=["Charter"])


class CharterOut(Schema):
    """The charter in force: its text, and the terms that the program obeys."""

    version: int
    in_force_since: datetime
    provisional: bool
    text: str
    powers: dict[str, list[str]]
    voters: list[str]
    second_factor: list[str]
    limits: dict[str, int]
    windows: dict[str, int]
    smallest_opened: int


class PowerOut(Schema):
    """An act, who holds the power to it, and how often each role used it according to the record."""

    act: str
    summary: str
    kind: str
    roles: list[str]
    uses: dict[str, int]


class CommunityOut(Schema):
    """How the community presents itself."""

    name: str
    summary: str
    sponsor: str
    operator: str
    contact: str
    security_contact: str
    conduct_contact: str
    accent: str
    is_sample: bool


class CommunityIn(Given):
    """What to change; what is left out stays."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)] | None = None
    summary: Annotated[str, StringConstraints(max_length=5_000)] | None = None
    sponsor: Line | None = None
    operator: Line | None = None
    contact: Address | None = None
    security_contact: Address | None = None
    conduct_contact: Address | None = None
    accent: Annotated[str, StringConstraints(pattern="^(#[0-9a-fA-F]{6})?$")] | None = None


class PolicyOut(Schema):
    """The privacy notice or the code of conduct, as Markdown."""

    kind: str
    text: str
    published: datetime


class PolicyIn(Given):
    """A new version, as Markdown."""

    text: Annotated[str, StringConstraints(max_length=100_000)]


class DeclarationOut(Schema):
    """What somebody declared to be given, or that nothing is."""

    number: int = Field(alias="pk")
    kind: DeclarationKind
    none: bool
    text: str
    giver: str
    declared: datetime


class DeclarationIn(Given):
    """A declaration: what is given, or `none`."""

    kind: DeclarationKind
    none: bool = False
    text: Annotated[str, StringConstraints(max_length=5_000)] = ""
    giver: Line = ""


@router.get("/charter", response=CharterOut, summary="Get the charter")
def get_charter(request: HttpRequest) -> dict[str, Any]:
    """The charter in force, as text and as terms."""
    charter = found(queries.in_force())
    terms = queries.terms()
    return {
        "version": charter.version,
        "in_force_since": charter.from_instant,
        "provisional": charter.provisional,
        "text": charter.text,
        "powers": {act: list(roles) for act, roles in terms.powers.items()},
        "voters": sorted(terms.voters),
        "second_factor": sorted(terms.second_factor),
        "limits": dict(terms.limits),
        "windows": dict(terms.windows),
        "smallest_opened": terms.smallest_opened,
    }


@router.get("/charter/powers", response=list[PowerOut], summary="List powers")
@paginate(Parts)
def list_powers(request: HttpRequest) -> list[queries.Power]:
    """Every act of the program with who holds it; an act that nobody holds has no roles."""
    return queries.powers()


@router.get("/community", response=CommunityOut, summary="Get the community")
def get_community(request: HttpRequest) -> Community:
    """Name, sponsor, operator and contacts."""
    return queries.community()


@router.patch("/community", response=CommunityOut, summary="Describe the community")
def describe_community(request: HttpRequest, given: CommunityIn) -> Community:
    """Change name, summary, sponsor, operator, contacts or colour."""
    changes = {name: value for name, value in given.dict(exclude_unset=True).items() if value is not None}
    return acts.describe_community(actor(request), **changes)


@router.get("/policies/{kind}", response=PolicyOut, summary="Get a policy")
def get_policy(request: HttpRequest, kind: PolicyKind) -> Policy:
    """The privacy notice or the code of conduct, as published last."""
    return found(queries.policy(kind))


@router.put("/policies/{kind}", response=PolicyOut, summary="Publish a policy")
def publish_policy(request: HttpRequest, kind: PolicyKind, given: PolicyIn) -> Policy:
    """Publish a new version of the privacy notice or the code of conduct."""
    return acts.publish_policy(actor(request), kind=kind, text=given.text)


@router.get("/declarations", response=list[DeclarationOut], summary="List declarations")
@paginate(Parts)
def list_declarations(request: HttpRequest, kind: DeclarationKind | None = None) -> QuerySet[Declaration]:
    """What money, compute, staff and hosting were declared to be given, newest first. Nothing listed: none declared."""
    rows = Declaration.objects.all()
    return rows.filter(kind=kind) if kind else rows


@router.post("/declarations", response={201: DeclarationOut}, summary="Declare what is given")
def declare(request: HttpRequest, given: DeclarationIn) -> Status[Declaration]:
    """Declare what money, compute, staff or hosting is given, or that none is."""
    return Status(201, acts.declare(actor(request), **given.dict()))
