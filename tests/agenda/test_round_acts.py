"""Rounds, questions, effort and offers, act by act."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda.models import Question, Round
from stoa.agenda.tasks import advance
from stoa.ballots.models import Ballot
from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Conflict, Invalid, NeedsSecondFactor, Refused
from stoa.kit.models import Mail
from stoa.people import acts as people
from stoa.record.models import Entry, Text
from tests.stage import Stage, acting, approve, at

pytestmark = pytest.mark.django_db


def facts(entry_type: str) -> dict[str, object]:
    return json.loads(bytes(Entry.objects.filter(type=entry_type).latest("pk").body))["facts"]


def test_effort_and_capacity_are_frozen_when_the_vote_opens() -> None:
    stage = Stage()
    author, *others = stage.admit(5)
    round_ = stage.round()
    question = agenda.propose_question(acting(author), round=round_, title="What leaks?", body="")
    for person, (low, high) in zip(others, [(10, 20), (30, 40), (20, 31)], strict=False):
        agenda.estimate_effort(acting(person), question=question, low=low, high=high)
    agenda.offer_hours(acting(author), question=question, hours=25)
    agenda.offer_hours(acting(others[0]), question=question, hours=15)
    lonely = agenda.propose_question(acting(others[0]), round=round_, title="Estimated by nobody?", body="")
    agenda.offer_hours(acting(author), question=lonely, hours=500)
    with at(round_.vote_opens):
        advance()
    question.refresh_from_db()
    lonely.refresh_from_db()
    assert (question.low, question.high, question.cost, question.state) == (20, 31, 26, "on_ballot")
    assert lonely.state == "left_out"
    assert facts("agenda.effort_frozen") == {
        "round": str(round_.pk),
        "unit": "hours",
        "capacity": 40,
        "questions": [{"id": question.reference, "low": 20, "high": 31, "cost": 26}],
        "left_out": [lonely.reference],
    }
    assert facts("ballots.vote_opened")["options"] == [{"id": question.reference, "cost": 26}]


def test_the_proposer_does_not_estimate_their_own_question() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    round_ = stage.round()
    question = agenda.propose_question(acting(author), round=round_, title="Mine?", body="")
    with pytest.raises(Refused, match="You proposed this question"):
        agenda.estimate_effort(acting(author), question=question, low=1, high=2)


def test_a_person_puts_three_questions_at_most_and_a_withdrawn_one_makes_room() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    round_ = stage.round()
    questions = [agenda.propose_question(acting(author), round=round_, title=f"{n}?", body="") for n in range(3)]
    with pytest.raises(Invalid, match="3 questions"):
        agenda.propose_question(acting(author), round=round_, title="Four?", body="")
    agenda.withdraw_question(acting(author), question=questions[0])
    agenda.propose_question(acting(author), round=round_, title="Four?", body="")
    assert Question.objects.filter(state="proposed").count() == 3


def test_an_unsigned_question_leaves_no_author_on_the_record() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    round_ = stage.round()
    question = agenda.propose_question(acting(author), round=round_, title="Whose?", body="b", signed=False)
    agenda.edit_question(acting(author), question=question, title="Whose, then?", body="b", version=1)
    agenda.withdraw_question(acting(author), question=question)
    entries = Entry.objects.filter(subject=question.reference)
    assert [(e.actor, e.role) for e in entries] == [(None, None)] * 3
    assert not any(author.pk.encode() in bytes(e.body) for e in entries)


def test_no_text_of_a_member_stands_on_the_record() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    question = agenda.propose_question(acting(author), round=stage.round(), title="A rare heron?", body="grey heron")
    bodies = b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True))
    assert not any(secret in bodies for secret in (b"heron", b"member-1", b"example.org"))
    assert set(Text.objects.filter(entry__subject=question.reference).values_list("text", flat=True)) == {
        "A rare heron?",
        "grey heron",
    }


def test_an_edit_of_an_old_version_is_a_conflict_and_changes_nothing() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    question = agenda.propose_question(acting(author), round=stage.round(), title="One?", body="")
    agenda.edit_question(acting(author), question=question, title="Two?", body="", version=1)
    with pytest.raises(Conflict):
        agenda.edit_question(acting(author), question=question, title="Three?", body="", version=1)
    question.refresh_from_db()
    assert (question.title, question.version) == ("Two?", 2)


def test_somebody_else_does_not_edit_or_withdraw() -> None:
    stage = Stage()
    author, other = stage.admit(2)
    question = agenda.propose_question(acting(author), round=stage.round(), title="One?", body="")
    with pytest.raises(Refused):
        agenda.edit_question(acting(other), question=question, title="Two?", body="", version=1)
    with pytest.raises(Refused):
        agenda.withdraw_question(acting(stage.steward), question=question)


def test_when_the_vote_opens_questions_stand_still() -> None:
    stage = Stage()
    author, other = stage.admit(2)
    round_ = stage.round()
    question = agenda.propose_question(acting(author), round=round_, title="One?", body="")
    with clock.travel(round_.vote_opens):
        for late in (
            lambda: agenda.propose_question(acting(author), round=round_, title="Late?", body=""),
            lambda: agenda.edit_question(acting(author), question=question, title="Late?", body="", version=1),
            lambda: agenda.withdraw_question(acting(author), question=question),
            lambda: agenda.estimate_effort(acting(other), question=question, low=1, high=2),
            lambda: agenda.offer_hours(acting(other), question=question, hours=3),
        ):
            with pytest.raises(Closed):
                late()


def test_a_round_without_offers_ends_without_a_vote() -> None:
    stage = Stage()
    stage.admit(5)
    round_ = stage.round()
    stage.question(round_, "One?", cost=10)
    with at(round_.vote_opens):
        advance()
    assert Round.objects.get().phase == "failed"
    assert facts("agenda.round.failed")["reason"] == "no-capacity"


def test_a_round_whose_vote_fell_into_an_outage_ends_without_a_vote() -> None:
    stage = Stage()
    stage.admit(5)
    round_ = stage.round()
    stage.question(round_, "One?", cost=10, hours=5)
    with at(round_.vote_closes):
        advance()
    assert Round.objects.get().phase == "failed"
    assert facts("agenda.round.failed")["reason"] == "no-time"


def test_a_phase_is_made_longer_never_shorter() -> None:
    stage = Stage()
    round_ = stage.round()
    steward = acting(stage.steward)
    longer = round_.vote_closes + timedelta(days=1)
    assert agenda.extend_round(steward, round=round_, vote_closes=longer).vote_closes == longer
    with pytest.raises(Invalid, match="longer"):
        agenda.extend_round(steward, round=round_, vote_closes=round_.vote_closes)


def test_an_open_vote_is_extended_and_its_opening_is_not_moved() -> None:
    stage = Stage()
    stage.admit(5)
    round_ = stage.round()
    stage.question(round_, "One?", cost=10, hours=20)
    later = round_.vote_closes + timedelta(days=1)
    with at(round_.vote_opens):
        advance()
        agenda.extend_round(acting(stage.steward), round=round_, vote_closes=later)
        with pytest.raises(Closed):
            agenda.extend_round(acting(stage.steward), round=round_, vote_opens=later, vote_closes=later)
    with at(round_.vote_closes):
        advance()
        assert Round.objects.get().phase == "vote"
    assert facts("ballots.closing_moved")["closes"] == clock.stamp(later)


def test_a_member_announces_no_round_and_a_steward_needs_a_second_factor() -> None:
    stage = Stage()
    member = stage.admit(1)[0]
    now = clock.now()
    dates = {
        f"{name}": now + timedelta(days=n) for n, name in enumerate(("questions_open", "vote_opens", "vote_closes"), 1)
    }
    with pytest.raises(Refused):
        agenda.announce_round(acting(member), slug="x", title="x", summary="", **dates)
    with pytest.raises(NeedsSecondFactor):
        agenda.announce_round(acting(stage.steward, second_factor=False), slug="x", title="x", summary="", **dates)


def test_an_announcement_takes_two_people_and_reaches_those_who_want_mail() -> None:
    stage = Stage()
    quiet, loud = stage.admit(2)
    people.choose_mail(acting(quiet), person=quiet, wants=False)
    other = people.admit(OPERATOR, name="Other steward", email=None, roles=["steward"])
    draft = agenda.draft_announcement(acting(stage.steward), round=stage.round(), subject="Hello", body="Come.")
    with pytest.raises(Refused, match="drafted"):
        agenda.confirm_announcement(acting(stage.steward), announcement=draft)
    agenda.confirm_announcement(acting(other), announcement=draft)
    sent = Mail.objects.filter(kind="announcement")
    assert sorted(sent.values_list("to", flat=True)) == [loud.email, stage.steward.email]
    assert all("One-Click" in mail.headers["List-Unsubscribe-Post"] for mail in sent)


def test_one_reminder_goes_to_those_who_have_not_voted() -> None:
    stage = Stage()
    stage.admit(5)
    round_ = stage.round()
    question = stage.question(round_, "One?", cost=10, hours=20)
    with at(round_.vote_opens):
        advance()
        round_.refresh_from_db()
        approve(stage.members[:3], round_, [question])
    for hours in (47, 46):
        with clock.travel(round_.vote_closes - timedelta(hours=hours)):
            advance()
    reminded = Mail.objects.filter(kind="vote-reminder").values_list("to", flat=True)
    assert sorted(reminded) == ["member-4@example.org", "member-5@example.org", "steward@example.org"]


def test_what_goes_wrong_in_one_round_keeps_no_other_from_its_step() -> None:
    stage = Stage()
    stage.admit(5)
    first, second = stage.round("2027"), stage.round("2028")
    for round_ in (first, second):
        stage.question(round_, "What leaks?", cost=5, hours=10)
    with at(second.vote_opens):
        advance()
    Ballot.objects.filter(round=first).update(seed="spoilt")
    for wait in (timedelta(), timedelta(hours=25)):
        with at(second.vote_closes + wait):
            advance()
    phases = {round_.slug: round_.phase for round_ in Round.objects.all()}
    assert phases == {"2027": Round.Phase.CHECKING, "2028": Round.Phase.AGENDA}
