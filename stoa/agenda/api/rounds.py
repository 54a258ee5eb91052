"""Rounds over HTTP: rounds, questions, effort and hours, mails to everybody, and what was decided."""

from datetime import datetime
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import AwareDatetime

from stoa.agenda import acts, exports, queries, rules
from stoa.agenda.models import Announcement, Decision, Estimate, Offer, Question, Round
from stoa.kit.api import Given, Parts, Word, actor, download, found, signed_in
from stoa.kit.faults import Closed, Refused

Phase = Literal["announced", "questions", "discussion", "vote", "checking", "agenda", "failed"]
State = Literal["proposed", "withdrawn", "on_ballot", "left_out", "chosen", "not_chosen"]
Sort = Literal["number", "-number", "title", "-title", "estimates", "-estimates", "offered", "-offered"]
SORTS = {"number": "pk", "title": "title", "estimates": "estimates_made", "offered": "offered"}

router = Router(tags=["Agenda"])


class RoundOut(Schema):
    """A round. Instants are RFC 3339; costs and capacity count in 1/`scale` of `unit`; `vote` is the number of its vote."""

    id: int
    slug: str
    title: str
    summary: str
    phase: Phase
    questions_open: datetime
    discussion_opens: datetime | None
    vote_opens: datetime
    vote_closes: datetime
    anywhere_on_earth: bool
    open_data: bool
    unit: str
    scale: int
    imported: bool
    vote: int | None = Field(None, alias="ballot_id")
    address: str = Field(alias="get_absolute_url")


class RoundIn(Given):
    """A round to announce. `slug` is its short name in addresses, such as 2027.

    Without `discussion_opens` nothing is discussed; `open_data` declares that answers will be exported without names.
    """

    slug: str
    title: str
    summary: str = ""
    questions_open: AwareDatetime
    discussion_opens: AwareDatetime | None = None
    vote_opens: AwareDatetime
    vote_closes: AwareDatetime
    anywhere_on_earth: bool = False
    open_data: bool = False


class Extension(Given):
    """Later instants for phases that have not ended; what is left out stays."""

    discussion_opens: AwareDatetime | None = None
    vote_opens: AwareDatetime | None = None
    vote_closes: AwareDatetime | None = None
    reason: str = ""


class QuestionOut(Schema):
    """A question. `author` is null where it was not signed; `low` and `high` are hours, the span until they are frozen."""

    number: int = Field(alias="pk")
    round: str = Field(alias="round.slug")
    title: str
    body: str
    state: State
    signed: bool
    author: str | None
    proposed: datetime
    edited: datetime | None
    version: int
    low: int | None = Field(alias="lowest")
    high: int | None = Field(alias="highest")
    cost: int | None
    estimates: int = Field(alias="estimates_made")
    offered: int
    address: str = Field(alias="get_absolute_url")

    @staticmethod
    def resolve_author(question: Question) -> str | None:
        """Who proposed it, as everybody may know."""
        return question.author_id if question.signed else None


class EstimateOut(Schema):
    """Somebody's estimate of the hours that a question takes."""

    person: str = Field(alias="person_id")
    low: int
    high: int
    at: datetime


class OfferOut(Schema):
    """Hours that somebody offers for a question."""

    person: str = Field(alias="person_id")
    hours: int
    at: datetime


class QuestionIn(Given):
    """A question to propose. An unsigned one shows no author."""

    title: str
    body: str = ""
    signed: bool = True


class QuestionChange(Given):
    """A new text. `version` is the one that was edited; with a stale one nothing is changed."""

    title: str
    body: str
    version: int


class Range(Given):
    """Whole hours, the smaller number first."""

    low: int
    high: int


class Hours(Given):
    """Whole hours; 0 takes the offer back."""

    hours: int


class AnnouncementOut(Schema):
    """A mail to everybody who may take part in a round. It went out when somebody else confirmed it."""

    number: int = Field(alias="pk")
    subject: str
    body: str
    drafted: datetime
    drafted_by: str = Field(alias="drafted_by_id")
    confirmed: datetime | None
    confirmed_by: str | None = Field(None, alias="confirmed_by_id")
    mails: int


class AnnouncementIn(Given):
    """A mail to draft, in plain text."""

    subject: str
    body: str


class ChosenOut(Schema):
    """A question on the agenda, with the phase of the rule that chose it; empty where ballots were kept closed."""

    place: int
    question: int = Field(alias="question_id")
    title: str = Field(alias="question.title")
    cost: int = Field(alias="question.cost")
    phase: str


class ResultOut(Schema):
    """A decision. `result`, `majority` and `explanation` are null where ballots were kept closed."""

    decided: datetime
    capacity: int
    spent: int
    chosen: list[ChosenOut]
    majority: list[str] | None
    result: dict[str, Any] | None
    explanation: Any = None

    @staticmethod
    def resolve_chosen(decision: Decision) -> list[Any]:
        """In the order of selection."""
        return list(decision.chosen.select_related("question"))


class Payment(Schema):
    """What a question's supporters paid in the run that decided, in units of cost.

    `payment` is the most that one of them paid, `full` how many did; the others paid all they had left.
    """

    id: str
    payment: str
    full: int


class Filters(Schema):
    """Which questions to list."""

    state: State | None = Field(None, description="Only those in this state; withdrawn ones are listed only by it.")
    q: Word = Field("", description="Words in title or text.")
    sort: Sort = Field("number", description="The order; with a hyphen before it, downwards.")


@router.get("/rounds", response=list[RoundOut], summary="List rounds")
@paginate(Parts)
def list_rounds(request: HttpRequest, phase: Phase | None = None, q: Word = "") -> QuerySet[Round]:
    """All rounds, the latest first; `phase` and the words `q` in the title narrow the list."""
    rows = queries.rounds()
    rows = rows.filter(phase=phase) if phase else rows
    return rows.filter(title__icontains=q) if q else rows


@router.get("/rounds/{slug}", response=RoundOut, summary="Get a round")
def get_round(request: HttpRequest, slug: str) -> Round:
    """One round, with its phases."""
    return found_round(slug)


@router.post("/rounds", response={201: RoundOut}, summary="Announce a round")
def announce_round(request: HttpRequest, given: RoundIn) -> Status[Round]:
    """Announce a round with the instants at which its phases begin and end."""
    return Status(201, acts.announce_round(actor(request), **given.dict()))


@router.post("/rounds/{slug}/extend", response=RoundOut, summary="Make a phase longer")
def extend_round(request: HttpRequest, slug: str, given: Extension) -> Round:
    """Let the discussion or the vote open later, or the vote close later. What has begun is never made shorter."""
    return acts.extend_round(actor(request), round=found_round(slug), **given.dict())


@router.get("/rounds/{slug}/questions", response=list[QuestionOut], summary="List questions")
@paginate(Parts)
def list_questions(request: HttpRequest, slug: str, filters: Query[Filters]) -> QuerySet[Question]:
    """The questions of a round, with estimates and hours offered so far."""
    rows = queries.questions(found_round(slug))
    withdrawn = Question.State.WITHDRAWN
    rows = rows.filter(state=filters.state) if filters.state else rows.exclude(state=withdrawn)
    rows = rows.filter(Q(title__icontains=filters.q) | Q(body__icontains=filters.q)) if filters.q else rows
    down = "-" if filters.sort.startswith("-") else ""
    return rows.order_by(down + SORTS[filters.sort.removeprefix("-")], "pk")


@router.get("/rounds/{slug}/questions/{number}", response=QuestionOut, summary="Get a question")
def get_question(request: HttpRequest, slug: str, number: int) -> Question:
    """One question."""
    return _listed(found_question(slug, number))


@router.get("/rounds/{slug}/questions/{number}/estimates", response=list[EstimateOut], summary="List estimates")
@paginate(Parts)
def list_estimates(request: HttpRequest, slug: str, number: int) -> QuerySet[Estimate]:
    """Who estimated the effort of a question, and how."""
    return found_question(slug, number).estimates.all()


@router.get("/rounds/{slug}/questions/{number}/offers", response=list[OfferOut], summary="List offers of hours")
@paginate(Parts)
def list_offers(request: HttpRequest, slug: str, number: int) -> QuerySet[Offer]:
    """Who offers hours for a question."""
    return found_question(slug, number).offers.all()


@router.post("/rounds/{slug}/questions", response={201: QuestionOut}, summary="Propose a question")
def propose_question(request: HttpRequest, slug: str, given: QuestionIn) -> Status[Question]:
    """Put an open question to a round that is taking questions."""
    return Status(201, _listed(acts.propose_question(actor(request), round=found_round(slug), **given.dict())))


@router.put("/rounds/{slug}/questions/{number}", response=QuestionOut, summary="Edit a question")
def edit_question(request: HttpRequest, slug: str, number: int, given: QuestionChange) -> Question:
    """Change the text of your own question until the vote opens."""
    return _listed(acts.edit_question(actor(request), question=found_question(slug, number), **given.dict()))


@router.delete("/rounds/{slug}/questions/{number}", response=QuestionOut, summary="Withdraw a question")
def withdraw_question(request: HttpRequest, slug: str, number: int) -> Question:
    """Withdraw your own question until the vote opens. It stays readable as withdrawn."""
    return _listed(acts.withdraw_question(actor(request), question=found_question(slug, number)))


@router.put("/rounds/{slug}/questions/{number}/estimate", response=EstimateOut, summary="Estimate a question's effort")
def estimate_effort(request: HttpRequest, slug: str, number: int, given: Range) -> Estimate:
    """Say how many hours somebody else's question takes, as a range. It replaces your own earlier estimate."""
    return acts.estimate_effort(actor(request), question=found_question(slug, number), **given.dict())


@router.put("/rounds/{slug}/questions/{number}/offer", response={200: OfferOut, 204: None}, summary="Offer hours")
def offer_hours(request: HttpRequest, slug: str, number: int, given: Hours) -> Status[Offer | None]:
    """Offer hours of your own for a question, should it be chosen. It replaces your own earlier offer."""
    offer = acts.offer_hours(actor(request), question=found_question(slug, number), hours=given.hours)
    return Status(200, offer) if offer else Status(204, None)


@router.get("/rounds/{slug}/announcements", response=list[AnnouncementOut], summary="List mails to everybody")
@paginate(Parts)
def list_announcements(request: HttpRequest, slug: str) -> QuerySet[Announcement]:
    """Mails that went out and drafts, for those who may draft or confirm them: of drafts, your own, or all if you may confirm."""
    return queries.mails(signed_in(request), _mailing(request, slug))


@router.post("/rounds/{slug}/announcements", response={201: AnnouncementOut}, summary="Draft a mail to everybody")
def draft_announcement(request: HttpRequest, slug: str, given: AnnouncementIn) -> Status[Announcement]:
    """Draft a mail to everybody who may take part. Somebody else has to confirm it."""
    return Status(201, acts.draft_announcement(actor(request), round=found_round(slug), **given.dict()))


@router.post(
    "/rounds/{slug}/announcements/{number}/confirm", response=AnnouncementOut, summary="Confirm a mail to everybody"
)
def confirm_announcement(request: HttpRequest, slug: str, number: int) -> Announcement:
    """Confirm a mail that somebody else drafted, and send it."""
    announcement = found(queries.mails(signed_in(request), _mailing(request, slug)).filter(pk=number).first())
    return acts.confirm_announcement(actor(request), announcement=announcement)


@router.get("/rounds/{slug}/result", response=ResultOut, summary="Get the result of a round")
def get_result(request: HttpRequest, slug: str) -> Decision:
    """What was chosen and why: the result with its certificate, what a plain majority would have chosen, the clusters."""
    return _decision(slug)


@router.get("/rounds/{slug}/payments", response=list[Payment], summary="List payments")
@paginate(Parts)
def list_payments(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """What supporters paid for each question that equal shares bought, in order; from the certificate."""
    result = _decision(slug).result
    if result is None:
        raise Closed("The ballots of this round were kept closed.", remedy="Its bundle holds what was published.")
    run = result["certificate"]["final"] or result["certificate"]["base"]
    rounds: list[dict[str, Any]] = run["rounds"]
    return rounds


@router.get("/rounds/{slug}/bundle", response={200: bytes}, summary="Download the bundle of a decision")
def get_bundle(request: HttpRequest, slug: str) -> HttpResponse:
    """The zip that `stoa verify` checks: entries with proofs, signed head, key, voter list, ballots, result."""
    return download(exports.bundle(found_round(slug)), f"{slug}-bundle.zip", "application/zip")


@router.get("/rounds/{slug}/pabulib", response={200: str}, summary="Download opened ballots as Pabulib")
def get_pabulib(request: HttpRequest, slug: str) -> HttpResponse:
    """The opened ballots in the format of the Pabulib library (.pb)."""
    return download(exports.pabulib_text(found_round(slug)).encode(), f"{slug}.pb", "text/plain; charset=utf-8")


@router.get("/rounds/{slug}/preflib", response={200: str}, summary="Download opened ballots as PrefLib")
def get_preflib(request: HttpRequest, slug: str) -> HttpResponse:
    """The opened ballots in the format of the PrefLib library (.cat)."""
    return download(exports.preflib_text(found_round(slug)).encode(), f"{slug}.cat", "text/plain; charset=utf-8")


def found_round(slug: str) -> Round:
    """The round of this short name, or the answer that there is none."""
    return found(queries.find_round(slug) if "\0" not in slug else None)


def found_question(slug: str, number: int) -> Question:
    """The question of this number in the round, or the answer that there is none."""
    return found(queries.find_question(found_round(slug).slug, number))


def _listed(question: Question) -> Question:
    """The question with the figures that lists show."""
    return queries.questions(question.round).get(pk=question.pk)


def _decision(slug: str) -> Decision:
    decision = Decision.objects.filter(round=found_round(slug)).first()
    if decision is None:
        raise Closed("This round has no result yet.", remedy="It comes when the ballots are opened.")
    return decision


def _mailing(request: HttpRequest, slug: str) -> Round:
    """The round, for those who may mail everybody."""
    round = found_round(slug)
    if not rules.may_mail(signed_in(request), round):
        raise Refused("You can't see the mails of this round.", remedy="Stewards, founders and who may draft one can.")
    return round
