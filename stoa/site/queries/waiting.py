"""What waits for somebody: each thing with its time, its date, and whom it keeps waiting. Private to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Lower

from stoa.agenda.models import Announcement, Answer, Estimate, Question, Round, Statement
from stoa.agenda.queries.rounds import UNDER_WAY
from stoa.ballots.models import Ballot, Option, Voter
from stoa.charter.rules import Powers, powers_of
from stoa.forum.models import Post
from stoa.forum.queries.moderation import waiting_count
from stoa.forum.queries.waiting import said_to
from stoa.forum.rules.pace import DECIDES
from stoa.kit import clock, registry
from stoa.kit.act import Actor
from stoa.kit.addresses import path_to
from stoa.kit.counting import counted, counted_up_to
from stoa.kit.looking import once_a_look
from stoa.kit.models import Bounce
from stoa.kit.prepared import prepared, together
from stoa.lab.queries import asked_to_author
from stoa.members.queries.onboarding import code_not_accepted, settling_under_way
from stoa.members.queries.pairs import pairs_waiting
from stoa.members.queries.suspending import appeals_waiting
from stoa.members.queries.terms import questions_open
from stoa.notices.models import Announcement as Notice
from stoa.people.models import FORMER, Person
from stoa.site.queries.setup import steps
from stoa.site.queries.waiting_reading import reading

MOST_MINUTES = 30
MOST_TO_ESTIMATE = 100
"""Questions are counted so far: of more it is said that there are more."""
TEN = 10
"""After one's tenth answer the map can be seen, and answering waits no more."""
MENTIONED_FOR = timedelta(days=30)
MOST_MENTIONS = 5
MINUTES_A_CASE = 5
SETTLE_IN = frozenset({"member", "associate"})
"""Whoever holds one of these roles settles in."""


@dataclass(frozen=True)
class Waiting:
    """One thing to do. `whom` says in words who waits for it; without `due` it has no date."""

    title: str
    url: str
    minutes: int
    whom: str
    due: datetime | None = None

    @property
    def takes(self) -> str:
        """How long it takes, in words."""
        return time_of([self])


def time_of(items: Sequence[Waiting]) -> str:
    """How long these take together, in words; empty for nothing."""
    minutes = sum(item.minutes for item in items)
    if minutes >= 90:
        return f"{(minutes + 30) // 60:,} hours"
    if minutes >= 60:
        return "an hour"
    return f"{minutes} minute{'' if minutes == 1 else 's'}" if minutes else ""


def waiting(actor: Actor, *, discreet: bool = False) -> list[Waiting]:
    """What waits for this person, what is due first at the head and what has no date at the end.

    A `discreet` list, such as a mail holds, is the same whether and what they voted or answered.
    """
    if actor.person_id is None:
        return []
    powers = powers_of(actor)
    rounds = asked_of(actor.person_id, powers)
    return waiting_in(rounds, actor.person_id, powers, discreet=discreet)


def waiting_in(rounds: Sequence[Asked], person_id: str, powers: Powers, *, discreet: bool = False) -> list[Waiting]:
    """The same, where what rounds ask of them and what they may do is read already."""
    found = chain(
        _setup(person_id, powers, rounds),
        chain.from_iterable(_of_round(one, powers, discreet=discreet) for one in rounds),
        _duties(person_id, powers),
        (Waiting(*told) for told in reading(person_id, powers)),
        _mentions(person_id),
        _cases(person_id, powers),
    )
    return sorted(found, key=lambda item: (item.due is None, item.due.timestamp() if item.due else 0))


def fitting(items: Sequence[Waiting], minutes: int) -> list[Waiting]:
    """What can be done in that time: what is due first, as far as it fits into what is left."""
    chosen = []
    for item in items:
        if item.minutes <= minutes:
            chosen.append(item)
            minutes -= item.minutes
    return chosen


def minutes_to_vote(questions: int) -> int:
    """Three questions a minute, five minutes at least."""
    return max(5, questions // 3)


@dataclass(frozen=True)
class Asked:
    """A round under way, and what it asks of one person; what there is more of than matters is not counted on."""

    round: Round
    on_list: bool
    to_vote: bool
    options: int
    to_estimate: int
    answered: int
    statements: int


def asked_of(person_id: str, powers: Powers) -> list[Asked]:
    """The rounds under way, those that wait for people first, with what they ask of this person. One query."""
    rounds = _asked(person_id, powers.terms.limits["estimates_needed"])
    found = [
        Asked(r, r.on_list, r.to_vote, r.options, r.to_estimate, r.answered, r.statements_standing) for r in rounds
    ]
    return sorted(found, key=lambda asked: UNDER_WAY.index(Round.Phase(asked.round.phase)))


@prepared
def _asked(person_id: str, needed: int) -> QuerySet[Any, Any]:
    listed = Voter.objects.filter(person=person_id, ballot=OuterRef("ballot"), ballot__state=Ballot.State.OPEN)
    made = counted(Estimate.objects.filter(question=OuterRef("pk")), "question")
    short = Question.objects.filter(round=OuterRef("pk"), state=Question.State.PROPOSED).exclude(author=person_id)
    mine = Estimate.objects.filter(question=OuterRef("pk"), person=person_id)
    short = short.annotate(made=made).filter(~Exists(mine), made__lt=needed)
    standing = Statement.objects.filter(round=OuterRef("pk"), state=Statement.State.STANDING)
    answers = Answer.objects.filter(
        participant__person=person_id, participant__round=OuterRef("pk"), statement__state=Statement.State.STANDING
    )
    return Round.objects.filter(phase__in=UNDER_WAY).annotate(
        on_list=Exists(listed),
        to_vote=Exists(listed.filter(paper=None)),
        options=counted(Option.objects.filter(ballot=OuterRef("ballot")), "ballot"),
        to_estimate=counted_up_to(MOST_TO_ESTIMATE + 1, short),
        answered=counted_up_to(TEN, answers),
        statements_standing=counted_up_to(TEN, standing),
    )


def _of_round(asked: Asked, powers: Powers, *, discreet: bool) -> Iterator[Waiting]:
    round_ = asked.round
    if (asked.on_list if discreet else asked.to_vote) and round_.phase == Round.Phase.VOTE:
        url = path_to("agenda:vote", round_.slug)
        minutes = minutes_to_vote(asked.options)
        whom = "unless you have" if discreet else "in secret; it can be changed until then"
        yield Waiting(f"Vote: {round_.title}", url, minutes, whom, round_.vote_closes)
    if round_.phase == Round.Phase.DISCUSSION and powers.may("agenda.answer.give"):
        yield from _answers(asked, discreet=discreet)
    estimating = round_.phase in {Round.Phase.QUESTIONS, Round.Phase.DISCUSSION}
    if estimating and asked.to_estimate and powers.may("agenda.effort.estimate"):
        needed = powers.terms.limits["estimates_needed"]
        what = "1 question" if asked.to_estimate == 1 else f"{_number(asked.to_estimate)} questions"
        whom = f"without {needed} estimates a question is left out of the vote"
        minutes = min(3 * asked.to_estimate, MOST_MINUTES)
        url = f"{round_.get_absolute_url()}?missing=yes#questions"
        yield Waiting(f"Estimate the effort of {what}", url, minutes, whom, round_.vote_opens)


def _number(of_questions: int) -> str:
    return f"more than {MOST_TO_ESTIMATE}" if of_questions > MOST_TO_ESTIMATE else str(of_questions)


def _answers(asked: Asked, *, discreet: bool) -> Iterator[Waiting]:
    """Ten statements are what the map of opinions takes; who answered them is asked no more."""
    wanted = min(TEN, asked.statements)
    left = wanted if discreet else max(0, wanted - asked.answered)
    if left:
        what = "a statement" if left == 1 else f"{left} statements"
        url = path_to("agenda:discussion", asked.round.slug)
        minutes = max(1, left // 5)
        whom = "the map shows who agrees"
        yield Waiting(f"Answer {what}: {asked.round.title}", url, minutes, whom, asked.round.vote_opens)


def _setup(person_id: str, powers: Powers, rounds: Sequence[Asked]) -> Iterator[Waiting]:
    if rounds or not powers.may("charter.community.describe") or Round.objects.exists():
        return
    waits = [s for s in steps(Person.objects.get(pk=person_id)) if s.status != "done" and not s.optional]
    if waits:
        what = "1 step" if len(waits) == 1 else f"{len(waits)} steps"
        yield Waiting(
            f"Set up this server: {what}", path_to("site:setup"), 5 * len(waits), "nobody can take part before that"
        )
    else:
        yield Waiting("Open the first round", path_to("agenda:announce"), 10, "everybody waits for it")


def _duties(person_id: str, powers: Powers) -> Iterator[Waiting]:
    """What one's roles ask: to settle in, a second factor, and what waits for who holds a power, and a lost address. One query."""
    needing = powers.roles & powers.terms.second_factor
    asked = [rows for rows, act in _ASKED.items() if powers.may(act)]
    asked += [_bounced, _authorships]
    asked += [_code, _settling, _ties] if powers.roles & SETTLE_IN else []
    asked += [_factors] if needing else []
    rows = together(tuple(asked))(person_id)
    kinds = {kind for kind, *_ in rows}
    if needing and "factor" not in kinds:
        who = " and ".join(sorted(needing))
        yield Waiting("Add a second factor", path_to("mfa_index"), 5, f"needed to act as {who}")
    if "code" in kinds:
        same = "everybody here keeps to the same"
        yield Waiting("Read and accept the code of conduct", path_to("members:welcome"), 5, same)
    elif "settling" in kinds:
        yield Waiting("Go on settling in", path_to("members:welcome"), 5, "others find you by what you work on")
    for kind, pk, slug, title, who in rows:
        yield from _duty(kind, pk, slug, title, who)
        yield from _own_affair(kind, slug, title)


def _duty(kind: str, pk: str, slug: str, title: str, who: str) -> Iterator[Waiting]:
    """One thing that waits for whoever holds a power."""
    if kind == "mail":
        url = path_to("agenda:announcement", slug, pk)
        yield Waiting(f"Confirm a mail to everybody: {title}", url, 3, f"{who} waits")
    elif kind == "announcement":
        url = path_to("notices:draft", pk)
        yield Waiting(f"Release an announcement to everybody: {title}", url, 3, f"{who} waits")
    elif kind == "outcome":
        url = path_to("ballots:scrutiny", slug)
        yield Waiting(f"Attest the outcome: {title}", url, 15, "everybody waits for the outcome")
    elif kind == "pair":
        url, whom = path_to("members:pair", pk), "else the younger account may be left out of a voter list"
        yield Waiting("Settle whether two accounts are one person’s", url, 10, whom)
    elif kind == "suspended":
        url = path_to("members:suspension", pk)
        yield Waiting(f"Decide an appeal against a suspension: {title}", url, 15, f"{title} waits")


def _own_affair(kind: str, slug: str, title: str) -> Iterator[Waiting]:
    """One thing that waits for somebody whatever they hold."""
    if kind == "ties":
        yield Waiting("Confirm your ties", path_to("members:membership"), 2, "else your page says that they are not")
    elif kind == "bounced":
        url, whom = path_to("account_email"), "until then nothing but codes for signing in is sent to you"
        yield Waiting(f"Mail to {title} comes back: confirm your address anew or give another", url, 2, whom)
    elif kind == "author":
        yield Waiting(f"Will you be an author? {title}", path_to("lab:draft_authors", slug), 5, "its authors wait")


def _told(rows: QuerySet[Any], kind: str, slug: str = "", title: str = "", who: Any = "") -> QuerySet[Any]:
    """Kind, number or id, and up to three texts of each row, all as texts."""
    texts = [Cast(each or Value(""), TextField()) for each in (slug, title, who)]
    return rows.order_by().values_list(Cast(Value(kind), TextField()), Cast("pk", TextField()), *texts)


def _code(person_id: str) -> QuerySet[Any]:
    return _told(code_not_accepted(person_id), "code")


def _bounced(person_id: str) -> QuerySet[Any]:
    own = Person.objects.filter(pk=person_id).values(lower=Lower("email"))
    return _told(Bounce.objects.filter(address__in=own), "bounced", title="address")


def _authorships(person_id: str) -> QuerySet[Any]:
    return _told(asked_to_author(person_id), "author", "study", "study__title")


def _settling(person_id: str) -> QuerySet[Any]:
    rows = settling_under_way(person_id).order_by()
    texts = [Cast(Value(text), TextField()) for text in ("settling", "0", "", "", "")]
    return rows.values_list(*texts)


def _factors(person_id: str) -> QuerySet[Any]:
    return _told(Authenticator.objects.filter(user=person_id), "factor")


def _drafts(person_id: str) -> QuerySet[Any]:
    drafts = Announcement.objects.filter(confirmed=None).exclude(drafted_by=person_id)
    drafter = Case(When(drafted_by__erased=None, then=F("drafted_by__name")), default=Value(FORMER))
    return _told(drafts, "mail", "round__slug", "subject", drafter)


def _to_release(person_id: str) -> QuerySet[Any]:
    drafts = Notice.objects.filter(released=None, mailed=True).exclude(drafted_by=person_id)
    drafter = Case(When(drafted_by__erased=None, then=F("drafted_by__name")), default=Value(FORMER))
    return _told(drafts, "announcement", title="title", who=drafter)


def _kept(person_id: str) -> QuerySet[Any]:
    kept = Round.objects.filter(ballot__state=Ballot.State.KEPT).exclude(ballot__attestations__scrutineer=person_id)
    return _told(kept, "outcome", "ballot", "title")


def _ties(person_id: str) -> QuerySet[Any]:
    return _told(questions_open(person_id), "ties")


def _pairs(person_id: str) -> QuerySet[Any]:
    return _told(pairs_waiting(person_id).order_by("pk"), "pair")


def _suspended(person_id: str) -> QuerySet[Any]:
    return _told(appeals_waiting(person_id), "suspended", title="person__name")


_ASKED: dict[Callable[[str], QuerySet[Any]], str] = {
    _drafts: "agenda.announcement.confirm",
    _to_release: "notices.announcement.release",
    _pairs: "members.pair.settle",
    _suspended: "members.suspension.decide_appeal",
    _kept: "ballots.outcome.attest",
}
"""What waits for whoever holds a power."""


@once_a_look
def _said(person_id: str) -> list[Post]:
    return said_to(person_id, after=clock.now() - MENTIONED_FOR, most=MOST_MENTIONS)


def subjects_said(person_id: str) -> list[str]:
    """References of what those posts are about that name this person or answer them."""
    return [post.thread.subject for post in _said(person_id)]


def _mentions(person_id: str) -> Iterator[Waiting]:
    """Posts that name this person or answer them, until they have read them or written after them."""
    posts = _said(person_id)
    subjects = registry.show([post.thread.subject for post in posts], person_id)
    for post in posts:
        if about := subjects.get(post.thread.subject):
            answers = post.answers is not None and post.answers.author_id == person_id
            whom = f"{post.author or 'somebody'} {'answers you' if answers else 'names you'}"
            yield Waiting(f"Read what is said to you: {about.title}", path_to("forum:post", post.pk), 2, whom)


def _cases(person_id: str, powers: Powers) -> Iterator[Waiting]:
    if not powers.may(DECIDES):
        return
    if count := waiting_count(person_id):
        what = "1 case" if count == 1 else f"{count} cases"
        whom = "those who reported or wrote wait for an answer"
        yield Waiting(f"Decide {what} of moderation", path_to("forum:queue"), MINUTES_A_CASE * count, whom)
