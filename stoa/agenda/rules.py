"""Who may do what in a round, for pages that offer it; the acts ask again."""

from __future__ import annotations

from stoa.agenda.models import Announcement, Question, Round, Statement
from stoa.ballots.models import Ballot
from stoa.kit import clock
from stoa.kit.act import Actor
from stoa.kit.powers import may


def takes_questions(round: Round) -> bool:
    """Whether questions, estimates and offers are taken now."""
    return round.before_the_vote and round.questions_open <= clock.now() < round.vote_opens


def is_discussed(round: Round) -> bool:
    """Whether statements and answers are taken now."""
    return round.phase == Round.Phase.DISCUSSION and clock.now() < round.vote_opens


def vote_is_open(round: Round) -> bool:
    """Whether ballots can be cast now."""
    ballot = round.ballot
    return ballot is not None and ballot.state == Ballot.State.OPEN and clock.now() < ballot.closes


def can_be_extended(round: Round) -> bool:
    """Whether a phase is left that could be made longer."""
    early = round.before_the_vote or round.phase == Round.Phase.VOTE
    return early and clock.now() < round.vote_closes and not round.imported


def openings_ahead(round: Round) -> frozenset[str]:
    """Of the discussion and the vote, those that have not begun and so may begin later."""
    ahead = {"vote_opens"} if round.before_the_vote else set()
    early = round.phase in {Round.Phase.ANNOUNCED, Round.Phase.QUESTIONS}
    if round.discussion_opens and early and clock.now() < round.discussion_opens:
        ahead.add("discussion_opens")
    return frozenset(ahead)


def may_announce(actor: Actor) -> bool:
    """Whether the actor may announce a round."""
    return may(actor, "agenda.round.announce")


def may_extend(actor: Actor, round: Round) -> bool:
    """Whether the actor may make a phase of this round longer now."""
    return can_be_extended(round) and may(actor, "agenda.round.extend", round)


def may_mail(actor: Actor, round: Round) -> bool:
    """Whether the actor may draft or confirm mails to everybody."""
    return may(actor, "agenda.announcement.draft", round) or sees_drafts(actor, round)


def sees_drafts(actor: Actor, round: Round) -> bool:
    """Whether the actor may confirm mails to everybody, and so sees the drafts of others: to draft one's own is not enough."""
    return may(actor, "agenda.announcement.confirm", round)


def may_confirm(actor: Actor, announcement: Announcement) -> bool:
    """Whether the actor may send a mail that was drafted: never the one they drafted themselves."""
    waiting = announcement.confirmed is None and announcement.drafted_by_id != actor.person_id
    return waiting and may(actor, "agenda.announcement.confirm")


def may_propose(actor: Actor, round: Round) -> bool:
    """Whether the actor may put a question to this round now."""
    return takes_questions(round) and may(actor, "agenda.question.propose", round)


def may_answer(actor: Actor, round: Round) -> bool:
    """Whether the actor may answer statements of this round now."""
    return is_discussed(round) and may(actor, "agenda.answer.give")


def may_propose_statement(actor: Actor, round: Round) -> bool:
    """Whether the actor may put a statement to this round now."""
    return is_discussed(round) and may(actor, "agenda.statement.propose", round)


def may_withdraw_statement(actor: Actor, statement: Statement) -> bool:
    """Whether the actor wrote this statement and may withdraw it now."""
    stands = statement.state in {Statement.State.STANDING, Statement.State.HELD}
    return stands and is_discussed(statement.round) and may(actor, "agenda.statement.withdraw", statement)


def is_author(actor: Actor, question: Question) -> bool:
    """Whether the actor wrote the question, signed or not."""
    return actor.person_id is not None and actor.person_id == question.author_id


def may_edit(actor: Actor, question: Question) -> bool:
    """Whether the actor may change or withdraw this question now."""
    return _stands(question) and is_author(actor, question) and may(actor, "agenda.question.edit", question)


def may_estimate(actor: Actor, question: Question) -> bool:
    """Whether the actor may estimate the effort of this question now: its proposer may not."""
    return _stands(question) and not is_author(actor, question) and may(actor, "agenda.effort.estimate", question)


def may_offer(actor: Actor, question: Question) -> bool:
    """Whether the actor may offer hours for this question now."""
    return _stands(question) and may(actor, "agenda.hours.offer", question)


def _stands(question: Question) -> bool:
    return question.state == Question.State.PROPOSED and takes_questions(question.round)
