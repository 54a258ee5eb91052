"""The pages and operations of calls: what they show to whom, and the whole way from a draft to an announced call."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stoa.charter.acts import describe_community
from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.members.models import Call
from tests.cast import Cast, browser, settle
from tests.members.calling import RULES, announce, draft, opened

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return str(answer.content.decode())


def form(client: Client, path: str, **typed: Any) -> Any:
    """Send the form of a page with what stands in it, changed by what is typed."""
    page = client.get(path)
    found = page.context["form"]
    sent = {bound.name: bound.value() for bound in found if bound.value() is not None}
    return client.post(
        path, {name: v if v is not True else "on" for name, v in (sent | typed).items() if v is not False}
    )


def test_a_steward_takes_a_call_from_a_draft_to_its_announcement_on_pages() -> None:
    cast = Cast()
    steward = browser(cast.steward)
    soon, later = (f"{clock.now() + timedelta(days=n):%Y-%m-%dT%H:%M}" for n in (2, 30))
    answer = form(steward, "/calls/new", title="Members", slug="m", opens=soon, closes=later)
    assert answer.headers["Location"] == "/calls/m/edit"
    answer = form(steward, "/calls/m/edit", who="Professors.", places=3)
    assert answer.headers["Location"] == "/calls/m/asks", text(answer)
    for part, typed in {
        "facts": {"label": "Field?", "kind": "choice", "admitting": "Security\n\nPrivacy", "shutting": "Law"},
        "fields": {"label": "Why?", "kind": "long"},
        "criteria": {"label": "Experience", "rubric": "What was done.", "low": "Read.", "high": "Wrote."},
        "about": {"label": "Region", "options": "North\nSouth"},
    }.items():
        assert form(steward, f"/calls/m/asks/{part}/new", **typed).status_code == 302
    call = Call.objects.get()
    assert (
        call.rules["facts"][0] | {"options": ["Security", "Privacy", "Law"], "good": [0, 1]} == call.rules["facts"][0]
    )
    assert [call.rules[part][0]["key"] for part in ("facts", "fields", "criteria")] == ["field", "why", "experience"]
    assert form(steward, "/calls/m/announce").headers["Location"] == "/calls/m"
    page = text(browser().get("/calls/m"))
    for words in ("Announced", "Professors.", "Experience", "Wrote.", "Why?", "about 30 minutes"):
        assert words in page


def test_items_are_moved_and_removed() -> None:
    cast = Cast()
    draft(cast)
    steward = browser(cast.steward)
    form(steward, "/calls/members-2027/asks/facts/years", rise="1")
    assert [row["key"] for row in Call.objects.get().rules["facts"]] == ["post", "years", "field"]
    form(steward, "/calls/members-2027/asks/facts/years", remove="1")
    assert [row["key"] for row in Call.objects.get().rules["facts"]] == ["post", "field"]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten() -> None:
    cast = Cast()
    call = draft(cast)
    answer = form(browser(cast.steward), "/calls/members-2027/edit", title="Mine", version=call.version - 1)
    assert (answer.status_code, "changed meanwhile" in text(answer), "Mine" in text(answer)) == (409, True, True)
    assert Call.objects.get().title == "Members of members-2027"


def test_what_was_typed_over_what_somebody_else_changed_is_brought_together_and_kept() -> None:
    cast = Cast()
    call = draft(cast)
    steward = browser(cast.steward)
    for path, kept, typed, there in (
        ("edit", "title", {"title": "Mine", "languages": "Any"}, "Members of members-2027"),
        ("asks/fields/topics", "label", {"label": "Mine", "kind": "choice"}, "any of several answers"),
        ("asks/facts/new", "label", {"label": "Mine", "kind": "yes"}, "Press again"),
    ):
        version = Call.objects.get().version
        answer = form(steward, f"/calls/{call.slug}/{path}", version=version - 1, **typed)
        page, again = text(answer), answer.context["form"]
        assert answer.status_code == 409, (path, again.errors)
        assert ("This was changed meanwhile" in page, there in page, again[kept].value()) == (True, True, "Mine")
        sent = {one.name: one.value() for one in again if one.value() not in (None, False)}
        assert steward.post(f"/calls/{call.slug}/{path}", sent).status_code == 302
    call.refresh_from_db()
    assert (call.title, [row["label"] for row in call.rules["facts"]][-1]) == ("Mine", "Mine")


@pytest.mark.parametrize("who", ["visitor", "stranger", "member", "associate", "facilitator", "scrutineer"])
def test_a_drafted_call_is_to_others_as_if_there_were_none(who: str) -> None:
    cast = Cast()
    draft(cast)
    client = browser(cast.scrutineers[0] if who == "scrutineer" else getattr(cast, who))
    for path in ("", "/history", "/preview", "/edit", "/asks", "/reading", "/announce", "/extend"):
        answers = [client.get(f"/calls/{slug}{path}") for slug in ("members-2027", "nothing")]
        assert answers[0].status_code == answers[1].status_code in {302, 404}
    assert "Members of" not in text(client.get("/calls"))
    assert client.get("/api/v1/calls").json() == {"items": [], "count": 0}
    assert client.get("/api/v1/calls/members-2027").status_code == 404


def test_those_who_keep_it_see_a_draft_and_what_it_means_to_read() -> None:
    cast = Cast()
    draft(cast)
    steward = browser(cast.steward)
    assert "Members of" in text(steward.get("/calls"))
    page = text(steward.get("/calls/members-2027/reading"))
    assert "400 applications × 3 reviews ÷ 20 reviewers = 60 each, about 30 hours" in page
    assert "With 30 more reviewers nobody reads for more than 12 hours." in page
    assert 'Nobody else sees it yet. Say <a href="/calls/members-2027/edit">' in text(
        steward.get("/calls/members-2027")
    )
    for path in ("", "/edit", "/asks", "/preview", "/announce", "/asks/facts/field"):
        assert steward.get(f"/calls/members-2027{path}").status_code == 200


def test_waves_part_the_reading_so_that_all_are_read() -> None:
    from stoa.members.queries import reading, waves

    cast = Cast()
    plan = reading(draft(cast))
    found = waves(plan, count=3)
    assert sum(wave.applications for wave in found) == 400
    assert max(wave.hours for wave in found) < plan.hours
    assert [wave.reviewers for wave in found][1] == 20 + round(found[0].applications / 2)


def test_the_preview_shows_every_question_and_sends_nothing() -> None:
    cast = Cast()
    announce(cast)
    page = browser().get("/calls/members-2027/preview")
    own = ("Who you are", "Your post", "A page of your organisation", "ORCID iD", "About you, apart", "Career stage")
    for words in ("Are you a professor?", "Why do you apply?", "Which topics?", "Your page", "Region", *own):
        assert words in text(page)
    assert "<form method" not in text(page)
    assert browser().post("/calls/members-2027/preview").status_code in {200, 403, 405}


def test_visitors_are_led_to_a_call_while_it_is_open() -> None:
    cast = Cast()
    describe_community(OPERATOR, name="A community")
    assert ">Apply" not in text(browser().get("/"))
    call = opened(cast)
    assert 'href="/calls/members-2027">Apply' in text(browser().get("/"))
    with clock.travel(call.closes):
        assert ">Apply" not in text(browser().get("/"))


def test_a_later_close_stands_in_the_history_with_its_reason() -> None:
    cast = Cast()
    call = opened(cast)
    later = f"{call.closes + timedelta(days=3):%Y-%m-%dT%H:%M}"
    answer = form(browser(cast.steward), "/calls/members-2027/extend", closes=later, reason="A <b>holiday</b>.")
    assert answer.status_code == 302, text(answer)
    settle()
    page = text(browser().get("/calls/members-2027"))
    assert "A &lt;b&gt;holiday&lt;/b&gt;." in page
    assert browser(cast.member).get("/calls/members-2027/extend").status_code == 403


def cost(path: str) -> int:
    client = browser()
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_the_list_costs_the_same_for_one_call_and_three() -> None:
    cast = Cast()
    announce(cast, "one")
    one = cost("/calls")
    announce(cast, "two")
    announce(cast, "three")
    assert cost("/calls") == one


def send(client: Client, method: str, path: str, body: Any) -> Any:
    return client.generic(method, f"/api/v1{path}", json.dumps(body), "application/json")


def test_a_call_can_be_drafted_changed_and_announced_over_http() -> None:
    cast = Cast()
    steward = browser(cast.steward)
    dates = {
        "opens": clock.stamp(clock.now() + timedelta(days=1)),
        "closes": clock.stamp(clock.now() + timedelta(days=9)),
    }
    given = {"slug": "m", "title": "Members", **dates}
    assert send(browser(cast.member), "POST", "/calls", given).status_code == 403
    assert send(steward, "POST", "/calls", given).status_code == 201
    changed = send(steward, "PUT", "/calls/m", {"version": 1, "rules": RULES, "places": 7})
    assert (changed.status_code, changed.json()["version"], changed.json()["places"]) == (200, 2, 7)
    assert send(steward, "PUT", "/calls/m", {"version": 1, "title": "Late"}).status_code == 409
    assert send(steward, "PUT", "/calls/m", {"version": 2, "colour": "red"}).status_code == 422
    assert send(steward, "POST", "/calls/m/announce", {}).json()["phase"] == "announced"
    again = send(steward, "PUT", "/calls/m", {"version": 2, "places": None})
    assert (again.json()["places"], again.json()["version"]) == (None, 3)
    later = {"closes": clock.stamp(clock.now() + timedelta(days=20)), "reason": "A holiday."}
    assert send(steward, "POST", "/calls/m/extend", later).status_code == 200
    assert send(browser(cast.member), "POST", "/calls/m/extend", later).status_code == 403


def test_the_api_shows_a_call_with_all_that_it_asks() -> None:
    cast = Cast()
    call = announce(cast)
    got = browser().get("/api/v1/calls/members-2027").json()
    assert got["rules"] == json.loads(json.dumps(call.asks.as_json()))
    assert (got["phase"], got["places"], got["address"]) == ("announced", 2, "/calls/members-2027")
    assert "expected" not in got
    assert browser().get("/api/v1/calls?phase=open").json()["count"] == 0
