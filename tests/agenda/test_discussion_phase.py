"""The discussion as a phase of a round: announced, begun by the clock, ended by the vote, and absent where not announced."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda import rules
from stoa.agenda.models import Round
from stoa.agenda.tasks import advance
from stoa.agenda.views.words import steps
from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed, Fault, Invalid
from stoa.record.models import Entry
from tests.stage import Stage, acting, at

pytestmark = pytest.mark.django_db


def announce(stage: Stage, discussion: datetime | None, **more: object) -> Round:
    now = clock.now()
    return agenda.announce_round(
        acting(stage.steward),
        slug="2027",
        title="What next?",
        summary="",
        questions_open=now - timedelta(seconds=1),
        discussion_opens=discussion,
        vote_opens=now + timedelta(days=10),
        vote_closes=now + timedelta(days=20),
        **more,  # type: ignore[arg-type]  # one of the act's keywords
    )


def phase() -> str:
    return Round.objects.get().phase


def facts(entry_type: str) -> dict[str, object]:
    return json.loads(bytes(Entry.objects.filter(type=entry_type).latest("pk").body))["facts"]


def test_the_clock_takes_a_round_from_questions_to_discussion_to_the_vote() -> None:
    stage = Stage()
    stage.admit(4)
    round_ = announce(stage, clock.now() + timedelta(days=5))
    advance()
    assert phase() == "questions"
    stage.question(round_, "One?", cost=10, hours=20)
    with at(clock.now() + timedelta(days=5)):
        advance()
        assert phase() == "discussion"
        assert rules.is_discussed(Round.objects.get())
        assert rules.takes_questions(Round.objects.get())
        stage.question(Round.objects.get(), "Two?", cost=10)
    with at(round_.vote_opens):
        assert not rules.is_discussed(Round.objects.get())
        advance()
    assert phase() == "vote"
    assert [s.status for s in steps(Round.objects.get())] == ["done", "done", "now", "next", "next"]


def test_after_an_outage_the_discussion_is_begun_before_the_vote() -> None:
    stage = Stage()
    announce(stage, clock.now() + timedelta(days=5))
    with at(clock.now() + timedelta(days=10)):
        advance()
    assert phase() == "failed"
    assert Entry.objects.filter(type="agenda.round.discussion_opened").count() == 1


def test_a_round_without_a_discussion_is_as_before() -> None:
    stage = Stage()
    round_ = announce(stage, None)
    assert {"discussion_opens", "open_data"}.isdisjoint(facts("agenda.round.announced"))
    assert [s.label for s in steps(round_)] == ["Questions", "Vote", "Checking", "Agenda"]
    advance()
    with pytest.raises(Closed):
        agenda.begin_discussion(CLOCK, round=round_)


def test_the_record_says_when_the_discussion_begins_and_that_its_data_will_be_open() -> None:
    opens = clock.now() + timedelta(days=5)
    announce(Stage(), opens, open_data=True)
    assert facts("agenda.round.announced")["discussion_opens"] == clock.stamp(opens)
    assert facts("agenda.round.announced")["open_data"] is True


@pytest.mark.parametrize("days", [-1, 11])
def test_the_discussion_lies_between_the_questions_and_the_vote(days: int) -> None:
    with pytest.raises(Invalid) as fault:
        announce(Stage(), clock.now() + timedelta(days=days))
    assert fault.value.field == "discussion_opens"


def test_answers_of_no_discussion_are_no_open_data() -> None:
    with pytest.raises(Invalid) as fault:
        announce(Stage(), None, open_data=True)
    assert fault.value.field == "open_data"


def test_the_discussion_begins_later_until_it_has_begun() -> None:
    stage = Stage()
    opens = clock.now() + timedelta(days=5)
    round_ = announce(stage, opens)
    steward = acting(stage.steward)
    later = opens + timedelta(days=1)
    assert agenda.extend_round(steward, round=round_, discussion_opens=later).discussion_opens == later
    assert facts("agenda.round.extended")["discussion_opens"] == clock.stamp(later)
    for other in (opens, round_.vote_opens):
        with pytest.raises(Fault):
            agenda.extend_round(steward, round=round_, discussion_opens=other)
    with at(later), pytest.raises(Closed):
        agenda.extend_round(steward, round=round_, discussion_opens=later + timedelta(days=1))
    assert Round.objects.get().discussion_opens == later


def test_a_discussion_is_not_added_to_a_round_that_was_announced_without() -> None:
    stage = Stage()
    round_ = announce(stage, None)
    with pytest.raises(Invalid, match="without a discussion"):
        agenda.extend_round(acting(stage.steward), round=round_, discussion_opens=clock.now() + timedelta(days=1))
