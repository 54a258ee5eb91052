"""From the page of a call to a submitted application: as a visitor, on pages and over HTTP."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stoa.kit import clock
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.models import AboutYou, Application, Draft
from stoa.members.tasks import advance
from stoa.people.models import Person
from stoa.site.queries.waiting import waiting
from tests.cast import BACKEND, Cast, browser
from tests.members.applying import PROFILE, apply, begin
from tests.members.calling import CALL, FACTS, announce, opened
from tests.stage import acting

pytestmark = pytest.mark.django_db
TYPED = {"a_post": "yes", "a_field": "1", "a_years": "4"}


@pytest.fixture(autouse=True)
def afresh() -> None:
    """No turns were taken before."""
    cache.clear()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def link() -> str:
    """The address in the mail that came last."""
    found = re.search(r"http://stoa\.test(/calls/enter/\S+)", Mail.objects.latest("pk").body)
    assert found is not None
    return found[1]


def test_a_visitor_comes_from_the_call_to_a_submitted_application() -> None:
    cast = Cast()
    opened(cast)
    visitor = Client()
    assert f"{CALL}/eligible" in text(visitor.get(CALL))
    assert visitor.post(f"{CALL}/eligible", TYPED).headers["Location"] == f"{CALL}/apply"
    assert "on its way" in text(visitor.post(f"{CALL}/apply", {"address": "New@Example.org"}))
    assert not Person.objects.filter(email="new@example.org").exists()
    entering = link()
    assert "new@example.org" in text(visitor.get(entering))
    assert visitor.post(entering, {"name": "Newcomer"}).headers["Location"] == f"{CALL}/apply"
    assert visitor.post(f"{CALL}/apply").headers["Location"] == f"{CALL}/apply/1"
    sent = {"version": 1, "organisation": "Example", "orcid": "https://orcid.org/0000-0002-1825-0097"}
    assert visitor.post(f"{CALL}/apply/1", sent).headers["Location"] == f"{CALL}/apply/2"
    answers = {"version": 2, "a_why": "Because.", "a_topics": ["0", "2"]}
    assert visitor.post(f"{CALL}/apply/2", answers).headers["Location"] == f"{CALL}/apply/3"
    assert visitor.post(f"{CALL}/apply/3", {"version": 3}).headers["Location"] == f"{CALL}/apply/about"
    said = {"country": "KE", "gender": "unsaid"}
    assert visitor.post(f"{CALL}/apply/about", said).headers["Location"] == f"{CALL}/apply/submit"
    page = text(visitor.get(f"{CALL}/apply/submit"))
    assert ("Because." in page, "Privacy, Security" in page, "Not answered yet" in page) == (True, True, False)
    assert visitor.post(f"{CALL}/apply/submit").headers["Location"] == f"{CALL}/mine"
    one = Application.objects.get()
    assert (one.name, one.orcid, one.answers) == (
        "Newcomer",
        "0000-0002-1825-0097",
        {"why": "Because.", "topics": [0, 2]},
    )
    assert AboutYou.objects.count() == 2
    assert "Submitted" in text(visitor.get(f"{CALL}/mine"))
    assert "You have applied." in text(visitor.get(CALL))


def test_whoever_may_not_apply_reads_why_and_what_is_open_instead() -> None:
    cast = Cast()
    opened(cast)
    opened(cast, "other")
    announce(cast, "coming", opens=clock.now() + timedelta(days=3))
    page = text(Client().post(f"{CALL}/eligible", TYPED | {"a_field": "2"}))
    assert "Other fields are asked by the next call." in page
    assert ("/calls/other" in page, "/calls/coming" in page, "This call is for professors." in page) == (
        True,
        True,
        False,
    )
    assert Client().post(f"{CALL}/eligible", {"a_post": "yes"}).status_code == 422


def test_the_link_serves_once_and_a_day_and_leads_to_an_account_that_is_there() -> None:
    cast = Cast()
    opened(cast)
    client = Client()
    client.post(f"{CALL}/eligible", TYPED)
    client.post(f"{CALL}/apply", {"address": cast.member.email.upper()})
    entering = link()
    with clock.travel(clock.now() + timedelta(hours=24)):
        assert Client().get(entering).status_code == 410
    assert "member-2" in text(client.get(entering))
    client.post(entering)
    assert client.session["_auth_user_id"] == cast.member.pk
    Person.objects.filter(pk=cast.member.pk).update(last_login=clock.now() + timedelta(seconds=1))
    assert Client().get(entering).status_code == 410
    assert Client().get("/calls/enter/forged").status_code == 410


def test_a_known_address_and_an_unknown_one_are_answered_alike() -> None:
    cast = Cast()
    opened(cast)
    pages = []
    for address in (cast.member.email, "nobody@example.org"):
        client = Client()
        client.post(f"{CALL}/eligible", TYPED)
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            pages.append((text(client.post(f"{CALL}/apply", {"address": address})).replace(address, ""), len(asked)))
    assert pages[0] == pages[1]


def test_a_script_that_asks_for_a_thousand_links_is_stopped() -> None:
    cast = Cast()
    opened(cast)
    client = Client()
    client.post(f"{CALL}/eligible", TYPED)
    answers = [client.post(f"{CALL}/apply", {"address": f"a{n}@example.org"}).status_code for n in range(33)]
    assert (answers.count(200), answers.count(429)) == (30, 3)
    cache.clear()
    for _ in range(6):
        assert client.post(f"{CALL}/apply", {"address": "one@example.org"}).status_code == 200
    assert Mail.objects.filter(to="one@example.org").count() == 3


def test_a_page_saves_itself_and_a_fault_comes_back_with_what_was_typed() -> None:
    cast = Cast()
    begin(cast.stranger, opened(cast))
    client = browser(cast.stranger)
    quiet = {"X-Autosave": "1"}
    saved = client.post(f"{CALL}/apply/2", {"version": 2, "a_why": "More.", "a_topics": ["1"]}, headers=quiet)
    assert (saved.status_code, saved.json()) == (200, {"fields": {"version": 3}})
    wrong = client.post(f"{CALL}/apply/3", {"version": 3, "a_page": "nowhere"}, headers=quiet)
    assert (wrong.status_code, "https://" in wrong.json()["message"]) == (422, True)
    page = client.post(f"{CALL}/apply/3", {"version": 3, "a_page": "nowhere"})
    assert (page.status_code, 'value="nowhere"' in text(page)) == (422, True)
    assert client.post(f"{CALL}/apply/2", {"version": 1, "a_why": "Old."}, headers=quiet).status_code == 409


def test_what_must_be_answered_is_marked_so_and_can_be_saved_empty() -> None:
    cast = Cast()
    begin(cast.stranger, opened(cast))
    client = browser(cast.stranger)
    assert ["(optional)" in text(client.get(f"{CALL}/apply/{page}")) for page in (2, 3)] == [False, True]
    assert client.post(f"{CALL}/apply/2", {"version": 2}).headers["Location"] == f"{CALL}/apply/3"
    assert "Why do you apply?" in text(client.get(f"{CALL}/apply/submit")).split("Not answered yet")[1]


def test_two_tabs_are_brought_together() -> None:
    cast = Cast()
    begin(cast.stranger, opened(cast))
    client = browser(cast.stranger)
    client.post(f"{CALL}/apply/2", {"version": 2, "a_why": "From one tab.", "a_topics": ["1"]})
    page = client.post(f"{CALL}/apply/2", {"version": 2, "a_why": "From the other.", "a_topics": ["0"]})
    assert (page.status_code, "From one tab." in text(page), "From the other." in text(page)) == (409, True, True)
    client.post(f"{CALL}/apply/2", {"version": 3, "a_why": "Both.", "a_topics": ["0"]})
    assert Draft.objects.get().answers["why"] == "Both."


def test_two_tabs_with_different_pages_go_on_side_by_side() -> None:
    cast = Cast()
    begin(cast.stranger, opened(cast))
    client = browser(cast.stranger)
    assert (
        client.post(f"{CALL}/apply/2", {"version": 2, "a_why": "From one tab.", "a_topics": ["1"]}).status_code == 302
    )
    assert client.post(f"{CALL}/apply/1", {"version": 2, "organisation": "Lund"}).status_code == 302
    kept = Draft.objects.get()
    assert (kept.answers["why"], kept.profile["organisation"]) == ("From one tab.", "Lund")


def test_who_comes_back_goes_on_with_the_first_page_on_which_something_is_left() -> None:
    cast = Cast()
    call, me, client = opened(cast), acting(cast.stranger, second_factor=False), browser(cast.stranger)
    draft = members.begin_application(me, person=cast.stranger, call=call, facts=FACTS)

    def goes_on() -> str:
        found = re.search(r'href="([^"]+)">Go on writing', client.get(f"{CALL}/mine").content.decode())
        return found[1] if found else ""

    assert goes_on() == f"{CALL}/apply/1"
    draft = members.save_draft(me, draft=draft, version=draft.version, profile=PROFILE, answers={"topics": [0]})
    assert goes_on() == f"{CALL}/apply/2"
    members.save_draft(me, draft=draft, version=draft.version, answers={"why": "Because."})
    assert goes_on() == f"{CALL}/apply/submit"


def test_an_application_that_is_begun_or_changed_waits_on_the_home_of_its_writer_until_it_is_submitted() -> None:
    cast = Cast()
    call = opened(cast)
    draft, me = begin(cast.stranger, call), acting(cast.stranger, second_factor=False)
    waits = [(one.title, one.url, one.minutes, one.due) for one in waiting(me)]
    assert waits == [(f"Go on with your application: {call.title}", f"{CALL}/mine", call.minutes, call.closes)]
    assert "Go on with your application" in browser(cast.stranger).get("/").content.decode()
    members.submit(me, draft=draft)
    assert waiting(me) == []
    members.save_draft(me, draft=draft, version=draft.version, answers={"why": "Better."})
    assert [one.title for one in waiting(me)] == [f"Submit what you changed: {call.title}"]
    with clock.travel(call.ends):
        advance()
        assert waiting(me) == []


def test_signing_in_again_leads_back_to_what_was_typed() -> None:
    cast = Cast()
    begin(cast.stranger, opened(cast))
    client = Client()
    client.get("/")
    answer = client.post(f"{CALL}/apply/2", {"version": 2, "a_why": "Typed while away.", "a_topics": ["0", "1"]})
    assert answer.headers["Location"].endswith("next=%2Fcalls%2Fmembers-2027%2Fapply%2F2")
    kept = client.session["typed_while_signed_out"]
    client.force_login(cast.stranger, backend=BACKEND)
    session = client.session
    session["typed_while_signed_out"] = kept
    session.save()
    assert "Typed while away." in text(client.get(f"{CALL}/apply/2"))


@pytest.mark.parametrize("who", ["visitor", "member", "associate", "facilitator", "scrutineer", "stranger"])
def test_applications_are_seen_by_those_who_keep_the_call_alone(who: str) -> None:
    cast = Cast()
    call = opened(cast)
    one = apply(cast.author, call)
    client = browser(cast.scrutineers[0] if who == "scrutineer" else getattr(cast, who))
    for path in (f"{CALL}/applications", f"{CALL}/applications/{one.pk}", f"{CALL}/mine", f"{CALL}/apply/1"):
        assert client.get(path).status_code in {302, 403, 404}, path
    for path in (f"/applications/{one.pk}", "/applications", "/application"):
        assert client.get(f"/api/v1{CALL}{path}").status_code in {403, 404}, path


def test_the_list_is_filtered_and_opens_what_was_submitted_but_nothing_that_was_said_apart() -> None:
    cast = Cast()
    call = opened(cast)
    one = apply(cast.stranger, call)
    apply(cast.member, call)
    members.say_about_oneself(
        acting(cast.stranger), person=cast.stranger, call=call, said={"x_region": "1", "stage": "senior"}
    )
    steward = browser(cast.steward)
    page = text(steward.get(f"{CALL}/applications?q=strang"))
    assert ("Stranger" in page, "member-2" in page) == (True, False)
    rows = json.loads(b"".join(steward.get(f"{CALL}/applications?as=json&sort=name").streaming_content))
    assert [row["name"] for row in rows] == ["member-2", "Stranger"]
    page = text(steward.get(f"{CALL}/applications/{one.pk}"))
    assert ("Because." in page, "South" in page, "chair" in page) == (True, False, False)


def test_the_list_costs_the_same_for_one_and_three() -> None:
    cast = Cast()
    call = opened(cast)
    client = browser(cast.steward)
    costs = []
    for person in (cast.stranger, cast.member, cast.author):
        apply(person, call)
        client.get(f"{CALL}/applications")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{CALL}/applications")
        costs.append(len(asked))
    assert (costs[0], costs[0] <= 12) == (costs[2], True)


def test_one_applies_over_http_and_nobody_reads_there_what_one_says_apart() -> None:
    cast = Cast()
    opened(cast)
    client = browser(cast.stranger)

    def send(method: str, path: str, body: Any = None) -> Any:
        return client.generic(method, f"/api/v1{CALL}{path}", json.dumps(body), "application/json")

    assert send("POST", "/application", {"facts": FACTS | {"post": False}}).status_code == 403
    begun = send("POST", "/application", {"facts": FACTS})
    assert (begun.status_code, begun.json()["version"], begun.json()["submitted"]) == (201, 1, None)
    saved = send("PUT", "/application", {"version": 1, "answers": {"why": "By program.", "topics": [1]}})
    assert saved.json()["answers"] == {"why": "By program.", "topics": [1]}
    assert send("PUT", "/application", {"version": 1, "answers": {"why": "By another."}}).status_code == 409
    assert send("POST", "/application/submit", {}).json()["number"] == Application.objects.get().pk
    assert send("PUT", "/about", {"said": {"gender": "woman"}}).status_code == 204
    assert send("GET", "/about").status_code == 405
    assert send("DELETE", "/about").status_code == 204
    assert send("DELETE", "/application").json()["submitted"] is None


def test_withdrawing_asks_first_and_is_told_by_mail() -> None:
    cast = Cast()
    call = opened(cast)
    apply(cast.stranger, call)
    client = browser(cast.stranger)
    assert "deleted" in text(client.get(f"{CALL}/mine/withdraw"))
    client.post(f"{CALL}/mine/withdraw")
    assert not Application.objects.exists()
    assert Mail.objects.filter(kind="application-withdrawn", to=cast.stranger.email).exists()
    assert "Not submitted" in text(client.get(f"{CALL}/mine"))
