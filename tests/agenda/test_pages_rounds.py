"""The pages of the agenda and its rounds: what they show to whom, as lists, as files, in every phase."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stoa.agenda import acts as agenda
from stoa.agenda.models import Decision, Question, Round
from stoa.agenda.tasks import advance
from stoa.kit import clock
from tests.cast import Cast, browser, settle
from tests.stage import acting, approve, at

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def cost(path: str) -> int:
    client = browser()
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_an_empty_agenda_says_what_will_be_here() -> None:
    Cast()
    page = text(browser().get("/agenda"))
    assert "No round is under way." in page
    assert "A steward announces a round with its dates." in page


def test_the_agenda_shows_the_round_under_way_first() -> None:
    cast = Cast()
    cast.round("2027")
    page = text(browser().get("/agenda"))
    assert page.index("Under way") < page.index("What should we work on in 2027?") < page.index("All rounds")
    assert "Takes questions until" in page


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("visitor", False),
        ("stranger", False),
        ("member", False),
        ("associate", False),
        ("facilitator", False),
        ("steward", True),
        ("founder", True),
    ],
)
def test_only_stewards_and_founders_are_offered_to_announce(who: str, offered: bool) -> None:
    cast = Cast()
    client = browser(getattr(cast, who))
    assert ("/agenda/new" in text(client.get("/agenda"))) == offered
    assert client.get("/agenda/new").status_code == (200 if offered else 302 if who == "visitor" else 403)


def test_a_round_says_its_state_and_what_comes_next_in_every_phase() -> None:
    cast = Cast()
    now = clock.now()
    round_ = agenda.announce_round(
        acting(cast.steward),
        slug="2027",
        title="What next?",
        summary="Why **we** ask.",
        questions_open=now + timedelta(days=1),
        vote_opens=now + timedelta(days=5),
        vote_closes=now + timedelta(days=9),
        anywhere_on_earth=True,
    )
    page = text(browser().get("/agenda/2027"))
    assert "Announced" in page
    assert "anywhere on Earth" in page
    assert "<strong>we</strong>" in page
    with at(round_.questions_open):
        advance()
        page = text(browser().get("/agenda/2027"))
        assert "then the vote" in page
        assert "Propose a question" in page
        question = cast.question(round_, "One?", cost=10, hours=20)
    with at(round_.vote_opens):
        advance()
        page = text(browser().get("/agenda/2027"))
        assert "The vote is open" in page
        assert "then time for checking, then the agenda" in page
        round_.refresh_from_db()
        approve(cast.members, round_, [question])
    with at(round_.vote_closes):
        advance()
        page = text(browser().get("/agenda/2027"))
        assert "Check your ballot" in page
        round_.refresh_from_db()
    assert round_.ballot is not None
    with at(round_.vote_closes + timedelta(hours=25)):
        advance()
        assert "See the result" in text(browser().get("/agenda/2027"))


def test_a_round_without_offers_says_that_it_ended_without_a_vote() -> None:
    cast = Cast()
    round_ = cast.round()
    with at(round_.vote_opens):
        advance()
        assert "without a vote" in text(browser().get("/agenda/2027"))


@pytest.mark.slow
def test_before_the_close_nobody_sees_who_voted_or_how_many() -> None:
    cast = Cast()
    round_ = cast.round()
    question = cast.question(round_, "One?", cost=10, hours=20)
    with at(round_.vote_opens):
        advance()
        round_.refresh_from_db()
        viewers = [
            browser(p) for p in (None, cast.stranger, cast.members[4], cast.steward, cast.founder, cast.scrutineers[0])
        ]
        paths = ["/agenda", "/agenda/2027", "/agenda/2027/history", "/agenda/2027/result", "/agenda/2027?as=json"]
        paths += [question.get_absolute_url(), f"/votes/{round_.ballot_id}", f"/votes/{round_.ballot_id}/voters"]
        before = [_seen(client, path) for client in viewers for path in paths]
        approve(cast.members[:3], round_, [question])
        after = [_seen(client, path) for client in viewers for path in paths]
        assert before == after
        for client in viewers:
            assert client.get(f"/votes/{round_.ballot_id}/voted").status_code == 409
            assert client.get(f"/votes/{round_.ballot_id}/voted?as=csv").status_code == 409


def _seen(client: object, path: str) -> bytes:
    answer = client.get(path)  # type: ignore[attr-defined]
    body: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return re.sub(rb'name="(?:csrfmiddlewaretoken|once)" value="[^"]*"', b"", body)


def test_a_hostile_title_and_summary_are_shown_as_text() -> None:
    cast = Cast()
    now = clock.now()
    agenda.announce_round(
        acting(cast.steward),
        slug="evil",
        title=HOSTILE,
        summary=HOSTILE,
        questions_open=now - timedelta(hours=1),
        vote_opens=now + timedelta(days=5),
        vote_closes=now + timedelta(days=9),
    )
    settle()
    for path in ("/agenda", "/agenda/evil", "/agenda/evil/history"):
        page = text(browser().get(path))
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_list_of_questions_is_filtered_sorted_and_taken_away() -> None:
    cast = Cast()
    round_ = cast.round()
    cast.question(round_, "Beta leaks?", cost=30, hours=5)
    agenda.propose_question(acting(cast.member), round=round_, title="Alpha holds?", body="about weights", signed=False)
    client = browser()
    assert "Alpha holds?" not in text(client.get("/agenda/2027?q=leaks"))
    assert "Alpha holds?" in text(client.get("/agenda/2027?q=WEIGHTS"))
    assert "Beta leaks?" not in text(client.get("/agenda/2027?missing=yes"))
    ordered = text(client.get("/agenda/2027?sort=question"))
    assert ordered.index("Alpha holds?") < ordered.index("Beta leaks?")
    rows = json.loads(_seen(client, "/agenda/2027?as=json&sort=-estimates"))
    assert [(row["question"], row["by"], row["effort"], row["estimates"], row["offered"]) for row in rows] == [
        ("Beta leaks?", "member-1", "30", 3, 5),
        ("Alpha holds?", "a member", "–", 0, 0),
    ]
    lines = list(csv.DictReader(io.StringIO(_seen(client, "/agenda/2027?as=csv&q=alpha").decode())))
    assert [line["question"] for line in lines] == ["Alpha holds?"]


def test_withdrawn_questions_are_listed_when_asked_for() -> None:
    cast = Cast()
    round_ = cast.round()
    question = cast.question(round_, "Gone?", cost=10)
    agenda.withdraw_question(acting(cast.author), question=question)
    assert "Gone?" not in text(browser().get("/agenda/2027"))
    assert "Gone?" in text(browser().get("/agenda/2027?state=withdrawn"))


def test_lists_cost_the_same_queries_for_one_row_and_three() -> None:
    cast = Cast()
    round_ = cast.round()
    cast.question(round_, "One?", cost=10, by=cast.author)
    one = cost("/agenda/2027"), cost("/agenda")
    cast.question(round_, "Two?", cost=10, by=cast.member)
    cast.question(round_, "Three?", cost=10, by=cast.members[2])
    cast.round("2028")
    cast.round("2029")
    assert (cost("/agenda/2027"), cost("/agenda")) == one


@pytest.mark.slow
def test_ten_thousand_questions_are_one_page_at_a_time() -> None:
    cast = Cast()
    round_ = cast.round()
    Question.objects.bulk_create(
        Question(round=round_, author=cast.author, title=f"Question {n}?") for n in range(10_000)
    )
    answer = browser().get("/agenda/2027?page=200")
    assert "Question 9999?" in text(answer)
    assert len(answer.content) < 60_000
    assert len(json.loads(_seen(browser(), "/agenda/2027?as=json"))) == 10_000


@pytest.mark.parametrize("path", ["/agenda/none", "/agenda/none/result", "/agenda/none/history", "/agenda/none/vote"])
def test_an_unknown_round_is_not_found(path: str) -> None:
    Cast()
    assert browser().get(path).status_code == 404


def test_the_history_tells_the_record_in_sentences() -> None:
    cast = Cast()
    round_ = cast.round()
    agenda.draft_announcement(acting(cast.steward), round=round_, subject="Read this", body="Soon.")
    settle()
    page = text(browser().get("/agenda/2027/history"))
    assert "announced this round: questions from" in page
    assert "who may take part in this round. Another person has to confirm it." in page
    assert "The clock let this round take questions." in page


def test_what_came_from_a_file_is_not_the_agenda_of_the_community() -> None:
    cast = Cast()
    round_ = cast.round()
    Decision.objects.create(round=round_, capacity=1, spent=1)
    assert "On the agenda now" in text(browser().get("/agenda"))
    Round.objects.filter(pk=round_.pk).update(imported=True)
    assert "On the agenda now" not in text(browser().get("/agenda"))
