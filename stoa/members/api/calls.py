"""Calls over HTTP: what each says and asks, drafting, announcing, letting one close later."""

from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import AwareDatetime

from stoa.kit.api import Given, Parts, Word, actor, found
from stoa.members import acts, queries
from stoa.members.models import Call

Phase = Literal["draft", "announced", "open", "closed", "review", "decided"]

router = Router(tags=["Calls"])


class FactPart(Given):
    """A fact that decides who may apply.

    `good` are places in `options`; `least` and `most` bound a number or a date; `why` is for whoever may not apply.
    """

    key: str
    label: str
    kind: Literal["yes", "choice", "number", "date"] = "yes"
    help: str = ""
    options: list[str] = Field(default_factory=list)
    good: list[int] = Field(default_factory=list)
    least: str = ""
    most: str = ""
    why: str = ""


class FieldPart(Given):
    """A field of the form, on the page `step`. `most` bounds the characters of a text; 0 is the usual.

    One of kind `file` has its limits in `settings`: `number`, `megabytes`, and `kinds`, such as "pdf png".
    """

    key: str
    label: str
    kind: Literal["short", "long", "choice", "several", "number", "date", "link", "file"] = "long"
    help: str = ""
    step: str = "Your application"
    required: bool = True
    options: list[str] = Field(default_factory=list)
    most: int = 0
    settings: dict[str, int | str] = Field(default_factory=dict)


class CriterionPart(Given):
    """A criterion with its rubric and an example each of what earns a 2 and a 4."""

    key: str
    label: str
    rubric: str
    low: str
    high: str
    weight: int = 1


class ExtraPart(Given):
    """A question about oneself, apart from the application."""

    key: str
    label: str
    options: list[str]


class Rules(Given):
    """All that a call asks."""

    facts: list[FactPart] = Field(default_factory=list)
    fields: list[FieldPart] = Field(default_factory=list)
    criteria: list[CriterionPart] = Field(default_factory=list)
    about: list[ExtraPart] = Field(default_factory=list)


class CallOut(Schema):
    """A call. Instants are RFC 3339; `ends` is when the grace is over; without `places` everybody above the bar is admitted."""

    slug: str
    title: str
    text: str
    who: str
    prepare: str
    minutes: int
    languages: str
    admits: Literal["member", "associate"]
    places: int | None
    reviews_each: int
    phase: Phase
    opens: datetime
    closes: datetime
    ends: datetime
    grace_minutes: int
    anywhere_on_earth: bool
    version: int
    rules: dict[str, Any]
    address: str = Field(alias="get_absolute_url")


class CallIn(Given):
    """A call to draft; `like` is the short name of one whose questions it begins with, as its next wave."""

    slug: str
    title: str
    opens: AwareDatetime
    closes: AwareDatetime
    anywhere_on_earth: bool = False
    like: str = ""


class CallChange(Given):
    """What of a call is to change; what is left out stays. With a stale `version` nothing is changed."""

    version: int
    slug: str | None = None
    title: str | None = None
    text: str | None = None
    who: str | None = None
    prepare: str | None = None
    minutes: int | None = None
    languages: str | None = None
    admits: Literal["member", "associate"] | None = None
    places: int | None = None
    expected: int | None = None
    reviews_each: int | None = None
    reviewers_wanted: int | None = None
    minutes_each: int | None = None
    screening: Literal["none", "facts", "invited", "waves"] | None = None
    opens: AwareDatetime | None = None
    closes: AwareDatetime | None = None
    grace_minutes: int | None = None
    anywhere_on_earth: bool | None = None
    rules: Rules | None = None

    def changes(self) -> dict[str, Any]:
        """What was given; that there is no limit to places can be given too."""
        given = self.dict(exclude_unset=True, exclude={"version"})
        return {name: value for name, value in given.items() if value is not None or name == "places"}


class Later(Given):
    """A later close, and why."""

    closes: AwareDatetime
    reason: str


@router.get("/calls", response=list[CallOut], summary="List calls")
@paginate(Parts)
def list_calls(request: HttpRequest, phase: Phase | None = None, q: Word = "") -> QuerySet[Call]:
    """All calls, the latest first; `phase` and the words `q` in the title narrow the list."""
    rows = queries.calls(actor(request))
    rows = rows.filter(phase=phase) if phase else rows
    return rows.filter(title__icontains=q) if q else rows


@router.get("/calls/{slug}", response=CallOut, summary="Get a call")
def get_call(request: HttpRequest, slug: str) -> Call:
    """One call with all that it asks, and by what answers are read."""
    return found_call(request, slug)


@router.post("/calls", response={201: CallOut}, summary="Draft a call")
def draft_call(request: HttpRequest, given: CallIn) -> Status[Call]:
    """Draft a call, which only those who may draft one see until it is announced."""
    like = found_call(request, given.like) if given.like else None
    return Status(201, acts.draft_call(actor(request), **given.dict(exclude={"like"}), like=like))


@router.put("/calls/{slug}", response=CallOut, summary="Change a call")
def change_call(request: HttpRequest, slug: str, given: CallChange) -> Call:
    """Change a call until it opens: a drafted one quietly, an announced one on the record."""
    call = found_call(request, slug)
    if call.phase == Call.Phase.DRAFT:
        return acts.edit_call(actor(request), call=call, version=given.version, changes=given.changes())
    return acts.amend_call(actor(request), call=call, version=given.version, changes=given.changes())


@router.post("/calls/{slug}/announce", response=CallOut, summary="Announce a call")
def announce_call(request: HttpRequest, slug: str) -> Call:
    """Announce a drafted call. From its opening on its rules are fixed."""
    return acts.announce_call(actor(request), call=found_call(request, slug))


@router.post("/calls/{slug}/extend", response=CallOut, summary="Let a call close later")
def extend_call(request: HttpRequest, slug: str, given: Later) -> Call:
    """Let a call close later. The reason is public."""
    return acts.extend_call(actor(request), call=found_call(request, slug), **given.dict())


def found_call(request: HttpRequest, slug: str) -> Call:
    """The call of this short name that the caller may know of, or the answer that there is none."""
    return found(queries.find_call(slug, actor(request)) if "\0" not in slug else None)
