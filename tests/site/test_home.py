"""The home page: for visitors what this community is, for members what waits for them and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stoa.agenda import acts as agenda
from stoa.agenda.models import Round
from stoa.ballots.acts import cast
from stoa.charter.acts import describe_community
from stoa.kit import clock
from stoa.kit.act import CLOCK, OPERATOR
from stoa.people.acts import admit
from stoa.people.models import Person
from stoa.people.queries import holders
from stoa.site.queries.waiting import waiting
from tests import crowd
from tests.stage import Stage, acting, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    describe_community(OPERATOR, name="Open Models")
    stage.admit(4)
    return stage


def titles(person: Person) -> list[str]:
    return [item.title for item in waiting(acting(person))]


def test_a_visitor_sees_what_the_community_is_and_what_is_asked(client: Client, stage: Stage) -> None:
    describe_community(OPERATOR, name="Open Models", summary="We study models.", operator="Ada", sponsor="Acme")
    round_ = stage.round()
    stage.question(round_, "What leaks?", cost=10)
    page = client.get("/").content.decode()
    for words in (
        "We study models.",
        "Run by Ada; sponsored by Acme. No support is declared yet.",
        "What leaks?",
        round_.title,
    ):
        assert words in page
    assert "wait for you" not in page


def test_a_visitor_is_led_to_an_open_discussion(client: Client, stage: Stage) -> None:
    round_ = stage.round(discussed_after=1)
    assert "then the discussion, from" in client.get("/").content.decode()
    with at(clock.now() + timedelta(days=1)):
        agenda.begin_discussion(CLOCK, round=round_)
        page = client.get("/").content.decode()
    assert f'<a href="/agenda/2027/discussion">Read what is said about “{round_.title}”</a>' in page


def test_an_unsigned_question_shows_no_author(client: Client, stage: Stage) -> None:
    round_ = stage.round()
    author = stage.members[0]
    agenda.propose_question(acting(author), round=round_, title="Who asks?", body="", signed=False)
    page = client.get("/").content.decode()
    assert "Who asks?" in page
    assert author.name not in page


def test_of_many_questions_to_estimate_it_is_said_that_there_are_more(stage: Stage) -> None:
    round_ = stage.round()
    author, _, second, _ = stage.members
    crowd.questions(round_, [author], 101)
    assert titles(second) == ["Estimate the effort of more than 100 questions"]


def test_estimates_wait_for_those_who_can_give_them(stage: Stage) -> None:
    round_ = stage.round()
    author, first, second, _ = stage.members
    question = agenda.propose_question(acting(author), round=round_, title="What leaks?", body="")
    agenda.estimate_effort(acting(first), question=question, low=1, high=2)
    assert titles(author) == []
    assert titles(first) == []
    assert [(i.title, i.minutes, i.due) for i in waiting(acting(second))] == [
        ("Estimate the effort of 1 question", 3, round_.vote_opens)
    ]


def voting(stage: Stage) -> Round:
    round_ = stage.round()
    stage.question(round_, "What leaks?", cost=10, hours=20)
    with at(round_.vote_opens):
        return stage.vote(round_)


def test_an_open_vote_waits_until_one_has_voted(stage: Stage) -> None:
    round_ = voting(stage)
    one, other = stage.members[:2]
    assert titles(one) == titles(other) == [f"Vote: {round_.title}"]
    assert round_.ballot is not None
    with at(round_.vote_opens):
        cast(acting(one), ballot=round_.ballot, approved=[])
    assert (titles(one), titles(other)) == ([], [f"Vote: {round_.title}"])


def test_whether_somebody_voted_shows_on_their_own_home_alone(stage: Stage) -> None:
    round_ = voting(stage)
    one, other = stage.members[:2]
    client = Client()
    client.force_login(other)
    pages = []
    for _ in range(2):
        pages.append(client.get("/").content)
        assert round_.ballot is not None
        with at(round_.vote_opens):
            cast(acting(one), ballot=round_.ballot, approved=[])
    assert pages[0] == pages[1]
    assert b"One thing waits for you" in pages[0]


def test_a_mail_to_everybody_waits_for_somebody_else_than_its_author(stage: Stage) -> None:
    round_ = stage.round()
    other = admit(OPERATOR, name="Other steward", email="other@example.org", roles=["steward"])
    agenda.draft_announcement(acting(stage.steward), round=round_, subject="Come", body="Please come.")
    assert "Confirm a mail to everybody: Come" in titles(other)
    assert "Confirm a mail to everybody: Come" not in titles(stage.steward)


def test_the_steps_of_the_setup_wait_until_there_is_a_round(stage: Stage) -> None:
    assert "Set up this server: 9 steps" in titles(stage.steward)
    stage.round()
    assert titles(stage.steward) == ["Add a second factor"]


def test_who_holds_powers_without_a_second_factor_is_told(stage: Stage) -> None:
    assert "Add a second factor" in titles(holders("steward").get())
    assert titles(stage.members[0]) == []


def test_what_is_due_first_stands_first(stage: Stage) -> None:
    round_ = voting(stage)
    later = stage.round("2028", days=30)
    agenda.propose_question(acting(stage.members[0]), round=later, title="Next year?", body="")
    found = waiting(acting(stage.steward))
    assert [item.due for item in found] == [round_.vote_closes, later.vote_opens, None]


def test_the_frame_of_a_page_takes_one_query_beyond_session_and_person(stage: Stage) -> None:
    client = Client()
    with CaptureQueriesContext(connection) as visitor:
        client.get("/account/login/")
    client.force_login(stage.members[0])
    with CaptureQueriesContext(connection) as member:
        client.get("/account/logout/")
    assert len([q for q in visitor if "charter_community" in q["sql"]]) == 1
    assert len(member) == 3


def test_the_home_takes_no_more_queries_for_more_questions(stage: Stage) -> None:
    round_ = stage.round()
    counts = []
    for number in range(3):
        stage.question(round_, f"Question {number}?", cost=10, by=stage.members[number])
        with CaptureQueriesContext(connection) as captured:
            Client().get("/")
        counts.append(len(captured))
    assert counts[0] == counts[2]


def test_a_change_shows_on_the_next_page(client: Client, stage: Stage) -> None:
    for name in ("One", "Two"):
        describe_community(OPERATOR, name=name)
        assert f"<h1>{name}</h1>" in client.get("/").content.decode()


def test_a_finished_round_stands_under_the_decisions(client: Client, stage: Stage) -> None:
    round_ = voting(stage)
    with at(round_.vote_closes):
        agenda.close_vote(CLOCK, round=round_)
    round_.refresh_from_db()
    with clock.travel(round_.vote_closes + timedelta(hours=25)):
        agenda.decide(CLOCK, round=round_)
        page = client.get("/").content.decode()
    assert "Latest decisions" in page
    assert round_.title in page
