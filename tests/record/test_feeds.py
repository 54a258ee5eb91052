"""The record as feeds: all of it, one kind, or what is about one object; the same for everybody."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from stoa.agenda import acts as agenda
from stoa.kit.feeds import ATOM
from tests.cast import Cast, browser, settle
from tests.stage import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = Cast()
    cast.round()
    return cast


def entries(client: Client, query: str = "") -> list[str]:
    """The text of each entry of a feed."""
    answer = client.get(f"/record/feed{query}")
    assert answer.status_code == 200
    return [
        entry.findtext(f"{{{ATOM}}}content") or "" for entry in ET.fromstring(answer.content).iter(f"{{{ATOM}}}entry")
    ]


def test_the_feed_tells_what_the_record_tells(cast: Cast, client: Client) -> None:
    settle()
    told = entries(client)
    assert "What should we work on in 2027?" in told[0]
    assert len(told) > 5
    assert entries(client, "?kind=agenda.round.announced") == told[1:2]


def test_an_object_has_a_feed_with_what_names_it(cast: Cast, client: Client) -> None:
    round_ = cast.round("2028")
    question = agenda.propose_question(acting(cast.author), round=round_, title="Why?", body="", signed=False)
    settle()
    assert len(entries(client, f"?about={question.reference}")) == 1
    assert "Why?" in entries(client, f"?about={round_.reference}")[0]
    assert cast.author.name not in str(entries(client, f"?about={question.reference}"))
    for page in (round_.get_absolute_url(), question.get_absolute_url(), "/record"):
        assert '<link rel="alternate" type="application/atom+xml"' in client.get(page).content.decode()


@pytest.mark.parametrize("reference", ["question:999", "nothing:1", "person:x", "question:", ":"])
def test_what_is_not_public_has_no_feed(cast: Cast, client: Client, reference: str) -> None:
    assert client.get("/record/feed", {"about": reference}).status_code == 404


def test_everybody_gets_the_same_bytes_and_no_cookie(cast: Cast) -> None:
    settle()
    answers = [browser(who).get("/record/feed") for who in (None, cast.author, cast.steward)]
    assert len({(answer.content, answer["ETag"]) for answer in answers}) == 1
    assert not any(answer.cookies for answer in answers)
    assert browser(cast.author).get("/record/feed", headers={"If-None-Match": answers[0]["ETag"]}).status_code == 304


def test_the_number_of_queries_does_not_grow(cast: Cast, client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        agenda.propose_question(
            acting(cast.members[number]), round=cast.round(f"20{number}"), title=f"{number}?", body=""
        )
    settle()
    with django_assert_max_num_queries(10):
        client.get("/record/feed")
