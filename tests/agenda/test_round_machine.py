"""A round and its vote as a state machine: whatever people do in whatever order, and however late the clock comes, a plain model
of the rules knows what is granted, what is refused, and what is kept.

The model is a few lists and one number of hours; it shares no code with the acts.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from stoa.agenda import acts as agenda
from stoa.agenda import tasks
from stoa.agenda.models import Question, Round
from stoa.ballots import acts as ballots
from stoa.ballots.models import Ballot, CastBallot, Draft, Voter
from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT
from stoa.kit import clock
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.faults import Closed, Invalid
from stoa.record.models import Entry
from tests.stage import Stage, acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE, FEWEST, CHECKING_HOURS = 6, 3, 24
WHO, HOURS = st.integers(0, PEOPLE - 1), st.integers(1, 30)
BEFORE_THE_VOTE = ("announced", "questions", "discussion")
ONCE = (
    "agenda.round.questions_opened",
    "agenda.round.discussion_opened",
    "agenda.effort_frozen",
    "agenda.round.failed",
    "agenda.decided",
    "ballots.vote_opened",
    "ballots.sealed",
    "ballots.opened",
    "ballots.kept_closed",
)


class RoundAndVote(RuleBasedStateMachine):
    """One round from its announcement to its end. Instants stand at whole hours, the clock between them."""

    stage: Stage
    """The community, in which every example is undone again."""

    def __init__(self) -> None:
        super().__init__()
        self.undone, self.late = ExitStack(), ExitStack()
        self.undone.enter_context(transaction.atomic())
        self.begun, self.hour, self.phase = clock.now(), 0, "announced"
        self.questions: list[Question] = []
        self.estimates: list[dict[int, int]] = []
        self.offers: list[dict[int, int]] = []
        self.withdrawn: set[int] = set()
        self.votes: dict[int, list[int]] = {}
        self.casts: Counter[int] = Counter()
        self.ticked: set[int] = set()
        self.on_ballot: list[int] = []
        self.sealed_at = 0

    @initialize(gaps=st.lists(st.integers(1, 20), min_size=4, max_size=4), discussed=st.booleans())
    def announce(self, gaps: list[int], discussed: bool) -> None:
        """With a discussion or without one."""
        self.opens, self.talks, self.votes_from, self.ends = (sum(gaps[: n + 1]) for n in range(4))
        self.talks = self.talks if discussed else 0
        self.round = agenda.announce_round(
            acting(self.stage.steward),
            slug="machine",
            title="What next?",
            summary="",
            questions_open=self.at(self.opens),
            discussion_opens=self.at(self.talks) if discussed else None,
            vote_opens=self.at(self.votes_from),
            vote_closes=self.at(self.ends),
        )

    def at(self, hour: int) -> Any:
        return self.begun + timedelta(hours=hour, minutes=-30)

    @property
    def takes_questions(self) -> bool:
        early = self.phase == "announced" and self.hour < self.opens
        return self.phase in BEFORE_THE_VOTE and not early and self.hour < self.votes_from

    @property
    def takes_ballots(self) -> bool:
        return self.phase == "vote" and self.hour < self.ends

    def tried(self, granted: bool, deed: Callable[[], Any], fault: type[Exception] = Closed) -> Any:
        """Do it; where the rules don't grant it, it is refused and nothing is put on the record."""
        if granted:
            return deed()
        before = Entry.objects.count()
        with transaction.atomic(), pytest.raises(fault):
            deed()
        assert Entry.objects.count() == before
        return None

    @rule(late=st.integers(-1, 2), works=st.booleans())
    def time_passes(self, late: int, works: bool) -> None:
        """Until shortly before the next instant, or shortly after it; the worker may be down."""
        instants = (self.opens, self.talks, self.votes_from, self.ends, self.sealed_at + CHECKING_HOURS)
        ahead = min((hour for hour in instants if hour > self.hour), default=self.hour + 1)
        self.hour = max(self.hour, ahead + late)
        self.late.close()
        self.late.enter_context(clock.travel(self.begun + timedelta(hours=self.hour)))
        if works:
            self.the_worker_comes()

    @rule()
    def the_worker_comes(self) -> None:
        tasks.advance()
        steps = [("announced", self.opens, "questions"), ("questions", self.talks, "discussion")]
        for before, hour, after in steps:
            if self.phase == before and hour and hour <= self.hour:
                self.phase = after
        if self.phase == ("discussion" if self.talks else "questions") and self.votes_from <= self.hour:
            self.phase = self.opened()
        if self.phase == "vote" and self.ends <= self.hour:
            self.phase, self.sealed_at = "checking", self.hour
            self.ticked.clear()
        if self.phase == "checking" and self.sealed_at + CHECKING_HOURS <= self.hour:
            self.phase = "agenda"

    def opened(self) -> str:
        standing = [n for n in range(len(self.questions)) if n not in self.withdrawn]
        self.on_ballot = [n for n in standing if len(self.estimates[n]) >= 3]
        capacity = sum(sum(self.offers[n].values()) for n in self.on_ballot)
        return "vote" if self.ends > self.hour and self.on_ballot and capacity else "failed"

    @rule(step=st.sampled_from(["begin_questions", "begin_discussion", "begin_vote", "close_vote", "decide"]))
    def another_worker_comes_late_or_early(self, step: str) -> None:
        """A step that is not due, or was taken, is refused."""
        due = {
            "begin_questions": self.phase == "announced" and self.hour >= self.opens,
            "begin_discussion": bool(self.talks) and self.phase == "questions" and self.hour >= self.talks,
            "begin_vote": self.phase == ("discussion" if self.talks else "questions") and self.hour >= self.votes_from,
            "close_vote": self.phase == "vote" and self.hour >= self.ends,
            "decide": self.phase == "checking" and self.hour >= self.sealed_at + CHECKING_HOURS,
        }
        if not due[step]:
            self.tried(False, lambda: getattr(agenda, step)(CLOCK, round=self.round))

    @rule(who=WHO)
    def propose(self, who: int) -> None:
        mine = [n for n, q in enumerate(self.questions) if q.author == self.person(who) and n not in self.withdrawn]
        fault = Invalid if self.takes_questions and len(mine) >= 3 else Closed
        granted = self.takes_questions and len(mine) < 3
        title = f"Which {len(self.questions)}?"
        deed = lambda: agenda.propose_question(self.actor(who), round=self.round, title=title, body="")  # noqa: E731
        if question := self.tried(granted, deed, fault):
            self.questions.append(question)
            self.estimates.append({})
            self.offers.append({})

    @rule(who=WHO, cost=HOURS, hours=HOURS)
    def propose_what_can_be_voted_on(self, who: int, cost: int, hours: int) -> None:
        """A question with estimates and hours, as most have by the vote."""
        before = len(self.questions)
        self.propose(who)
        if len(self.questions) > before:
            self.estimate(before, first=who, hours=cost, people=3)
            self.offer(before, who=who, hours=hours)

    @precondition(lambda self: self.questions)
    @rule(which=st.integers(0), first=WHO, hours=HOURS, people=st.integers(1, 4))
    def estimate(self, which: int, first: int, hours: int, people: int) -> None:
        number = which % len(self.questions)
        question = self.questions[number]
        others = [n for n in range(PEOPLE) if self.person(n) != question.author]
        for who in [others[(first + n) % len(others)] for n in range(people)]:
            self.tried(
                self.takes_questions and number not in self.withdrawn,
                lambda: agenda.estimate_effort(self.actor(who), question=question, low=hours, high=hours),  # noqa: B023
            )
            if self.takes_questions and number not in self.withdrawn:
                self.estimates[number][who] = hours

    @precondition(lambda self: self.questions)
    @rule(which=st.integers(0), who=WHO, hours=st.integers(0, 60))
    def offer(self, which: int, who: int, hours: int) -> None:
        number = which % len(self.questions)
        granted = self.takes_questions and number not in self.withdrawn
        self.tried(granted, lambda: agenda.offer_hours(self.actor(who), question=self.questions[number], hours=hours))
        if granted:
            self.offers[number][who] = hours

    @precondition(lambda self: self.questions)
    @rule(which=st.integers(0))
    def withdraw(self, which: int) -> None:
        number = which % len(self.questions)
        granted = self.takes_questions and number not in self.withdrawn
        author = acting(self.questions[number].author)
        self.tried(granted, lambda: agenda.withdraw_question(author, question=self.questions[number]))
        if granted:
            self.withdrawn.add(number)

    @rule(hours=st.integers(-3, 6))
    def extend(self, hours: int) -> None:
        """Closes the vote later; never earlier, and never again what has closed."""
        open_still = self.phase in BEFORE_THE_VOTE or self.takes_ballots
        closes = self.at(self.ends + hours)
        self.tried(
            open_still and hours > 0,
            lambda: agenda.extend_round(acting(self.stage.steward), round=self.round, vote_closes=closes),
            (Invalid, Closed),  # type: ignore[arg-type]
        )
        if open_still and hours > 0:
            self.ends += hours

    @precondition(lambda self: self.vote is not None)
    @rule(who=WHO, others=st.integers(0, PEOPLE), chance=st.randoms(use_true_random=False), cast=st.booleans())
    def vote_or_tick(self, who: int, others: int, chance: random.Random, cast: bool) -> None:
        """Some people in turn cast a ballot, or tick without casting."""
        for voter in {(who + n) % PEOPLE for n in range(others + 1)}:
            approved = chance.sample(self.on_ballot, chance.randint(0, len(self.on_ballot)))
            references = [self.questions[n].reference for n in approved]
            deed = ballots.cast if cast else ballots.save_draft
            granted = self.takes_ballots
            self.tried(granted, lambda: deed(self.actor(voter), ballot=self.vote, approved=references))  # noqa: B023
            if granted and cast:
                self.votes[voter] = sorted(approved)
                self.casts[voter] += 1
                self.ticked.discard(voter)
            elif granted:
                self.ticked.add(voter)

    @property
    def vote(self) -> Ballot | None:
        return Ballot.objects.filter(subject=self.round.reference).first()

    def person(self, who: int) -> Any:
        return self.stage.members[who]

    def actor(self, who: int) -> Any:
        return acting(self.person(who))

    @invariant()
    def the_phase_is_that_of_the_model(self) -> None:
        if hasattr(self, "round"):
            assert Round.objects.get(pk=self.round.pk).phase == self.phase

    @invariant()
    def no_step_stands_on_the_record_twice(self) -> None:
        seen = Counter(Entry.objects.filter(type__in=ONCE).values_list("type", flat=True))
        assert set(seen.values()) <= {1}

    @invariant()
    def ballots_are_those_that_were_cast_and_nobodys_after_the_opening(self) -> None:
        if not hasattr(self, "round") or (vote := self.vote) is None:
            return
        linked = {} if self.phase == "agenda" else {self.person(n).pk: self.named(a) for n, a in self.votes.items()}
        kept = CastBallot.objects.filter(ballot=vote).values_list("voter__person", "approved")
        assert {who: sorted(approved) for who, approved in kept} == linked
        counted = Voter.objects.filter(ballot=vote, casts__gt=0).values_list("person", "casts")
        expected = {} if self.phase == "agenda" else {self.person(n).pk: casts for n, casts in self.casts.items()}
        assert dict(counted) == expected
        assert Draft.objects.filter(voter__ballot=vote).count() == len(self.ticked)

    @invariant()
    def what_was_decided_follows_from_what_was_cast(self) -> None:
        if self.phase not in {"checking", "agenda"}:
            return
        vote = self.vote
        assert vote is not None
        assert vote.count == len(self.votes)
        if self.phase == "agenda":
            alike = len({tuple(one) for one in self.votes.values()}) == 1
            kept = "under-20" if len(self.votes) < FEWEST else "unanimous" if alike else ""
            assert (vote.kept_reason, vote.state) == (kept, "kept" if kept else "opened")
            decision = Round.objects.get(pk=self.round.pk).decision
            assert decision.spent <= decision.capacity == sum(sum(self.offers[n].values()) for n in self.on_ballot)
            chosen = set(decision.chosen.values_list("question", flat=True))
            approved = {self.questions[n].pk for one in self.votes.values() for n in one}
            assert chosen <= approved

    def named(self, approved: list[int]) -> list[str]:
        return sorted(self.questions[n].reference for n in approved)

    def teardown(self) -> None:
        self.late.close()
        transaction.set_rollback(True)
        self.undone.close()


def _stage() -> Stage:
    stage = Stage()
    stage.admit(PEOPLE)
    text = DEFAULT.read_text(encoding="utf-8").replace("smallest_opened = 20", f"smallest_opened = {FEWEST}")
    put_in_force(OPERATOR, text=text)
    return stage


@pytest.mark.parametrize(
    "examples", [pytest.param(12, id="few"), pytest.param(300, id="many", marks=pytest.mark.prove)]
)
def test_a_round_and_its_vote_do_what_a_plain_model_of_the_rules_does(examples: int) -> None:
    RoundAndVote.stage = _stage()
    run_state_machine_as_test(
        RoundAndVote,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            derandomize=examples < 100,
            suppress_health_check=list(HealthCheck),
        ),
    )
