"""The vote's pages: ticks that keep themselves, a ballot of seven on a phone, casting, and who is let in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from stoa.agenda.models import Question, Round
from stoa.agenda.tasks import advance
from stoa.ballots.models import Ballot, CastBallot, Draft
from stoa.kit.models import Mail
from tests.cast import Cast, browser
from tests.scenes import Scene
from tests.stage import at

pytestmark = pytest.mark.django_db


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


class Vote(Scene):
    """A community whose vote on nine questions is open."""

    def set(self) -> None:
        self.cast = Cast()
        self.round: Round = self.cast.round()
        voters = [*self.cast.members[:3]]
        self.questions = [
            self.cast.question(self.round, f"Question {n}?", cost=10 * n, hours=20, by=voters[(n - 1) % 3])
            for n in range(1, 10)
        ]

    def open(self) -> None:
        advance()
        self.round.refresh_from_db()

    @property
    def ballot(self) -> Ballot:
        assert self.round.ballot is not None
        return self.round.ballot

    def refs(self, *numbers: int) -> list[str]:
        return [self.questions[n - 1].reference for n in numbers]


@pytest.fixture
def vote() -> Iterator[Vote]:
    made = Vote()
    with at(made.round.vote_opens):
        made.open()
        yield made


def ticked(page: str) -> list[str]:
    return re.findall(r'name="approved" value="(question:\d+)" checked', page)


def test_the_page_shows_all_questions_in_parts_of_seven(vote: Vote) -> None:
    page = text(browser(vote.cast.member).get("/agenda/2027/vote"))
    assert re.findall(r'<section class="part" id="(part-\d)" aria-label="([^"]+)"', page) == [
        ("part-1", "Questions 1 to 7 of 9"),
        ("part-2", "Questions 8 to 9 of 9"),
    ]
    assert len(re.findall('name="approved"', page)) == 9
    assert ticked(page) == []


def test_the_page_says_plainly_who_could_find_out(vote: Vote) -> None:
    page = text(browser(vote.cast.member).get("/agenda/2027/vote"))
    assert "Whoever runs this server or reads its database could find out" in page
    assert "That you voted becomes public after the close, not before." in page


def test_ticks_are_kept_without_scripts_and_other_pages_are_left_alone(vote: Vote) -> None:
    client = browser(vote.cast.member)
    client.post("/agenda/2027/vote", {"shown": vote.refs(1, 2, 3), "approved": vote.refs(1, 3)})
    client.post("/agenda/2027/vote", {"shown": vote.refs(3, 4), "approved": vote.refs(4)})
    assert sorted(ticked(text(client.get("/agenda/2027/vote")))) == sorted(vote.refs(1, 4))


def test_each_change_saves_itself_and_answers_with_the_running_sum(vote: Vote) -> None:
    client = browser(vote.cast.member)
    answer = client.post(
        "/agenda/2027/vote/draft", {"shown": vote.refs(1, 2), "approved": vote.refs(2)}, headers={"HX-Request": "true"}
    )
    page = text(answer)
    assert "<b>1</b> ticked: <b>20 hours</b> of work, 180 hours on offer." in page
    assert "Saved, not yet cast." in page
    assert "<html" not in page
    assert Draft.objects.get().approved == vote.refs(2)


def test_a_draft_counts_for_nothing_until_it_is_cast(vote: Vote) -> None:
    browser(vote.cast.member).post("/agenda/2027/vote", {"shown": vote.refs(1), "approved": vote.refs(1)})
    assert not CastBallot.objects.exists()


def test_questions_are_searched_and_the_ticks_kept_on_the_way(vote: Vote) -> None:
    Question.objects.filter(pk=vote.questions[4].pk).update(body="About watermarks.")
    client = browser(vote.cast.member)
    answer = client.post(
        "/agenda/2027/vote", {"shown": vote.refs(1), "approved": vote.refs(1), "go": "search", "q": "watermarks"}
    )
    assert answer.headers["Location"] == "/agenda/2027/vote?q=watermarks#part-1"
    page = text(client.get(answer.headers["Location"]))
    assert "Question 5?" in page
    assert "Question 1?" not in page
    assert Draft.objects.get().approved == vote.refs(1)
    assert "No question matches." in text(client.get("/agenda/2027/vote?q=nothing-like-it"))


def test_more_than_a_page_is_turned_by_buttons_that_save(vote: Vote) -> None:
    Question.objects.bulk_create(
        Question(round=vote.round, title=f"More {n}?", state="on_ballot", cost=1, low=1, high=1) for n in range(30)
    )
    client = browser(vote.cast.member)
    assert "Page 1 of 2" in text(client.get("/agenda/2027/vote"))
    answer = client.post("/agenda/2027/vote", {"shown": vote.refs(1), "approved": vote.refs(1), "go": "2"})
    assert answer.headers["Location"] == "/agenda/2027/vote?page=2#part-1"
    assert "29 to 35 of 39" in text(client.get(answer.headers["Location"]))
    answer = client.post("/agenda/2027/vote", {"go": "stay", "page": "2"})
    assert answer.headers["Location"] == "/agenda/2027/vote?page=2"


def test_casting_looks_over_the_ballot_and_says_what_check_words_do(vote: Vote) -> None:
    client = browser(vote.cast.member)
    answer = client.post("/agenda/2027/vote", {"shown": vote.refs(1, 2), "approved": vote.refs(1, 2), "go": "cast"})
    assert answer.headers["Location"] == "/agenda/2027/vote/cast#main"
    page = text(client.get("/agenda/2027/vote/cast"))
    assert "You approve 2 questions" in page
    assert "Together 30 hours of work; 180 hours are on offer." in page
    assert "Without them you are trusting the server not to share your line with another voter." in page


def test_a_cast_ballot_leads_to_its_receipt_and_a_mail_without_content(vote: Vote) -> None:
    Mail.objects.all().delete()
    client = browser(vote.cast.member)
    answer = client.post("/agenda/2027/vote/cast", {"approved": vote.refs(2, 1), "words": " my  words ", "once": "k"})
    assert answer.headers["Location"] == f"/votes/{vote.ballot.pk}/receipt"
    paper = CastBallot.objects.get()
    assert (paper.approved, paper.words) == (sorted(vote.refs(1, 2)), " my  words ")
    assert "Question" not in Mail.objects.get().body
    assert sorted(ticked(text(client.get("/agenda/2027/vote")))) == sorted(vote.refs(1, 2))


def test_the_same_ballot_sent_twice_is_cast_once(vote: Vote) -> None:
    client = browser(vote.cast.member)
    for _ in range(2):
        assert client.post("/agenda/2027/vote/cast", {"approved": vote.refs(1), "once": "k"}).status_code == 302
    assert CastBallot.objects.get().voter.casts == 1


def test_casting_again_replaces(vote: Vote) -> None:
    client = browser(vote.cast.member)
    client.post("/agenda/2027/vote/cast", {"approved": vote.refs(1), "once": "a"})
    assert "Cast and replace my ballot" in text(client.get("/agenda/2027/vote/cast"))
    client.post("/agenda/2027/vote/cast", {"approved": vote.refs(2), "once": "b"})
    assert CastBallot.objects.get().approved == vote.refs(2)
    assert "This is your ballot number 2 in this vote; it replaced the one before." in text(
        client.get(f"/votes/{vote.ballot.pk}/receipt")
    )


def test_an_empty_ballot_may_be_cast_and_says_what_it_means(vote: Vote) -> None:
    client = browser(vote.cast.member)
    assert "An empty ballot counts" in text(client.get("/agenda/2027/vote/cast"))
    assert client.post("/agenda/2027/vote/cast", {"once": "k"}).status_code == 302
    assert CastBallot.objects.get().approved == []


@pytest.mark.parametrize("strange", ["question:999999", "round:1", "x", "question:99999999999999999999999"])
def test_questions_that_are_not_in_the_vote_are_refused(vote: Vote, strange: str) -> None:
    client = browser(vote.cast.member)
    answer = client.post("/agenda/2027/vote/cast", {"approved": [strange], "words": "kept words"})
    assert answer.status_code == 422
    assert "are not in this vote" in text(answer)
    assert "kept words" in text(answer)
    assert not CastBallot.objects.exists()


def test_check_words_that_are_too_long_come_back(vote: Vote) -> None:
    answer = browser(vote.cast.member).post("/agenda/2027/vote/cast", {"approved": vote.refs(1), "words": "w" * 201})
    assert answer.status_code == 422
    assert "w" * 201 in text(answer)
    assert "Question 1?" in text(answer)


@pytest.mark.parametrize("who", ["visitor", "stranger", "associate", "facilitator"])
def test_who_is_not_on_the_list_is_told_so_and_casts_nothing(vote: Vote, who: str) -> None:
    client: Client = browser(getattr(vote.cast, who))
    page = text(client.get("/agenda/2027/vote"))
    assert ("Sign in to do so" if who == "visitor" else "You are not on the voter list") in page
    assert 'name="approved"' not in page
    for path in ("/agenda/2027/vote", "/agenda/2027/vote/draft", "/agenda/2027/vote/cast"):
        answer = client.post(path, {"shown": vote.refs(1), "approved": vote.refs(1)})
        assert answer.status_code in ({302} if who == "visitor" else {403, 422})
    assert not CastBallot.objects.exists()
    assert not Draft.objects.exists()


def test_ticks_sent_while_signed_out_are_there_after_signing_in(vote: Vote) -> None:
    client = browser()
    answer = client.post("/agenda/2027/vote", {"shown": vote.refs(1, 2, 3), "approved": vote.refs(1, 2)})
    assert answer.headers["Location"] == "/account/login/?next=%2Fagenda%2F2027%2Fvote"
    client.force_login(vote.cast.member, backend="stoa.people.backend.Backend")
    assert sorted(ticked(text(client.get("/agenda/2027/vote")))) == sorted(vote.refs(1, 2))


def test_nobody_sees_the_ticks_of_another(vote: Vote) -> None:
    browser(vote.cast.member).post("/agenda/2027/vote", {"shown": vote.refs(1), "approved": vote.refs(1)})
    assert ticked(text(browser(vote.cast.author).get("/agenda/2027/vote"))) == []


def test_after_the_close_nothing_is_cast_and_the_words_come_back(vote: Vote) -> None:
    client = browser(vote.cast.member)
    with at(vote.round.vote_closes):
        answer = client.post("/agenda/2027/vote/cast", {"approved": vote.refs(1), "words": "too late"})
        assert answer.status_code == 422
        assert "The vote has closed; this ballot was not cast." in text(answer)
        assert "too late" in text(answer)
        assert "The vote has closed." in text(client.get("/agenda/2027/vote"))
    assert not CastBallot.objects.exists()


def test_pages_of_the_vote_are_kept_by_no_cache(vote: Vote) -> None:
    client = browser(vote.cast.member)
    for path in ("/agenda/2027/vote", "/agenda/2027/vote/cast", f"/votes/{vote.ballot.pk}/receipt"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_before_a_vote_there_is_no_vote_page() -> None:
    cast = Cast()
    cast.round()
    assert browser(cast.member).get("/agenda/2027/vote").status_code == 404
