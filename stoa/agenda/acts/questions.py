"""Acts on questions: proposing, editing until the vote opens, withdrawing."""

from __future__ import annotations

from stoa.agenda import events
from stoa.agenda.acts.finding import let_find
from stoa.agenda.models import Question, Round
from stoa.charter.queries import terms
from stoa.kit import clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid
from stoa.people.following import follow_own

MOST_TITLE, MOST_BODY = 160, 20_000


@act("agenda.question.propose", on="round")
def propose_question(actor: Actor, *, round: Round, title: str, body: str, signed: bool = True) -> Question:
    """Put an open question to a round that is taking questions."""
    round = taking_questions(round)
    title, body = _clean(title, body)
    most = terms().limits["questions_per_person_and_round"]
    mine = Question.objects.filter(round=round, author_id=actor.person_id).exclude(state=Question.State.WITHDRAWN)
    if mine.count() >= most:
        raise Invalid(
            f"You have put {most} questions to this round, which is the most.",
            remedy="Withdraw one to propose another.",
        )
    question = Question.objects.create(round=round, author_id=actor.person_id, signed=signed, title=title, body=body)
    let_find(question)
    follow_own(actor.person_id, question.reference)
    event = events.QuestionProposed if signed else events.QuestionProposedUnsigned
    tell(event(str(question.pk), str(round.pk)), {"title": title, "body": body})
    return question


@act("agenda.question.edit", on="question")
def edit_question(actor: Actor, *, question: Question, title: str, body: str, version: int) -> Question:
    """Change the text of one's own question until the vote opens; `version` is the one that was edited."""
    taking_questions(question.round)
    question = proposed(question)
    if version != question.version:
        raise Conflict("The question was changed meanwhile.", remedy="Bring the two texts together.", code="stale")
    question.title, question.body = _clean(title, body)
    question.version += 1
    question.edited = clock.now()
    question.save(update_fields=["title", "body", "version", "edited"])
    let_find(question)
    event = events.QuestionEdited if question.signed else events.QuestionEditedUnsigned
    tell(event(str(question.pk), question.version), {"title": question.title, "body": question.body})
    return question


@act("agenda.question.withdraw", on="question")
def withdraw_question(actor: Actor, *, question: Question) -> Question:
    """Withdraw one's own question until the vote opens."""
    taking_questions(question.round)
    question = proposed(question)
    question.state = Question.State.WITHDRAWN
    question.save(update_fields=["state"])
    let_find(question)
    tell((events.QuestionWithdrawn if question.signed else events.QuestionWithdrawnUnsigned)(str(question.pk)))
    return question


def taking_questions(round: Round) -> Round:
    """The round, kept from moving on until this transaction ends; raises `Closed` unless it takes questions now."""
    round = locks.shared(round)
    if round.phase == Round.Phase.ANNOUNCED and clock.now() < round.questions_open:
        raise Closed(
            "This round takes no questions yet.", remedy=f"It does from {clock.stamp(round.questions_open)} on."
        )
    if not round.before_the_vote or clock.now() >= round.vote_opens:
        raise Closed("This round takes no questions any more.", remedy="Propose it in the next round.")
    return round


def proposed(question: Question) -> Question:
    """The question, alone until this transaction ends; raises `Closed` unless it stands."""
    question = locks.exclusive(question)
    if question.state != Question.State.PROPOSED:
        raise Closed("This question was withdrawn.", remedy="Choose another.")
    return question


def _clean(title: str, body: str) -> tuple[str, str]:
    title, body = " ".join(title.replace("\0", "").split()), body.replace("\r\n", "\n").replace("\0", "").strip()
    if not title:
        raise Invalid("The title is empty.", remedy="Ask the question in one sentence.", field="title")
    if len(title) > MOST_TITLE:
        raise Invalid(f"The title has {len(title)} characters.", remedy=f"Use {MOST_TITLE} at most.", field="title")
    if len(body) > MOST_BODY:
        raise Invalid(f"The text has {len(body)} characters.", remedy=f"Use {MOST_BODY} at most.", field="body")
    return title, body
