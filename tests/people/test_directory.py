from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stoa.agenda import acts as agenda
from stoa.kit.act import OPERATOR
from stoa.kit.clock import travel
from stoa.members.acts import choose_topics
from stoa.people import acts as people
from stoa.people import rules
from stoa.people.models import Organisation, Person
from tests.cast import Cast, browser, settle
from tests.members import calling
from tests.stage import acting, begin

pytestmark = pytest.mark.django_db
EVERYBODY = ("visitor", "stranger", "member", "associate", "facilitator", "steward", "founder")


def text(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def names(client: Client, query: str = "") -> list[str]:
    return [row["name"] for row in json.loads(text(client.get(f"/people?as=json{query}")))]


def employed(
    person: Person, organisation: Organisation, start: date = date(2020, 1, 1), end: date | None = None
) -> None:
    people.declare_tie(
        acting(person), person=person, organisation=organisation, kind="employment", start=start, end=end
    )


def test_the_directory_lists_who_holds_a_role_in_the_order_of_names(client: Client) -> None:
    begin()
    for name, roles in (("Zoe", ["member"]), ("ada", ["associate"]), ("Émile", ["member"]), ("Nobody", [])):
        people.admit(OPERATOR, name=name, email=None, roles=roles)
    assert names(client) == ["ada", "Émile", "Zoe"]
    assert names(client, "&sort=-name") == ["Zoe", "Émile", "ada"]
    page = text(client.get("/people"))
    assert "trainee" in page
    assert "Nobody" not in page


def test_the_directory_is_narrowed_by_name_role_and_organisation(client: Client) -> None:
    begin()
    ada = people.admit(OPERATOR, name="Ada Byron", email=None, roles=["member", "steward"])
    bob = people.admit(OPERATOR, name="Bob Byron", email=None)
    north = people.add_organisation(OPERATOR, name="University North")
    employed(ada, north)
    employed(bob, north, end=date(2021, 1, 1))
    assert names(client, "&name=BYRON") == ["Ada Byron", "Bob Byron"]
    assert names(client, "&name=ada%00") == ["Ada Byron"]
    assert names(client, "&role=steward") == ["Ada Byron"]
    assert names(client, "&organisation=north") == ["Ada Byron"]
    assert names(client, "&role=king") == ["Ada Byron", "Bob Byron"]


def test_a_name_is_found_with_and_without_its_accents(client: Client) -> None:
    begin()
    for name in ("Ana Müller", "Ana Muller", "Jörg Weiß"):
        people.admit(OPERATOR, name=name, email=None)
    for typed in ("muller", "MÜLLER"):
        assert sorted(names(client, f"&name={typed}")) == ["Ana Muller", "Ana Müller"]
    assert names(client, "&name=weiß") == names(client, "&name=jorg weiss") == ["Jörg Weiß"]


def test_a_role_for_one_object_names_it_to_whoever_may_see_it(client: Client) -> None:
    cast = Cast()
    one, other = cast.round(), calling.draft(cast, "drafted")
    person = cast.organiser(one.reference)
    people.give_role(OPERATOR, person=person, role="organiser", scope=other.reference)
    settle()
    page = text(client.get(person.get_absolute_url()))
    assert f'for <a href="{one.get_absolute_url()}">' in page
    assert "for something that is not public" in page
    assert other.title not in page
    for reference in (one.reference, other.reference):
        assert f"for {reference}" not in page
    assert f'for <a href="{one.get_absolute_url()}">' in text(browser(person).get("/membership"))


def test_the_directory_to_take_away_says_what_is_public_and_no_more(client: Client) -> None:
    with travel(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        begin()
        ada = people.admit(OPERATOR, name="=Ada", email="ada@example.org", roles=["member"])
        people.give_role(OPERATOR, person=ada, role="steward", until=datetime(2099, 1, 2, tzinfo=UTC))
        people.edit_profile(acting(ada), person=ada, name="=Ada", pronouns="she/her", zone="Europe/Zurich")
        employed(ada, people.add_organisation(OPERATOR, name="University North"))
    (row,) = csv.DictReader(io.StringIO(text(client.get("/people?as=csv"))))
    assert row == {
        "code": ada.pk,
        "name": "'=Ada",
        "roles": "member since 2026-03-01; steward 2026-03-01 to 2099-01-02",
        "organisations": "University North",
        "topics": "",
        "joined": "2026-03-01T12:00:00Z",
        "pronouns": "she/her",
    }


def test_the_directory_is_narrowed_by_country_and_topic_and_sorted_by_when_somebody_came(client: Client) -> None:
    begin()
    ada, bob = (people.admit(OPERATOR, name=name, email=None) for name in ("Ada", "Bob"))
    people.admit(OPERATOR, name="Eve", email=None)
    employed(ada, people.add_organisation(OPERATOR, name="North", country="NO"))
    employed(bob, people.add_organisation(OPERATOR, name="South", country="ZA"))
    for person, topics in ((ada, ["Logs", "Red teaming"]), (bob, ["red teaming"])):
        choose_topics(acting(person), person=person, topics=topics)
    assert names(client, "&country=NO") == ["Ada"]
    assert names(client, "&country=XX") == ["Ada", "Bob", "Eve"]
    assert names(client, "&topic=RED+teaming") == ["Ada", "Bob"]
    assert names(client, "&topic=logs&country=NO") == ["Ada"]
    assert names(client, "&topic=teaming") == []
    assert names(client, "&sort=-joined") == ["Eve", "Bob", "Ada"]
    found = client.get("/api/v1/people?topic=logs&country=NO").json()["items"]
    assert [(row["name"], row["topics"]) for row in found] == [("Ada", ["Logs", "Red teaming"])]


def test_who_was_a_member_is_found_neither_in_the_directory_nor_by_search(client: Client) -> None:
    begin()
    ada = people.admit(OPERATOR, name="Ada Byron", email=None)
    assert ada.get_absolute_url() in text(client.get("/search?q=Byron"))
    people.end_role(acting(ada), person=ada, role="member")
    assert names(client, "&name=Byron") == []
    assert ada.get_absolute_url() not in text(client.get("/search?q=Byron"))


def test_whoever_searches_people_too_often_is_told_to_wait_and_others_are_not() -> None:
    cast = Cast()
    with patch.object(rules, "MOST_LOOKS", 3), patch.object(rules, "MOST_FILES", 1):
        one, other = browser(cast.member), browser(cast.author)
        assert [one.get("/people?name=a").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert one.get("/people").status_code == 200
        assert other.get("/people?name=a").status_code == 200
        assert [other.get("/people?as=csv").status_code for _ in range(2)] == [200, 429]
        assert "Go on in 10 minutes" in text(one.get("/people?page=2"))
        elsewhere = [Client().get("/people?name=a", REMOTE_ADDR="192.0.2.1").status_code for _ in range(13)]
        assert elsewhere == [200] * 12 + [429]
        assert one.get("/api/v1/people").status_code == 429


@pytest.mark.slow
def test_nobody_sees_an_address_or_somebody_without_a_role_on_any_page() -> None:
    cast = Cast()
    employed(cast.member, people.add_organisation(OPERATOR, name="University North"))
    employed(cast.stranger, Organisation.objects.get())
    settle()
    organisation = Organisation.objects.get().get_absolute_url()
    paths = ("/people", "/people?as=csv", organisation, f"{organisation}?as=json", cast.member.get_absolute_url(),
             "/governance", "/governance?m-as=csv", "/record", "/record?as=csv", "/contact")  # fmt: skip
    for who in EVERYBODY:
        client = browser(getattr(cast, who))
        for path in paths:
            page = text(client.get(path))
            assert "@example.org" not in page, (who, path)
            if who != "stranger" and not path.startswith("/record"):
                assert "Stranger" not in page, (who, path)
                assert cast.stranger.pk not in page, (who, path)
        if who != "stranger":
            assert client.get(cast.stranger.get_absolute_url()).status_code == 404
            assert "Stranger" not in text(client.get(f"/record?about=person:{cast.stranger.pk}"))


def test_a_page_that_does_not_exist_and_one_that_may_not_be_seen_are_alike() -> None:
    cast = Cast()
    client = browser(cast.member)
    hidden = client.get(cast.stranger.get_absolute_url())
    missing = client.get("/people/aaaaaaaaaaaaaaaa")
    assert (hidden.status_code, text(hidden)) == (missing.status_code, text(missing))


def test_a_person_without_a_role_sees_their_own_page() -> None:
    cast = Cast()
    page = text(browser(cast.stranger).get(cast.stranger.get_absolute_url()))
    assert "You hold no role here yet" in page
    assert "Change your profile" in page


def test_a_page_shows_roles_with_terms_ties_with_dates_and_signed_questions(client: Client) -> None:
    cast = Cast()
    round_ = cast.round()
    agenda.propose_question(acting(cast.author), round=round_, title="What leaks?", body="")
    agenda.propose_question(acting(cast.author), round=round_, title="Who pays?", body="", signed=False)
    gone = agenda.propose_question(acting(cast.author), round=round_, title="Taken back?", body="")
    agenda.withdraw_question(acting(cast.author), question=gone)
    people.give_role(OPERATOR, person=cast.author, role="steward", until=datetime(2099, 1, 2, tzinfo=UTC))
    people.end_role(acting(cast.author), person=cast.author, role="member")
    north = people.add_organisation(OPERATOR, name="University North", sponsor=True)
    employed(cast.author, north, date(2019, 4, 1), date(2020, 3, 31))
    settle()
    page = text(client.get(cast.author.get_absolute_url())).split("<h2>On the record</h2>")
    assert "What leaks?" in page[0]
    assert "Who pays?" not in page[0]
    assert "Taken back?" not in page[0]
    assert "Employed by" in page[0]
    assert "not at present" in page[0]
    assert "1 April 2019" in page[0]
    assert "sponsor, or tied to it" in page[0]
    aside = page[1].split("<aside")[1]
    assert "<b>Steward</b>" in aside
    assert "2 January 2099" in aside
    assert "Before:" in aside


def test_what_people_are_called_is_text() -> None:
    begin()
    ada = people.admit(OPERATOR, name="<script>x</script>", email=None)
    north = people.add_organisation(OPERATOR, name="<b>North")
    people.edit_profile(acting(ada), person=ada, name="<script>x</script>", pronouns="<i>", zone="")
    employed(ada, north)
    settle()
    for path in ("/people", ada.get_absolute_url(), north.get_absolute_url(), "/governance", "/record"):
        page = text(Client().get(path))
        assert not [bad for bad in ("<script>x", "<b>North", "(<i>)") if bad in page], path


def test_an_organisation_shows_who_is_tied_to_it(client: Client) -> None:
    begin()
    north = people.add_organisation(OPERATOR, name="University North", country="CH", ror="05a28rw58", sponsor=True)
    ada = people.admit(OPERATOR, name="Ada", email=None)
    bob = people.admit(OPERATOR, name="Bob", email=None)
    employed(ada, north, date(2020, 1, 1), date(2021, 1, 1))
    employed(bob, north)
    page = text(client.get(north.get_absolute_url()))
    assert "https://ror.org/05a28rw58" in page
    assert "sponsor of the community, or tied to it" in page
    rows = json.loads(text(client.get(f"{north.get_absolute_url()}?as=json")))
    assert [(row["name"], row["tie"], row["since"], row["until"]) for row in rows] == [
        ("Bob", "employed by", "2020-01-01", None),
        ("Ada", "employed by", "2020-01-01", "2021-01-01"),
    ]
    assert client.get("/people/organisations/999999").status_code == 404


@pytest.mark.parametrize("path", ["/people", "/people?as=csv", "/people/organisations/{}"])
def test_lists_cost_as_many_queries_for_one_row_as_for_three(client: Client, path: str) -> None:
    begin()
    north = people.add_organisation(OPERATOR, name="North")
    path = path.format(north.pk)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(client.get(path))
        return len(queries)

    cost()
    costs = []
    for name in ("Ada", "Bob", "Eve"):
        employed(people.admit(OPERATOR, name=name, email=None), north)
        costs.append(cost())
    assert len(set(costs)) == 1
