"""A member's home: what waits for them, what fits into their time, what is new in what they follow, whether they are away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stoa.agenda import acts as agenda
from stoa.agenda.models import Round
from stoa.agenda.tasks import advance
from stoa.forum import acts as forum
from stoa.kit import clock
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.site.queries.waiting import Waiting, fitting, time_of, waiting
from tests.cast import Cast, browser, settle
from tests.stage import acting, at

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST_QUERIES = 12


def home(person: Person, query: str = "") -> str:
    settle()
    return str(browser(person).get(f"/{query}").content.decode())


def new(person: Person) -> str:
    """What is new in what they follow, as their home tells it."""
    return home(person).partition("New in what you follow</h2>")[2].partition("Latest on the record")[0]


def titles(person: Person, **how: bool) -> list[str]:
    return [item.title for item in waiting(acting(person), **how)]


def discussed(cast: Cast, statements: int) -> Round:
    """A round in discussion with so many statements by the author."""
    round_ = cast.round(discussed_after=1)
    with at(clock.now() + timedelta(days=1)):
        advance()
        round_.refresh_from_db()
        for number in range(statements):
            who = [cast.author, *cast.members[2:]][number % 4]
            agenda.propose_statement(
                acting(who), round=round_, body=f"Claim {number} on {chr(97 + number) * 9}", anyway=True
            )
    return round_


def test_statements_wait_until_one_has_answered_ten_of_them(cast: Cast) -> None:
    round_ = discussed(cast, 12)
    assert f"Answer 10 statements: {round_.title}" in titles(cast.member)
    with at(clock.now() + timedelta(days=2)):
        for statement in round_.statements.all()[:9]:
            agenda.give_answer(acting(cast.member), statement=statement, value=1)
        assert f"Answer a statement: {round_.title}" in titles(cast.member)
        assert f"Answer 10 statements: {round_.title}" in titles(cast.associate)
        agenda.give_answer(acting(cast.member), statement=round_.statements.all()[10], value=0)
        assert titles(cast.member) == []
        assert titles(cast.member, discreet=True) == [f"Answer 10 statements: {round_.title}"]


def test_who_may_not_answer_is_not_asked_to(cast: Cast) -> None:
    discussed(cast, 3)
    assert titles(cast.stranger) == titles(cast.facilitator) == []


def test_a_post_that_names_one_waits_until_one_writes_there(cast: Cast) -> None:
    round_ = cast.round()
    forum.write_post(acting(cast.author), about=round_.reference, body=f"@[{cast.member.pk}] what do you think?")
    named = f"Read what is said to you: {round_.title}"
    assert named in titles(cast.member)
    assert named not in titles(cast.author) + titles(cast.associate)
    forum.write_post(acting(cast.member), about=round_.reference, body="A lot.")
    assert named not in titles(cast.member)


def test_a_post_that_its_author_took_back_waits_for_nobody(cast: Cast) -> None:
    round_ = cast.round()
    post = forum.write_post(acting(cast.author), about=round_.reference, body=f"@[{cast.member.pk}], please.")
    forum.take_back_post(acting(cast.author), post=post)
    assert titles(cast.member) == []


def test_what_fits_into_the_time_is_picked_by_date() -> None:
    items = [Waiting(str(minutes), "/", minutes, "") for minutes in (10, 25, 15, 5, 1)]
    assert [item.minutes for item in fitting(items, 30)] == [10, 15, 5]
    assert fitting(items, 0) == []
    assert fitting(items, 1000) == items


def test_the_time_that_all_takes_is_told_in_words() -> None:
    spans = [time_of([Waiting("", "/", minutes, "")]) for minutes in (1, 42, 60, 89, 90, 149, 150)]
    assert spans == ["1 minute", "42 minutes", "an hour", "an hour", "2 hours", "2 hours", "3 hours"]
    assert time_of([]) == ""
    assert Waiting("", "/", 200_000, "").takes == "3,333 hours"


def test_the_home_parts_what_fits_from_the_rest(cast: Cast) -> None:
    round_ = cast.round()
    for number in range(5):
        author = cast.members[number % 2]
        agenda.propose_question(acting(author), round=round_, title=f"{number}?", body="")
    assert "Estimate the effort of 5 questions" in home(cast.members[3], "?minutes=20")
    fits, rest = (
        home(cast.members[3], "?minutes=20").split("In 20 minutes</h2>")[1],
        home(cast.members[3], "?minutes=5"),
    )
    assert "Estimate the effort of 5 questions" in fits
    assert "For another time" not in fits
    assert "Nothing of what waits is that short." in rest
    assert "Estimate the effort of 5 questions" in rest.split("For another time</h2>")[1]
    for nonsense in ("0", "-3", "x", "99999", "1e3", "%00"):
        assert "Estimate the effort of 5 questions" in home(cast.members[3], f"?minutes={nonsense}")


def test_what_is_new_in_what_one_follows_is_told_to_its_follower_alone(cast: Cast) -> None:
    round_ = cast.round()
    people.start_following(acting(cast.member), person=cast.member, reference=round_.reference)
    with at(clock.now() + timedelta(minutes=1)):
        agenda.propose_question(acting(cast.author), round=round_, title="What leaks?", body="")
        forum.write_post(acting(cast.associate), about=round_.reference, body="Hear, hear.")
    assert "What leaks?" in new(cast.member)
    assert "Associate" in new(cast.member)
    assert "What leaks?" not in new(cast.members[3])
    people.stop_following(acting(cast.member), person=cast.member, reference=round_.reference)
    assert "What leaks?" not in new(cast.member)


def test_what_one_did_oneself_is_not_news(cast: Cast) -> None:
    agenda.propose_question(acting(cast.author), round=cast.round(), title="What leaks?", body="")
    assert "What leaks?" not in new(cast.author)


def test_what_was_seen_on_an_earlier_visit_is_not_new(cast: Cast) -> None:
    round_ = cast.round()
    people.start_following(acting(cast.member), person=cast.member, reference=round_.reference)
    agenda.propose_question(acting(cast.author), round=round_, title="What leaks?", body="")
    settle()
    client, begin = browser(cast.member), clock.now()
    for minutes, told in ((1, True), (20, True), (60, False)):
        with clock.travel(begin + timedelta(minutes=minutes)):
            page = client.get("/").content.decode()
            assert ("Nothing since you looked last" not in page) is told, minutes


def test_one_is_told_that_one_is_away_and_nobody_else_is(cast: Cast) -> None:
    people.set_absence(acting(cast.member), person=cast.member, until=clock.now().date() + timedelta(days=3))
    assert "<b>Away</b>" in home(cast.member)
    assert "<b>Away</b>" not in home(cast.author)
    with clock.travel(clock.now() + timedelta(days=4)):
        assert "<b>Away</b>" not in home(cast.member)


@pytest.mark.parametrize("who", ["member", "steward"])
def test_the_home_takes_so_many_queries_at_any_size(who: str, cast: Cast) -> None:
    """For a steward with a mail to confirm, a case to decide, and everything that a member has."""
    me, counts = getattr(cast, who), []
    for size in (1, 4):
        for number in range(size):
            round_ = cast.round(f"{size}-{number}")
            people.start_following(acting(me), person=me, reference=round_.reference)
            for author in cast.members[2:]:
                agenda.propose_question(acting(author), round=round_, title=f"{size} {number}?", body="")
            post = forum.write_post(acting(cast.author), about=round_.reference, body=f"@[{me.pk}]: well?")
            forum.report(acting(cast.associate), reference=post.reference, reason="spam")
            agenda.draft_announcement(acting(cast.founder), round=round_, subject="Come", body="Do.")
        settle()
        client = browser(me)
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= MOST_QUERIES, [query["sql"][:150] for query in captured]
