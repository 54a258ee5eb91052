"""The discussion of a round over HTTP: statements, one's own answers with their proof, and open data."""

from datetime import datetime
from typing import Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.agenda import acts, open_data, rules
from stoa.agenda.acts.answers import VALUES
from stoa.agenda.api.rounds import found_question, found_round
from stoa.agenda.models import Answer, Round, Statement
from stoa.agenda.queries import answers, statements
from stoa.forum.rules import Reader
from stoa.kit.api import Given, Parts, Word, actor, download, found, signed_in
from stoa.kit.faults import Closed

Said = Literal["agree", "disagree", "skip"]

router = Router(tags=["Agenda"])


class StatementOut(Schema):
    """A statement that stands. Who proposed it is shown to nobody; `question` is the number of the one it is about."""

    number: int = Field(alias="pk")
    round: str = Field(alias="round.slug")
    body: str
    state: Literal["standing", "held", "removed", "withdrawn"]
    question: int | None = Field(None, alias="question_id")
    proposed: datetime
    address: str = Field(alias="get_absolute_url")


class StatementIn(Given):
    """A statement to propose, without a name. `anyway` proposes it although others seem to say the same."""

    body: str
    question: int | None = None
    anyway: bool = False


class AnswerIn(Given):
    """Your answer to a statement."""

    answer: Said


class AnswerOut(Schema):
    """Your own answer to a statement. Nobody else can ask for it."""

    statement: int = Field(alias="statement_id")
    answer: Said

    @staticmethod
    def resolve_answer(answer: Answer) -> str:
        """The answer in a word."""
        return answers.WORDS[answer.value]


class RowOut(Schema):
    """All your answers in a round, as they were committed to."""

    round: str
    answers: dict[str, Said]


class ProofOut(Schema):
    """That your answers are among those committed to. Hashes in hexadecimal; `path` has the leaf's sibling first."""

    row: RowOut
    salt: str
    commitment: str
    position: int
    count: int
    path: list[str]
    root: str
    until: datetime


@router.get("/rounds/{slug}/statements", response=list[StatementOut], summary="List statements")
@paginate(Parts)
def list_statements(request: HttpRequest, slug: str, q: Word = "") -> QuerySet[Statement]:
    """The statements of a round that stand, without authors and without a figure of their answers."""
    rows = statements.standing_statements(_discussed(slug))
    return rows.filter(body__icontains=q) if q else rows


@router.get("/rounds/{slug}/statements/{number}", response=StatementOut, summary="Get a statement")
def get_statement(request: HttpRequest, slug: str, number: int) -> Statement:
    """One statement that stands; your own also while it is held."""
    return _statement(request, slug, number)


@router.get("/rounds/{slug}/similar-statements", response=list[StatementOut], summary="List similar statements")
def list_similar_statements(request: HttpRequest, slug: str, body: Query[Word]) -> list[Statement]:
    """Statements that seem to say the same as `body`, the most alike first: to be answered instead of repeated."""
    return statements.similar(_discussed(slug), body)


@router.post("/rounds/{slug}/statements", response={201: StatementOut}, summary="Propose a statement")
def propose_statement(request: HttpRequest, slug: str, given: StatementIn) -> Status[Statement]:
    """Propose a statement, without a name. Answers 409 with the code `similar` where others seem to say the same."""
    round = _discussed(slug)
    question = found_question(slug, given.question) if given.question is not None else None
    return Status(
        201,
        acts.propose_statement(actor(request), round=round, body=given.body, question=question, anyway=given.anyway),
    )


@router.delete("/rounds/{slug}/statements/{number}", response=StatementOut, summary="Withdraw a statement")
def withdraw_statement(request: HttpRequest, slug: str, number: int) -> Statement:
    """Withdraw your own statement while it is discussed. The answers to it count no more."""
    return acts.withdraw_statement(actor(request), statement=_statement(request, slug, number))


@router.get("/rounds/{slug}/next-statement", response={200: StatementOut, 204: None}, summary="Draw a statement")
def get_next_statement(request: HttpRequest, slug: str) -> Status[Statement | None]:
    """A statement that you have not answered, drawn by chance; 204 where there is none, or the discussion is closed."""
    round, caller = _discussed(slug), signed_in(request)
    drawn = answers.next_statement(round, caller.person_id).statement if rules.is_discussed(round) else None
    return Status(200, drawn) if drawn else Status(204, None)


@router.put("/rounds/{slug}/statements/{number}/answer", response=AnswerOut, summary="Answer a statement")
def give_answer(request: HttpRequest, slug: str, number: int, given: AnswerIn) -> Answer:
    """Agree, disagree or skip. It replaces your earlier answer, and can be changed until the vote opens."""
    statement = statements.standing_statement(slug, str(number)) or _statement(request, slug, number)
    return acts.give_answer(actor(request), statement=statement, value=VALUES[given.answer])


@router.delete("/rounds/{slug}/statements/{number}/answer", response={204: None}, summary="Take an answer back")
def take_answer_back(request: HttpRequest, slug: str, number: int) -> Status[None]:
    """Take your answer back, until the vote opens."""
    acts.take_answer_back(actor(request), statement=_statement(request, slug, number))
    return Status(204, None)


@router.get("/rounds/{slug}/answers", response=list[AnswerOut], summary="List your own answers")
@paginate(Parts)
def list_own_answers(request: HttpRequest, slug: str) -> QuerySet[Answer]:
    """What you answered in this round, the latest first. Nobody can ask for somebody else's."""
    return answers.answers_of(_discussed(slug), signed_in(request).person_id)


@router.get("/rounds/{slug}/answers/proof", response=ProofOut, summary="Get the proof of your answers")
def get_proof(request: HttpRequest, slug: str) -> answers.Proof:
    """The proof that your answers are among those committed to, from the close until the time for checking is over."""
    proof = answers.proof_of(_discussed(slug), signed_in(request).person_id)
    if proof is None:
        raise Closed(
            "There is no proof of answers of yours.",
            remedy="There is one between the close and the end of the time for checking, for whoever answered.",
        )
    return proof


@router.get("/rounds/{slug}/polis", response={200: bytes}, summary="Download open answers as Polis exports them")
def get_polis(request: HttpRequest, slug: str) -> HttpResponse:
    """The answers of an ended discussion that declared open data: a zip without names, times and authors."""
    return download(open_data.polis_zip(_discussed(slug)), f"{slug}-answers.zip", "application/zip")


def _discussed(slug: str) -> Round:
    round = found_round(slug)
    return found(round if round.discussion_opens else None)


def _statement(request: HttpRequest, slug: str, number: int) -> Statement:
    viewer = Reader(actor(request).person_id)
    statement = found(statements.find_statement(_discussed(slug).slug, number, viewer))
    return found(statement if statements.may_read(statement, viewer) else None)
