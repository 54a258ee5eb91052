"""Deciding calls over HTTP: the bar, the order, reasons, letters, appeals; and what an applicant does then."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.kit import clock
from stoa.kit.api import Completed, ErrandOut, Given, Parts, Word, actor, found, signed_in
from stoa.kit.errands import Errand
from stoa.kit.faults import Refused
from stoa.members import acts, queries, rules, tasks
from stoa.members.api.calls import CallOut, found_call
from stoa.members.models import Appeal, Call, Decision, Release

Outcome = Literal["admitted", "waiting", "declined", "given_up"]

router = Router(tags=["Calls"])


class BarIn(Given):
    """A bar in hundredths of a point: 325 is 3.25 of 5."""

    value: int


class Scores(Given):
    """Nothing where a panel read the call; else a score for each application by its number, in hundredths of a point."""

    scores: dict[str, int] | None = None


class OrderedOut(Schema):
    """How many applications are in order."""

    ordered: int


class ReasonIn(Given):
    """What an applicant reads with the outcome."""

    reason: str


class Letter(Given):
    """A letter; [[name]], [[call]], [[reason]] and [[page]] are filled in."""

    subject: str
    body: str


class Letters(Given):
    """A letter for each outcome."""

    admitted: Letter
    waiting: Letter
    declined: Letter


class Confirming(Given):
    """Which draft of the letters was read: `drafted` as it came with them."""

    drafted: str = Field(min_length=1, max_length=40)


class WordsIn(Given):
    """What should be looked at again, and why."""

    words: str


class Reply(Given):
    """The answer to an appeal."""

    granted: bool
    reply: str


class DecisionOut(Schema):
    """What is decided about an application; `score` in hundredths, `place` in the order of admission."""

    application: str = Field(alias="application_id")
    name: str = Field(alias="application.name")
    outcome: Outcome
    score: int | None
    place: int | None
    reason: str


class OutcomeOut(Schema):
    """How a call was decided: bar in hundredths, numbers, and the SHA-256 by which `/record/blob` gives order and scores."""

    bar: int
    admitted: int
    waiting: int
    declined: int
    order: str
    scores: str | None
    share: dict[str, int | str] | None = Field(
        description="Where the sponsor's share had no room for some: how it stood, and a blob of those passed over."
    )


class CallWent(Schema):
    """How a call went: whole `days` from its end to the release; of fewer than five appeals no number."""

    applications: int
    admitted: int
    days: int
    reviews_each: Decimal
    appeals: int | None
    granted: int | None


class OwnDecision(Schema):
    """What was decided about your application, and how the call went."""

    outcome: Outcome
    reason: str
    decided: datetime
    call: CallWent

    @staticmethod
    def resolve_call(one: Decision) -> queries.Statistics:
        """The same for everybody who applied."""
        return queries.statistics(one.application.call)


class AppealOut(Schema):
    """An appeal, and what was answered."""

    id: str
    application: str = Field(alias="decision.application_id")
    words: str
    made: datetime
    granted: bool | None
    reply: str


class LettersOut(Schema):
    """The letters of a call; they go out when somebody else confirms them."""

    letters: dict[str, dict[str, str]]
    drafted: str = Field(description="To be given back when they are confirmed, since they can change meanwhile.")
    confirmed: datetime | None

    @staticmethod
    def resolve_drafted(one: Release) -> str:
        """The instant in full."""
        return clock.stamp(one.drafted)


@router.put("/calls/{slug}/bar", response={204: None}, summary="Give your bar")
def give_bar(request: HttpRequest, slug: str, given: BarIn) -> Status[None]:
    """Say, as a reviewer, from which score you would admit."""
    acts.give_bar(signed_in(request), call=found_call(request, slug), value=given.value)
    return Status(204, None)


@router.post("/calls/{slug}/bar", response=CallOut, summary="Set the bar")
def set_bar(request: HttpRequest, slug: str) -> Call:
    """Set the bar that the reviewers give together, once more than half of them gave one."""
    return acts.set_bar(actor(request), call=found_call(request, slug))


@router.put("/calls/{slug}/scores", response={200: OrderedOut, 202: ErrandOut}, summary="Put applications in order")
def rank(request: HttpRequest, slug: str, given: Scores) -> Status[dict[str, int] | Errand]:
    """Put the applications in the order of their scores; from the bar on they are admitted, as far as places go.

    With more than 2,000 that a panel read the worker does it: the answer is 202 and how far it is, now and when asked again.
    """
    found_ = tasks.rank(actor(request), found_call(request, slug), given.scores)
    return Status(202, found_) if isinstance(found_, Errand) else Status(200, {"ordered": found_})


@router.get("/calls/{slug}/outcome", response=OutcomeOut, summary="Get how a call was decided")
def get_outcome(request: HttpRequest, slug: str) -> queries.Outcome:
    """What the record tells everybody of a decided call, to recompute the order of admission from; no names."""
    return found(queries.outcome(found_call(request, slug)))


@router.get("/calls/{slug}/decisions", response=list[DecisionOut], summary="List decisions")
@paginate(Parts)
def list_decisions(request: HttpRequest, slug: str, outcome: Outcome | None = None) -> QuerySet[Decision]:
    """What is decided about the applications to a call, for those who decide it."""
    rows = queries.decisions(deciding(request, slug), actor(request))
    return rows.filter(outcome=outcome) if outcome else rows


@router.put("/calls/{slug}/decisions/{application}", response=DecisionOut, summary="Give a reason")
def give_reason(request: HttpRequest, slug: str, application: Word, given: ReasonIn) -> Decision:
    """Write the reason that an applicant reads with the outcome."""
    rows = queries.decisions(deciding(request, slug), actor(request))
    one = found(rows.filter(application=application).first())
    return acts.give_reason(actor(request), application=one.application, reason=given.reason)


@router.put("/calls/{slug}/letters", response=LettersOut, summary="Draft the letters")
def draft_release(request: HttpRequest, slug: str, given: Letters) -> object:
    """Draft the letters to all who applied. Somebody else has to confirm them."""
    return acts.draft_release(actor(request), call=deciding(request, slug), letters=given.dict())


@router.get("/calls/{slug}/letters", response=LettersOut, summary="Get the letters")
def get_letters(request: HttpRequest, slug: str) -> object:
    """The letters of a call as they are drafted, or went out, for those who decide it."""
    return found(queries.release_of(deciding(request, slug)))


@router.post("/calls/{slug}/letters/confirm", response={200: CallOut, 202: ErrandOut}, summary="Release the decisions")
def confirm_release(request: HttpRequest, slug: str, given: Confirming) -> Status[Call | Errand]:
    """Confirm the letters that somebody else drafted: they go out, and whoever is admitted is a member.

    With more than 2,000 applications the worker does it: the answer is 202 and how far it is, now and when asked again.
    """
    done = tasks.confirm_release(actor(request), deciding(request, slug), given.drafted)
    return Status(202 if isinstance(done, Errand) else 200, done)


@router.get("/calls/{slug}/application/decision", response=OwnDecision, summary="Get the decision about you")
def get_own_decision(request: HttpRequest, slug: str) -> Decision:
    """What was decided about your application, once it is released."""
    return _own(request, slug)


@router.delete("/calls/{slug}/application/decision", response=OwnDecision, summary="Give up your place")
def give_up_place(request: HttpRequest, slug: str) -> Decision:
    """Give up the place that you got, while places move: whoever is first on the waiting list gets it. Or leave that list."""
    return acts.give_up_place(actor(request), decision=_own(request, slug))


@router.post(
    "/calls/{slug}/application/appeal", response={201: AppealOut}, summary="Appeal against what was decided about you"
)
def appeal(request: HttpRequest, slug: str, given: WordsIn) -> Status[Appeal]:
    """Ask people who did not decide it to look at the decision about your application again; once."""
    return Status(201, acts.appeal(actor(request), decision=_own(request, slug), words=given.words))


@router.get("/calls/{slug}/appeals", response=list[AppealOut], summary="List appeals")
@paginate(Parts)
def list_call_appeals(request: HttpRequest, slug: str) -> Completed[Appeal, Appeal]:
    """Appeals against the decisions of a call, for those who may decide them. That you read them is noted for who made them."""
    call, caller = _hearing(request, slug), actor(request)

    def read(appeals: Sequence[Appeal]) -> Sequence[Appeal]:
        acts.read_appeals(caller, call=call, appeals=appeals)
        return appeals

    return Completed(queries.appeals(call, caller), read)


@router.post("/calls/{slug}/appeals/{appeal}", response=AppealOut, summary="Decide an appeal about an application")
def decide_appeal(request: HttpRequest, slug: str, appeal: Word, given: Reply) -> Appeal:
    """Decide an appeal, as somebody who had no part in the decision: admit, or say why it stands."""
    call = _hearing(request, slug)
    one = found(queries.appeals(call, actor(request)).filter(pk=appeal).first())
    return acts.decide_appeal(actor(request), call=call, appeal=one, granted=given.granted, reply=given.reply)


def _own(request: HttpRequest, slug: str) -> Decision:
    signed_in(request)
    return found(queries.own_decision(found_call(request, slug), actor(request)))


def deciding(request: HttpRequest, slug: str) -> Call:
    """The call of this short name, for a caller who decides it."""
    call = found_call(request, slug)
    if not rules.may_decide(signed_in(request), call):
        raise Refused(
            "You can't decide this call.", remedy="Stewards, founders and its organisers do who did not apply to it."
        )
    return call


def _hearing(request: HttpRequest, slug: str) -> Call:
    call = found_call(request, slug)
    if not rules.may_hear(signed_in(request), call):
        raise Refused(
            "You can't hear these appeals.", remedy="Stewards and founders do who neither decided nor applied."
        )
    return call
