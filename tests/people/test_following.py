"""What somebody follows is theirs alone; it begins by itself where they propose, unless they chose otherwise."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from stoa.agenda import acts as agenda
from stoa.agenda.models import Question, Round
from stoa.forum import acts as forum
from stoa.kit import clock
from stoa.kit.act import Actor
from stoa.kit.faults import Invalid, Refused
from stoa.kit.models import Mail
from stoa.people import acts as people
from stoa.people.following import follow_own, followed, follows
from stoa.people.models import Follow, Person
from stoa.record.models import Entry
from tests.cast import Cast, browser
from tests.stage import acting, approve, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(cast: Cast) -> Round:
    return cast.round()


def proposed(cast: Cast, round_: Round) -> Question:
    return agenda.propose_question(acting(cast.author), round=round_, title="Why?", body="")


def references(person: Person) -> list[str]:
    return [follow.reference for follow, _ in followed(person.pk)]


def test_one_follows_and_stops_and_nothing_is_on_the_record(cast: Cast, round_: Round) -> None:
    me, entries = cast.member, Entry.objects.count()
    people.start_following(acting(me), person=me, reference=round_.reference)
    people.start_following(acting(me), person=me, reference=round_.reference)
    assert references(me) == [round_.reference]
    people.stop_following(acting(me), person=me, reference=round_.reference)
    assert (references(me), Entry.objects.count()) == ([], entries)


def test_nobody_follows_for_somebody_else(cast: Cast, round_: Round) -> None:
    for who in (cast.steward, cast.founder, cast.author, cast.stranger):
        for act in (people.start_following, people.stop_following):
            with pytest.raises(Refused):
                act(acting(who), person=cast.member, reference=round_.reference)
    with pytest.raises(Refused):
        people.start_following(Actor("visitor"), person=cast.member, reference=round_.reference)
    assert not Follow.objects.exists()


def test_people_and_what_is_not_there_are_not_followed(cast: Cast) -> None:
    me = cast.member
    for reference in (f"person:{cast.author.pk}", "question:999", "nothing:1", "", "round:x"):
        with pytest.raises(Invalid):
            people.start_following(acting(me), person=me, reference=reference)


def test_what_one_proposes_is_followed_by_itself(cast: Cast, round_: Round) -> None:
    question = proposed(cast, round_)
    assert follows(cast.author.pk, question.reference)
    people.stop_following(acting(cast.author), person=cast.author, reference=question.reference)
    follow_own(cast.author.pk, question.reference)
    assert not follows(cast.author.pk, question.reference)
    people.choose_following(acting(cast.author), person=cast.author, own=False)
    assert not follows(cast.author.pk, proposed(cast, round_).reference)


def test_a_button_beside_a_thing_begins_and_ends_it(cast: Cast, round_: Round) -> None:
    client, page = browser(cast.member), round_.get_absolute_url()
    assert "Follow</button>" in client.get(page).content.decode()
    sent = {"reference": round_.reference, "back": page}
    assert client.post("/people/me/following/change", sent | {"do": "start"})["Location"] == page
    assert "Following</button>" in client.get(page).content.decode()
    assert "Following</button>" not in browser(cast.author).get(page).content.decode()
    client.post("/people/me/following/change", sent | {"do": "stop", "back": "//elsewhere.example/"})
    assert "Following</button>" not in client.get(page).content.decode()


def test_a_visitor_sees_no_button_and_is_led_to_sign_in(client: Client, round_: Round) -> None:
    assert "following/change" not in client.get(round_.get_absolute_url()).content.decode()
    answer = client.post("/people/me/following/change", {"reference": round_.reference, "do": "start"})
    assert answer["Location"].startswith("/account/login/")


def test_a_button_leads_nowhere_else(cast: Cast, round_: Round) -> None:
    for back in ("//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", ""):
        sent = {"reference": round_.reference, "do": "start", "back": back}
        assert browser(cast.member).post("/people/me/following/change", sent)["Location"] == "/people/me/following"


def test_one_s_own_page_lists_what_one_follows(cast: Cast, round_: Round) -> None:
    question = proposed(cast, round_)
    page = browser(cast.author).get("/people/me/following").content.decode()
    assert f'<a class="title" href="{question.get_absolute_url()}">Why?</a>' in page
    assert "You follow nothing yet." in browser(cast.member).get("/people/me/following").content.decode()
    browser(cast.author).post("/people/me/following", {})
    assert not Person.objects.get(pk=cast.author.pk).follows_own


def test_programs_follow_too(cast: Cast, round_: Round) -> None:
    _, secret = people.create_token(acting(cast.member), person=cast.member, name="key")
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    assert client.put(f"/api/v1/me/following/{round_.reference}").status_code == 204
    (item,) = client.get("/api/v1/me/following").json()["items"]
    assert (item["reference"], item["title"]) == (round_.reference, round_.title)
    assert client.delete(f"/api/v1/me/following/{round_.reference}").status_code == 204
    assert client.get("/api/v1/me/following").json()["count"] == 0
    assert client.put("/api/v1/me/following/person:x").status_code == 422
    assert Client().get("/api/v1/me/following").status_code == 403


def test_erasing_somebody_ends_what_they_follow(cast: Cast, round_: Round) -> None:
    proposed(cast, round_)
    people.erase(acting(cast.author), person=cast.author)
    assert not Follow.objects.exists()


def test_who_is_away_gets_no_reminder(cast: Cast, round_: Round) -> None:
    cast.question(round_, "One", cost=10, hours=10)
    with at(round_.vote_opens):
        cast.vote(round_)
        round_.refresh_from_db()
        people.set_absence(acting(cast.member), person=cast.member, until=round_.vote_closes.date())
        approve([cast.author], round_, [])
    with at(round_.vote_closes - timedelta(hours=48)):
        agenda.send_reminders(Actor("clock"), round=round_)
    reminded = set(Mail.objects.filter(kind="vote-reminder").values_list("to", flat=True))
    assert cast.members[2].email in reminded
    assert cast.member.email not in reminded


def test_an_absence_lies_within_the_year_ahead(cast: Cast) -> None:
    me, today = cast.member, clock.now().date()
    for day in (today - timedelta(days=1), today + timedelta(days=400), date(9999, 12, 31)):
        with pytest.raises(Invalid):
            people.set_absence(acting(me), person=me, until=day)
    with pytest.raises(Refused):
        people.set_absence(acting(cast.steward), person=me, until=today)
    assert browser(me).post("/people/me/away", {"until": today.isoformat()})["Location"] == "/"
    assert Person.objects.get(pk=me.pk).away_until == today
    browser(me).post("/people/me/away", {"until": ""})
    assert Person.objects.get(pk=me.pk).away_until is None


def test_the_digest_ends_with_one_click_and_nothing_else_does(cast: Cast) -> None:
    token = cast.member.unsubscribe_token
    Client().post(f"/mail/{token}/digest", {"List-Unsubscribe": "One-Click"})
    me = Person.objects.get(pk=cast.member.pk)
    assert (me.wants_digest, me.wants_mail) == (False, True)
    Client().post(f"/mail/{token}/digest", {"wants": "yes"})
    assert Person.objects.get(pk=me.pk).wants_digest
    assert Client().get("/mail/unknown/digest").status_code == 404


def test_where_one_writes_is_followed_by_itself(cast: Cast, round_: Round) -> None:
    forum.write_post(acting(cast.member), about=round_.reference, body="Hear, hear.")
    assert follows(cast.member.pk, round_.reference)
