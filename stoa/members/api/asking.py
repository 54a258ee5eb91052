"""Questions about calls over HTTP: read, asked, answered, withdrawn."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Path, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.forum.rules import Reader, reader
from stoa.kit.api import Given, Parts, actor, found, signed_in
from stoa.members import acts, queries
from stoa.members.api.calls import found_call
from stoa.members.models import Enquiry
from stoa.members.queries import asking

router = Router(tags=["Calls"])


class EnquiryIn(Given):
    """A question about a call. With `named` everybody sees who asks; otherwise it is "an applicant"."""

    body: str
    named: bool = False


class AnswerIn(Given):
    """An answer in Markdown; `version` of the question counts the answers that there were before."""

    answer: str
    version: int


class EnquiryOut(Schema):
    """A question about a call and its answer."""

    number: int
    question: str
    by: str
    state: Literal["standing", "held", "removed", "withdrawn"]
    asked: datetime
    answer: str
    answered: datetime | None
    answered_by: str | None
    version: int


Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class Asked:
    """Questions as a viewer may see them, when a part of them is taken."""

    def __init__(self, rows: QuerySet[Enquiry], viewer: Reader) -> None:
        self._rows, self._viewer = rows, viewer

    def __len__(self) -> int:
        return self._rows.count()

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        return [_shown(one, self._viewer) for one in self._rows[part]]


@router.get("/calls/{slug}/questions", response=list[EnquiryOut], summary="List questions about a call")
@paginate(Parts)
def list_enquiries(request: HttpRequest, slug: str) -> Asked:
    """What applicants asked about a call, the latest first, with the answers."""
    viewer = reader(actor(request))
    return Asked(asking.enquiries(found_call(request, slug), viewer), viewer)


@router.post("/calls/{slug}/questions", response={201: EnquiryOut}, summary="Ask about a call")
def ask_about_call(request: HttpRequest, slug: str, given: EnquiryIn) -> Status[dict[str, Any]]:
    """Ask about a call that is open and to which you have begun to apply. Everybody reads it; your name, if you say so."""
    me = signed_in(request)
    mine = found(queries.own(found_call(request, slug), me))
    return Status(201, _shown(acts.ask(me, draft=found(mine.draft), **given.dict()), reader(me)))


@router.put("/calls/{slug}/questions/{number}/answer", response=EnquiryOut, summary="Answer a question about a call")
def answer_enquiry(request: HttpRequest, slug: str, number: Number, given: AnswerIn) -> dict[str, Any]:
    """Answer a question, as one who keeps the call, or answer it anew. Everybody reads it with your name."""
    me = signed_in(request)
    return _shown(acts.answer(me, enquiry=_found(request, slug, number), **given.dict()), reader(me))


@router.delete("/calls/{slug}/questions/{number}", response={204: None}, summary="Withdraw a question about a call")
def withdraw_enquiry(request: HttpRequest, slug: str, number: Number) -> Status[None]:
    """Withdraw your own question while it has no answer."""
    acts.withdraw_enquiry(signed_in(request), enquiry=_found(request, slug, number))
    return Status(204, None)


def _found(request: HttpRequest, slug: str, number: int) -> Enquiry:
    return found(asking.find_enquiry(found_call(request, slug), number, reader(actor(request))))


def _shown(one: Enquiry, viewer: Reader) -> dict[str, Any]:
    return {
        "number": one.pk,
        "question": asking.words_of(one, viewer),
        "by": one.by,
        "state": one.state,
        "asked": one.asked,
        "answer": one.answer if asking.may_read(one, viewer) else "",
        "answered": one.answered,
        "answered_by": one.answered_by.shown_name if one.answered_by else None,
        "version": one.version,
    }
