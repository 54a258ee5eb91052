"""Acts on rounds: announcing, extending, and the phases that the clock begins."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from statistics import median

from django.db import IntegrityError, transaction

from stoa.agenda import events
from stoa.agenda.acts.ending import commit_answers
from stoa.agenda.acts.finding import round_found
from stoa.agenda.acts.mailing import tell_of_opening
from stoa.agenda.models import Offer, Question, Round
from stoa.ballots.acts import Put, move_closing, open_vote, seal
from stoa.charter.queries import terms
from stoa.kit import clock, locks, search
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid

LATEST = timedelta(days=3 * 366)
MOST_REASON = 500
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RESERVED_SLUGS = frozenset({"new", "question", "questions", "import"})


@act("agenda.round.announce")
def announce_round(
    actor: Actor,
    *,
    slug: str,
    title: str,
    summary: str,
    questions_open: datetime,
    vote_opens: datetime,
    vote_closes: datetime,
    anywhere_on_earth: bool = False,
    discussion_opens: datetime | None = None,
    open_data: bool = False,
) -> Round:
    """Announce a round with the instants at which its phases begin and end.

    Without `discussion_opens` nothing is discussed. `open_data` declares that answers will be exported without names.
    """
    _check_dates(questions_open, discussion_opens, vote_opens, vote_closes)
    if open_data and discussion_opens is None:
        raise Invalid(
            "Without a discussion there are no answers to publish.",
            remedy="Give the discussion a beginning, or leave this unticked.",
            field="open_data",
        )
    if not SLUG.fullmatch(slug) or slug in RESERVED_SLUGS or len(slug) > 40:
        raise Invalid(
            "This short name can't stand in an address.",
            remedy="Use lower-case letters, digits and hyphens, such as 2027.",
            field="slug",
        )
    if not title.strip():
        raise Invalid("The title is empty.", remedy="Ask the question that the round answers.", field="title")
    try:
        with transaction.atomic():
            created = Round.objects.create(
                slug=slug,
                title=" ".join(title.split()),
                summary=summary.strip(),
                questions_open=questions_open,
                vote_opens=vote_opens,
                vote_closes=vote_closes,
                anywhere_on_earth=anywhere_on_earth,
                discussion_opens=discussion_opens,
                open_data=open_data,
            )
    except IntegrityError as fault:
        raise Invalid("A round has this short name already.", remedy="Choose another.", field="slug") from fault
    search.put_all([round_found(created)])
    tell(
        events.RoundAnnounced(
            str(created.pk),
            clock.stamp(questions_open),
            clock.stamp(vote_opens),
            clock.stamp(vote_closes),
            clock.stamp(discussion_opens) if discussion_opens else None,
            open_data or None,
        ),
        {"title": created.title, "summary": created.summary},
    )
    return created


@act("agenda.round.extend", on="round")
def extend_round(
    actor: Actor,
    *,
    round: Round,
    vote_opens: datetime | None = None,
    vote_closes: datetime | None = None,
    discussion_opens: datetime | None = None,
    reason: str = "",
) -> Round:
    """Make a phase longer. What has begun is never made shorter, what has ended never reopened.

    The reason is public and stands in the round's history; the record commits to it.
    """
    round, reason = locks.exclusive(round), _checked_reason(reason)
    opens, closes = vote_opens or round.vote_opens, vote_closes or round.vote_closes
    discussion = discussion_opens or round.discussion_opens
    if not round.before_the_vote and round.phase != Round.Phase.VOTE:
        raise Closed("The vote of this round has ended.", remedy="Announce a new round.")
    if (discussion, opens, closes) == (round.discussion_opens, round.vote_opens, round.vote_closes):
        raise Invalid("Nothing would change.", remedy="Choose a later instant.", field="vote_closes")
    if opens != round.vote_opens and (round.phase == Round.Phase.VOTE or clock.now() >= round.vote_opens):
        raise Closed("The vote has begun; its opening can't be moved.", remedy="You can let it close later.")
    if opens < round.vote_opens or closes < round.vote_closes:
        raise Invalid("A phase can only be made longer.", remedy="Choose later instants.", field="vote_closes")
    if discussion != round.discussion_opens:
        _check_later_discussion(round, discussion)
    _check_order(round.questions_open, discussion, opens, closes)
    if round.ballot and closes > round.vote_closes:
        move_closing(locks.exclusive(round.ballot), closes)
    round.discussion_opens, round.vote_opens, round.vote_closes = discussion, opens, closes
    round.save(update_fields=["discussion_opens", "vote_opens", "vote_closes"])
    tell(
        events.RoundExtended(
            str(round.pk),
            clock.stamp(opens),
            clock.stamp(closes),
            clock.stamp(discussion) if discussion else None,
        ),
        {"reason": reason} if reason else {},
    )
    return round


@act("agenda.round.begin_questions", on="round")
def begin_questions(actor: Actor, *, round: Round) -> Round:
    """Let the round take questions, when the announced instant has come."""
    round = locks.exclusive(round)
    _demand(round, Round.Phase.ANNOUNCED, round.questions_open)
    round.phase = Round.Phase.QUESTIONS
    round.save(update_fields=["phase"])
    tell(events.QuestionsOpened(str(round.pk)))
    return round


@act("agenda.round.begin_discussion", on="round")
def begin_discussion(actor: Actor, *, round: Round) -> Round:
    """Let the round take statements and answers, when the announced instant has come."""
    round = locks.exclusive(round)
    if round.discussion_opens is None:
        raise Closed("This round has no discussion.")
    _demand(round, Round.Phase.QUESTIONS, round.discussion_opens)
    round.phase = Round.Phase.DISCUSSION
    round.save(update_fields=["phase"])
    tell(events.DiscussionOpened(str(round.pk)))
    return round


@act("agenda.round.begin_vote", on="round")
def begin_vote(actor: Actor, *, round: Round) -> Round:
    """End the discussion, freeze effort and capacity and open the vote, when the announced instant has come."""
    round = locks.exclusive(round)
    _demand(round, Round.Phase.DISCUSSION if round.discussion_opens else Round.Phase.QUESTIONS, round.vote_opens)
    if round.discussion_opens:
        commit_answers(round)
    if clock.now() >= round.vote_closes:
        return _fail(round, "no-time")  # the server was down for all of the vote
    put, left_out = _freeze_effort(round)
    capacity = sum(Offer.objects.filter(question__in=[q.pk for q in put]).values_list("hours", flat=True))
    if not put or not capacity:
        return _fail(round, "no-questions" if not put else "no-capacity")
    tell(
        events.EffortFrozen(
            str(round.pk),
            "hours",
            capacity,
            [{"id": q.reference, "low": q.low, "high": q.high, "cost": q.cost} for q in put],
            [q.reference for q in left_out],
        )
    )
    round.ballot = open_vote(
        subject=f"round:{round.pk}",
        round_id=str(round.pk),
        options=[Put(q.reference, q.cost or 0) for q in put],
        capacity=capacity,
        closes=round.vote_closes,
    )
    round.phase = Round.Phase.VOTE
    round.save(update_fields=["phase", "ballot"])
    tell_of_opening(round, len(put))
    return round


@act("agenda.round.close_vote", on="round")
def close_vote(actor: Actor, *, round: Round) -> Round:
    """Close the vote when its time is over and seal the ballots for checking."""
    round = locks.exclusive(round)
    if round.phase != Round.Phase.VOTE or round.ballot is None:
        raise Closed("This round has no open vote.")
    seal(round.ballot)
    round.phase = Round.Phase.CHECKING
    round.save(update_fields=["phase"])
    return round


def _freeze_effort(round: Round) -> tuple[list[Question], list[Question]]:
    needed = terms().limits["estimates_needed"]
    put: list[Question] = []
    left_out: list[Question] = []
    for question in round.questions.filter(state=Question.State.PROPOSED).prefetch_related("estimates").order_by("pk"):
        estimates = list(question.estimates.all())
        if len(estimates) < needed:
            question.state = Question.State.LEFT_OUT
            left_out.append(question)
        else:
            question.low = _middle([e.low for e in estimates])
            question.high = _middle([e.high for e in estimates])
            question.cost = (question.low + question.high + 1) // 2
            question.state = Question.State.ON_BALLOT
            put.append(question)
    Question.objects.bulk_update([*put, *left_out], ["low", "high", "cost", "state"], batch_size=500)
    return put, left_out


def _middle(hours: list[int]) -> int:
    """The median, rounded up to a whole hour."""
    return -int(-median(hours) // 1)


def _fail(round: Round, reason: str) -> Round:
    round.phase = Round.Phase.FAILED
    round.save(update_fields=["phase"])
    tell(events.RoundFailed(str(round.pk), reason))
    return round


def _checked_reason(reason: str) -> str:
    clean = " ".join(reason.split())
    if len(clean) > MOST_REASON:
        raise Invalid(
            f"The reason has {len(clean):,} characters.", remedy=f"Use {MOST_REASON} at most.", field="reason"
        )
    return clean


def _demand(round: Round, phase: str, instant: datetime) -> None:
    if round.phase != phase:
        raise Closed("This phase has begun already.")
    if clock.now() < instant:
        raise Closed("It is too early.", remedy=f"This phase begins at {clock.stamp(instant)}.")


def _check_dates(
    questions_open: datetime, discussion_opens: datetime | None, vote_opens: datetime, vote_closes: datetime
) -> None:
    _check_order(questions_open, discussion_opens, vote_opens, vote_closes)
    if vote_opens <= clock.now():
        raise Invalid("The vote would have begun already.", remedy="Choose a date that lies ahead.", field="vote_opens")
    if vote_closes > clock.now() + LATEST:
        raise Invalid("That is more than three years ahead.", remedy="Check the year.", field="vote_closes")


def _check_later_discussion(round: Round, discussion_opens: datetime | None) -> None:
    """Raise unless the discussion, which has not begun, would begin later."""
    if round.discussion_opens is None:
        raise Invalid(
            "This round was announced without a discussion.",
            remedy="Announce the next round with one.",
            field="discussion_opens",
        )
    if round.phase not in {Round.Phase.ANNOUNCED, Round.Phase.QUESTIONS} or clock.now() >= round.discussion_opens:
        raise Closed("The discussion has begun; its opening can't be moved.", remedy="You can let the vote open later.")
    if discussion_opens is None or discussion_opens < round.discussion_opens:
        raise Invalid("A phase can only be made longer.", remedy="Choose a later instant.", field="discussion_opens")


def _check_order(
    questions_open: datetime, discussion_opens: datetime | None, vote_opens: datetime, vote_closes: datetime
) -> None:
    if vote_opens <= questions_open:
        raise Invalid("The vote would open before questions do.", remedy="Let it open later.", field="vote_opens")
    if discussion_opens is not None and discussion_opens <= questions_open:
        raise Invalid(
            "The discussion would begin before questions do.", remedy="Let it begin later.", field="discussion_opens"
        )
    if discussion_opens is not None and vote_opens <= discussion_opens:
        raise Invalid(
            "The vote would open before the discussion does.",
            remedy="Let the discussion begin earlier, or the vote open later.",
            field="discussion_opens",
        )
    if vote_closes <= vote_opens:
        raise Invalid("The vote would close before it opens.", remedy="Let it close later.", field="vote_closes")
