"""Whoever has begun to apply asks about the call in the open; who they are is shown only if they say so."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stoa.forum import acts as forum
from stoa.forum.models import Case
from stoa.kit import clock, registry
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.acts.asking import MOST_EACH
from stoa.members.models import Call, Draft, Enquiry
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.record.models import Entry
from tests.cast import Cast, browser, settle
from tests.members.applying import begin
from tests.members.calling import opened
from tests.stage import acting

pytestmark = pytest.mark.django_db
PAGE = "/calls/members-2027/questions"
WORDS = "May I apply from abroad?"


@pytest.fixture
def draft(cast: Cast) -> Draft:
    return begin(cast.stranger, opened(cast))


def ask(draft: Draft, body: str = WORDS, **how: Any) -> Enquiry:
    return members.ask(acting(draft.person), draft=draft, body=body, **how)


def answer(cast: Cast, enquiry: Enquiry, text: str = "Yes, **from** anywhere.", version: int = 0) -> Enquiry:
    return members.answer(acting(cast.steward), enquiry=enquiry, answer=text, version=version)


def sent(person: Person, method: str, path: str, given: Any = None) -> Any:
    return browser(person).generic(method, f"/api/v1{path}", json.dumps(given), "application/json")


def test_who_asks_is_an_applicant_to_everybody_on_the_page_and_on_the_record(cast: Cast, draft: Draft) -> None:
    asked = ask(draft)
    told = Entry.objects.get(subject=asked.reference)
    assert (told.type, told.actor) == ("members.enquiry.asked", None)
    assert draft.person_id not in bytes(told.body).decode()
    for person in (None, cast.member, cast.steward, cast.facilitator):
        for path in (PAGE, asked.get_absolute_url(), f"{PAGE}?format=csv", "/record", f"/api/v1{PAGE}"):
            page = browser(person).get(path)
            text = b"".join(page) if page.streaming else page.content
            assert cast.stranger.shown_name.encode() not in text, (person, path)
            assert path == "/record" or WORDS.encode() in text, (person, path)


def test_one_can_ask_by_name(cast: Cast, draft: Draft) -> None:
    asked = ask(draft, named=True)
    assert Entry.objects.get(subject=asked.reference).actor == f"person:{draft.person_id}"
    assert cast.stranger.shown_name in browser(None).get(asked.get_absolute_url()).content.decode()


def test_who_has_begun_nothing_here_asks_nothing(cast: Cast, draft: Draft) -> None:
    with pytest.raises(Refused):
        members.ask(acting(cast.member), draft=draft, body=WORDS)
    assert browser(cast.member).get(f"{PAGE}/ask").status_code == 403
    assert sent(cast.member, "POST", PAGE, {"body": WORDS}).status_code == 404
    assert not Enquiry.objects.exists()


def test_questions_are_taken_until_the_call_closes(draft: Draft) -> None:
    with clock.travel(draft.call.closes - timedelta(seconds=1)):
        ask(draft)
    with clock.travel(draft.call.closes), pytest.raises(Closed):
        ask(draft)


def test_nobody_asks_without_end_or_nothing(draft: Draft) -> None:
    for text in (" ", "x" * 1001):
        with pytest.raises(Invalid):
            ask(draft, text)
    for n in range(MOST_EACH):
        with clock.travel(clock.now() + timedelta(hours=n)):
            ask(draft)
    with clock.travel(clock.now() + timedelta(hours=20)), pytest.raises(Invalid, match="which is the most"):
        ask(draft)


def test_who_keeps_the_call_answers_and_answers_anew(cast: Cast, draft: Draft) -> None:
    asked = ask(draft)
    with pytest.raises(Refused):
        members.answer(acting(cast.member), enquiry=asked, answer="Yes.", version=0)
    answer(cast, asked)
    with pytest.raises(Conflict):
        answer(cast, asked)
    answer(cast, asked, "No.", 1)
    page = browser(None).get(asked.get_absolute_url()).content.decode()
    assert "No." in page
    assert "anywhere" not in page
    assert cast.steward.shown_name in page
    given = browser(None).get(f"/api/v1{PAGE}").json()["items"][0]
    assert {k: given[k] for k in ("question", "by", "answer", "answered_by", "version")} == {
        "question": WORDS, "by": "an applicant", "answer": "No.", "answered_by": cast.steward.shown_name, "version": 2,
    }  # fmt: skip


def test_the_pages_carry_a_question_from_asking_to_its_answer(cast: Cast, draft: Draft) -> None:
    me = browser(cast.stranger)
    assert f"{PAGE}/ask" in me.get(PAGE).content.decode()
    assert me.post(f"{PAGE}/ask", {"body": WORDS}).status_code == 302
    asked = Enquiry.objects.get()
    assert (asked.named, asked.author_id) == (False, draft.person_id)
    keeper = browser(cast.steward)
    assert keeper.post(f"{asked.get_absolute_url()}/answer", {"answer": "", "version": 0}).status_code == 422
    assert keeper.post(f"{asked.get_absolute_url()}/answer", {"answer": "Yes.", "version": 0}).status_code == 302
    late = keeper.post(f"{asked.get_absolute_url()}/answer", {"answer": "No.", "version": 0})
    assert (late.status_code, "<dd>Yes.</dd>" in late.content.decode()) == (409, True)
    assert [late.context["form"][name].value() for name in ("answer", "version")] == ["No.", "1"]
    assert "1 asked so far" in browser(None).get("/calls/members-2027").content.decode()
    settle()
    assert "answered the question" in me.get("/").content.decode()
    assert me.post(f"{asked.get_absolute_url()}/withdraw").status_code == 422


def test_one_withdraws_what_has_no_answer(cast: Cast, draft: Draft) -> None:
    asked = ask(draft)
    assert sent(cast.member, "DELETE", f"{PAGE}/{asked.pk}").status_code == 403
    assert sent(cast.stranger, "DELETE", f"{PAGE}/{asked.pk}").status_code == 204
    page = browser(cast.member).get(asked.get_absolute_url()).content.decode()
    assert WORDS not in page
    assert "Withdrawn" in page
    assert browser(None).get(f"/api/v1{PAGE}").json()["items"] == []
    with pytest.raises(Closed):
        answer(cast, asked)


def test_moderators_remove_a_question_with_its_answer_and_whoever_asked_still_reads_it(
    cast: Cast, draft: Draft
) -> None:
    asked = answer(cast, ask(draft))
    forum.remove(acting(cast.founder), reference=asked.reference, reason="spam", words="")
    for path in (PAGE, asked.get_absolute_url(), f"/api/v1{PAGE}"):
        page = browser(cast.member).get(path).content.decode()
        assert (WORDS in page, "anywhere" in page) == (False, False), path
    assert registry.show([asked.reference], None)[asked.reference].title == "Question removed by the moderators"
    assert WORDS in browser(cast.stranger).get(asked.get_absolute_url()).content.decode()


def test_erasing_somebody_destroys_what_they_asked(cast: Cast, draft: Draft) -> None:
    asked = ask(draft)
    people.erase(OPERATOR, person=cast.stranger)
    asked.refresh_from_db()
    assert (asked.author_id, asked.body, asked.state) == (None, "Text removed", "withdrawn")


def test_the_list_costs_the_same_for_one_and_three(cast: Cast, draft: Draft) -> None:
    counts = []
    client = browser(cast.member)
    for _ in range(2):
        answer(cast, ask(draft))
        client.get(PAGE)
        with CaptureQueriesContext(connection) as made:
            client.get(PAGE)
        counts.append(len(made))
        ask(draft)
    assert counts[0] == counts[1] <= 12
    assert Call.objects.count() == 1


def test_who_asked_is_mailed_when_there_is_an_answer_and_the_mail_says_neither(cast: Cast, draft: Draft) -> None:
    asked = ask(draft)
    answer(cast, asked)
    mail = Mail.objects.get(kind="enquiry-answered")
    assert (mail.to, mail.person_id) == (draft.person.email, draft.person_id)
    assert asked.get_absolute_url() in mail.body
    assert [words for words in (WORDS, "anywhere") if words in mail.body] == []


def test_the_form_closes_with_the_call(cast: Cast, draft: Draft) -> None:
    with clock.travel(draft.call.closes):
        assert browser(cast.stranger).get(f"{PAGE}/ask").status_code == 409
        assert "Ask a question" not in browser(cast.stranger).get(PAGE).content.decode()


def test_search_finds_what_everybody_can_read_and_nothing_else(cast: Cast, draft: Draft) -> None:
    asked = ask(draft, "Is a monograph like an article?")
    answer(cast, asked, "A marmoset decides it.")
    for words in ("monograph", "marmoset"):
        assert asked.get_absolute_url() in browser().get(f"/search?q={words}").content.decode()
    forum.remove(acting(cast.steward), reference=asked.reference, reason="spam", words="")
    assert asked.get_absolute_url() not in browser().get("/search?q=monograph").content.decode()
    forum.restore(acting(cast.founder), case=Case.objects.get(subject=asked.reference))
    assert asked.get_absolute_url() in browser().get("/search?q=monograph").content.decode()
    people.erase(acting(cast.stranger), person=cast.stranger)
    assert asked.get_absolute_url() not in browser().get("/search?q=monograph").content.decode()
