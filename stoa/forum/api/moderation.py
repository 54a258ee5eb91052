"""Moderation over HTTP: report, appeal, put away; for those who handle cases, what waits and deciding it; the figures."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import StringConstraints

from stoa.forum import acts
from stoa.forum.models import Case, Report
from stoa.forum.queries import figures, moderation
from stoa.forum.queries.moderation import Matter, Own
from stoa.forum.words.reasons import REASONS
from stoa.kit import moderated
from stoa.kit.act import authority
from stoa.kit.api import Given, Parts, actor, found, signed_in
from stoa.people.models import Person
from stoa.people.queries import find_person

Reference = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Words = Annotated[str, StringConstraints(max_length=10_000)]
Code = Annotated[str, StringConstraints(max_length=40)]

router = Router(tags=["Moderation"])


class ReasonOut(Schema):
    """A reason for which something is reported or removed; `conduct` ones fit a complaint about a person, too."""

    code: str
    label: str
    sentence: str
    conduct: bool


class MonthOut(Schema):
    """What moderators did in one month, as the record has it; `hours` is the median to a decision, where it is told."""

    month: str
    removed: int
    released: int
    restored: int
    appeals: int
    reversed: int
    hours: int | None
    reasons: dict[str, int]


class FiguresOut(Schema):
    """The public figures. `reports` by year: null for fewer than five; years that are not over are left out."""

    months: list[MonthOut]
    reports: dict[int, int | None]


class ReportIn(Given):
    """What to look at (`post:12`, `statement:5`, or `person:…` for somebody's conduct), and why."""

    reference: Reference
    reason: Code
    words: Words = ""


class MyReportOut(Schema):
    """What you reported. `outcome` is empty while it waits."""

    reference: str = Field(alias="case.subject")
    reason: str
    words: str
    at: datetime
    decided: datetime | None = Field(alias="case.decided")
    outcome: str = Field(alias="case.outcome")


class DecisionOut(Schema):
    """What was decided about you: until `appeal_until` you can appeal, where it is not null."""

    case: str = Field(alias="case.pk")
    reference: str = Field(alias="case.subject")
    outcome: str = Field(alias="case.outcome")
    reason: str = Field(alias="case.reason")
    role: str = Field(alias="case.role")
    words: str = Field(alias="case.words")
    decided: datetime = Field(alias="case.decided")
    restored: datetime | None = Field(alias="case.restored")
    appeal_until: datetime | None


class CaseOut(Schema):
    """A case that you handle. `asks` is what it is about; who reported it is not told before you look."""

    case: str = Field(alias="case.pk")
    reference: str = Field(alias="case.subject")
    asks: str
    apart: bool
    opened: datetime = Field(alias="case.opened")
    reasons: list[str]
    reports: int
    decided: datetime | None = Field(alias="case.decided")
    outcome: str = Field(alias="case.outcome")
    reason: str = Field(alias="case.reason")
    appeal: str

    @staticmethod
    def resolve_reasons(matter: Matter) -> list[str]:
        """The codes for which it was reported."""
        return list(dict.fromkeys(report.reason for report in matter.case.reports.all()))

    @staticmethod
    def resolve_reports(matter: Matter) -> int:
        """How many reported it."""
        return len(matter.case.reports.all())

    @staticmethod
    def resolve_appeal(matter: Matter) -> str:
        """What its author says, where they appealed."""
        appeal = getattr(matter.case, "appeal", None)
        return appeal.words if appeal else ""


class WholeCaseOut(CaseOut):
    """A case with what the piece said when it was reported, and says now."""

    text: str = Field(alias="case.text")
    text_now: str

    @staticmethod
    def resolve_text_now(matter: Matter) -> str:
        """What it says now; nothing where the text is gone."""
        piece = moderated.pieces([matter.case.subject]).get(matter.case.subject)
        return piece.text if piece else ""


class ReportOut(Schema):
    """A report of a case that you handle: your look at it is noted for its maker."""

    reporter: str = Field(alias="reporter_id")
    reason: str
    words: str
    at: datetime


class AuthorOut(Schema):
    """Who wrote an unsigned piece: your look is noted for them. Null where nobody is to know any more."""

    author: str | None


class LeaveIn(Given):
    """What to tell those who reported it."""

    words: Words = ""


class RemovalIn(Given):
    """What to remove, for which reason, and what to tell its author."""

    reference: Reference
    reason: Code
    words: Words = ""


class SettleIn(Given):
    """Whether a complaint is upheld; if so, for which reason."""

    upheld: bool
    reason: Code = ""
    words: Words = ""


class AppealIn(Given):
    """Why it should be put back."""

    words: Words


class AppealDecisionIn(Given):
    """Whether it is put back, and what to tell its author."""

    reverse: bool
    words: Words = ""


class HiddenOut(Schema):
    """A piece that you hid."""

    reference: str
    at: datetime


class MuteOut(Schema):
    """Somebody whom you muted."""

    person: str = Field(alias="muted_id")
    at: datetime


@router.get("/moderation/reasons", response=list[ReasonOut], summary="List reasons")
@paginate(Parts)
def list_reasons(request: HttpRequest) -> list[dict[str, Any]]:
    """The reasons for which something is reported or removed, with their codes."""
    return [
        {"code": code, "label": str(each.label), "sentence": str(each.sentence), "conduct": each.conduct}
        for code, each in REASONS.items()
    ]


@router.get("/moderation/figures", response=FiguresOut, summary="Get the figures of moderation")
def get_figures(request: HttpRequest) -> dict[str, Any]:
    """What moderators did, by month, and the number of reports of years that are over."""
    return {"months": figures.months(), "reports": dict(figures.reports_by_year())}


@router.post("/moderation/reports", response={204: None}, summary="Report something")
def report_something(request: HttpRequest, given: ReportIn) -> Status[None]:
    """Ask moderators to look at a post, a statement, or how somebody behaves; whom it is about never learns that it was you."""
    acts.report(actor(request), **given.dict())
    return Status(204, None)


@router.get("/me/reports", response=list[MyReportOut], summary="List your reports")
@paginate(Parts)
def list_my_reports(request: HttpRequest) -> list[Report]:
    """What you reported, and what became of it."""
    return [report for report, _ in moderation.reports_by(_me(request).pk)]


@router.get("/me/decisions", response=list[DecisionOut], summary="List decisions about you")
@paginate(Parts)
def list_my_decisions(request: HttpRequest) -> list[Own]:
    """What moderators decided about what you wrote or did."""
    return moderation.decisions_about(_me(request).pk)


@router.post("/me/decisions/{case}/appeal", response={204: None}, summary="Appeal")
def make_appeal(request: HttpRequest, case: str, given: AppealIn) -> Status[None]:
    """Ask those who did not decide it to look again at what was removed of yours; once, in time."""
    own = found(next((o for o in moderation.decisions_about(_me(request).pk) if o.case.pk == case), None))
    acts.appeal(actor(request), case=own.case, words=given.words)
    return Status(204, None)


@router.get("/me/hidden", response=list[HiddenOut], summary="List what you hid")
@paginate(Parts)
def list_hidden(request: HttpRequest) -> list[Any]:
    """The posts that you hid for yourself."""
    return [each for each, _ in moderation.hidden_by(_me(request).pk)]


@router.put("/me/hidden/{reference}", response={204: None}, summary="Hide something")
def hide_something(request: HttpRequest, reference: Reference) -> Status[None]:
    """Hide a post for yourself. An unsigned statement is skipped instead."""
    acts.hide(actor(request), person=_me(request), reference=_clean(reference))
    return Status(204, None)


@router.delete("/me/hidden/{reference}", response={204: None}, summary="Show something again")
def show_something(request: HttpRequest, reference: Reference) -> Status[None]:
    """Show again what you hid."""
    acts.show_again(actor(request), person=_me(request), reference=_clean(reference))
    return Status(204, None)


@router.get("/me/muted", response=list[MuteOut], summary="List whom you muted")
@paginate(Parts)
def list_muted(request: HttpRequest) -> Any:
    """The people whom you muted for yourself."""
    return moderation.muted_by(_me(request).pk)


@router.put("/me/muted/{person_id}", response={204: None}, summary="Mute somebody")
def mute_somebody(request: HttpRequest, person_id: str) -> Status[None]:
    """Put away, for yourself, what somebody writes under their name."""
    acts.mute(actor(request), person=_me(request), muted=_person(person_id))
    return Status(204, None)


@router.delete("/me/muted/{person_id}", response={204: None}, summary="Unmute somebody")
def unmute_somebody(request: HttpRequest, person_id: str) -> Status[None]:
    """Show again what somebody writes whom you muted."""
    acts.unmute(actor(request), person=_me(request), muted=_person(person_id))
    return Status(204, None)


@router.get("/moderation/cases", response=list[CaseOut], summary="List cases")
@paginate(Parts)
def list_cases(request: HttpRequest, state: Literal["waiting", "decided"] = "waiting") -> list[Matter]:
    """The cases that wait for you, oldest first, or those that were decided. Needs a second factor."""
    viewer = _handler(request)
    cases = moderation.cases_waiting(viewer) if state == "waiting" else moderation.cases_decided(viewer)
    return moderation.matters(cases, viewer)


@router.get("/moderation/cases/{case}", response=WholeCaseOut, summary="Get a case")
def get_case(request: HttpRequest, case: str) -> Matter:
    """A case that you handle, or decided."""
    return _matter(request, _case(request, case))


@router.post("/moderation/cases/{case}/reports", response=list[ReportOut], summary="Read the reports of a case")
def read_case_reports(request: HttpRequest, case: str) -> list[Report]:
    """Who reported what. Your look is noted for each of them."""
    return list(acts.read_reports(actor(request), case=_case(request, case)).reports.all())


@router.post("/moderation/cases/{case}/author", response=AuthorOut, summary="See who wrote an unsigned piece")
def see_case_author(request: HttpRequest, case: str) -> dict[str, str | None]:
    """Who wrote what the case is about. Your look is noted for them."""
    return {"author": acts.see_author(actor(request), case=_case(request, case)).concerns_id}


@router.post("/moderation/cases/{case}/leave", response=CaseOut, summary="Leave what was reported")
def leave_case(request: HttpRequest, case: str, given: LeaveIn) -> Matter:
    """Leave what was reported as it is; those who reported it are told."""
    return _matter(request, acts.leave(actor(request), case=_case(request, case), words=given.words))


@router.post("/moderation/cases/{case}/release", response=CaseOut, summary="Let a first piece through")
def release_case(request: HttpRequest, case: str) -> Matter:
    """Let a first piece of a new account through, for everybody to read."""
    return _matter(request, acts.release(actor(request), case=_case(request, case)))


@router.post("/moderation/cases/{case}/restore", response=CaseOut, summary="Put back what was removed")
def restore_case(request: HttpRequest, case: str) -> Matter:
    """Put back what was removed by mistake, without waiting for an appeal."""
    return _matter(request, acts.restore(actor(request), case=_case(request, case)))


@router.post("/moderation/cases/{case}/settle", response=CaseOut, summary="Settle a complaint")
def settle_case(request: HttpRequest, case: str, given: SettleIn) -> Matter:
    """Settle a complaint about somebody's conduct."""
    return _matter(request, acts.settle(actor(request), case=_case(request, case), **given.dict()))


@router.post("/moderation/cases/{case}/appeal", response=CaseOut, summary="Decide an appeal")
def decide_case_appeal(request: HttpRequest, case: str, given: AppealDecisionIn) -> Matter:
    """Put back what others removed, or say that it stays removed. The outcome is public."""
    return _matter(request, acts.decide_appeal(actor(request), case=_case(request, case), **given.dict()))


@router.post("/moderation/removals", response={201: CaseOut}, summary="Remove a piece")
def remove_piece(request: HttpRequest, given: RemovalIn) -> Status[Matter]:
    """Remove a piece for a reason of the list, reported or not. The removal is public; its author can appeal."""
    return Status(201, _matter(request, acts.remove(actor(request), **given.dict())))


def _me(request: HttpRequest) -> Person:
    return found(find_person(signed_in(request).person_id or ""))


def _person(person_id: str) -> Person:
    return found(find_person(_clean(person_id)))


def _clean(text: str) -> str:
    """Without what the database can't look for."""
    return text.replace("\0", "")


def _handler(request: HttpRequest) -> str:
    """Whoever calls, if they hold an office and came with what it demands."""
    authority()(actor(request), "forum.report.read", None)
    return signed_in(request).person_id or ""


def _case(request: HttpRequest, case_id: str) -> Case:
    """A case that the caller handles or decided; of others nothing is told, not even that they are there."""
    return found(moderation.find_case(_clean(case_id), _handler(request)))


def _matter(request: HttpRequest, case: Case) -> Matter:
    return moderation.matters([case], str(actor(request).person_id))[0]
