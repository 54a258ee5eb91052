"""The reading of a call over HTTP: its panel opens, people are asked once their conflicts are seen, and how far it is."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import AwareDatetime

from stoa.kit.api import Completed, ErrandOut, Given, Parts, Word, actor, found
from stoa.kit.errands import Errand
from stoa.members import acts, tasks
from stoa.members.api.calls import CallOut, found_call
from stoa.members.api.deciding import deciding
from stoa.members.models import Call
from stoa.members.queries import deciding_panel as queries
from stoa.methods.names import sort_key
from stoa.people.models import Person
from stoa.review.queries import outlook

router = Router(tags=["Calls"])


class DueIn(Given):
    """Until when reviews are due; four weeks from now where nothing is said."""

    due: AwareDatetime | None = None


class ReviewersIn(Given):
    """Whom to ask to read, by id, and how much each of them reads at most."""

    people: list[Annotated[str, Field(max_length=32)]] = Field(max_length=500)
    load: int = Field(ge=1, le=500)


class CandidateOut(Schema):
    """Somebody who could be asked to read: of how many applications they could not, and how they answered if they were asked."""

    person: str = Field(alias="person.pk")
    name: str = Field(alias="person.shown_name")
    could_not_read: int | None
    answer: str


class AskedOut(Schema):
    """How many were asked who had not been asked before."""

    asked: int


class ReadingOut(Schema):
    """How a call is read: the number of its panel, how far that is, and what will be unread when reviews are due."""

    panel: int
    phase: str
    due: datetime
    wanted: int
    given: int
    low: int
    high: int


@router.post("/calls/{slug}/review", response={200: CallOut, 202: ErrandOut}, summary="Let applications be read")
def begin_review(request: HttpRequest, slug: str, given: DueIn | None = None) -> Status[Call | Errand]:
    """Let a panel read the applications of a call that has closed, by its criteria.

    With more than 2,000 applications the worker does it: the answer is 202 and how far it is, now and when asked again.
    """
    found_ = tasks.begin_review(actor(request), found_call(request, slug), given.due if given else None)
    return Status(202 if isinstance(found_, Errand) else 200, found_)


@router.get("/calls/{slug}/reading", response=ReadingOut, summary="Get how a call is read")
def get_reading(request: HttpRequest, slug: str) -> dict[str, object]:
    """Its panel, how far that is, and what will be unread in four of five cases; for those who decide the call."""
    panel = found(deciding(request, slug).panel)
    seen = outlook(panel)
    counts = {"wanted": seen.wanted, "given": seen.given, "low": seen.unread.low, "high": seen.unread.high}
    return {"panel": panel.pk, "phase": panel.phase, "due": panel.deadline, **counts}


@router.get("/calls/{slug}/reviewers", response=list[CandidateOut], summary="List who could be asked to read")
@paginate(Parts)
def list_candidates(request: HttpRequest, slug: str, q: Word = "") -> Completed[Person, queries.Candidate]:
    """Who could be asked to read a call, each with the conflicts found with what was submitted; for those who decide it.

    Conflicts are counted no further than 2,001, and with more applications than 2,000 not before the reading begins.
    """
    call = deciding(request, slug)
    rows = queries.candidates(call, actor(request)).filter(sort_name__contains=sort_key(q))
    return Completed(rows, lambda people: queries.looked_up(call, people))


@router.post("/calls/{slug}/reviewers", response=AskedOut, summary="Ask people to read a call")
def invite_reviewers(request: HttpRequest, slug: str, given: ReviewersIn) -> dict[str, int]:
    """Ask people to read, so many applications at most each; who was asked before is passed over."""
    call = deciding(request, slug)
    people = list(queries.candidates(call, actor(request)).filter(pk__in=given.people))
    return {"asked": acts.invite_reviewers(actor(request), call=call, people=people, load=given.load)}
