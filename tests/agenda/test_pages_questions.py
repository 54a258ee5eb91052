"""The pages of questions: reading, proposing, editing, withdrawing, estimating, offering; nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda.models import Estimate, Offer, Question, Round
from stoa.agenda.tasks import advance
from stoa.people.models import Person
from stoa.record.models import Text
from tests.cast import Cast, browser, settle
from tests.stage import acting, at

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) <b onclick=alert(1)>x</b>"
EVERYBODY = ("visitor", "stranger", "member", "associate", "facilitator", "steward", "founder", "author")


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def proposed(
    cast: Cast, round_: Round, *, signed: bool = True, title: str = "What leaks?", body: str = "Much."
) -> Question:
    return agenda.propose_question(acting(cast.author), round=round_, title=title, body=body, signed=signed)


def test_everybody_reads_a_question_with_its_mathematics_and_citation() -> None:
    cast = Cast()
    question = proposed(cast, cast.round(), body="A *bound* of $p < 0.05$.")
    for who in EVERYBODY:
        page = text(browser(getattr(cast, who)).get(question.get_absolute_url()))
        assert "<em>bound</em>" in page
        assert "<math" in page
        assert "Cite as: member-1: <cite>What leaks?</cite> " in page


def test_an_unsigned_question_names_its_author_to_nobody_but_themselves() -> None:
    cast = Cast()
    round_ = cast.round()
    question = proposed(cast, round_, signed=False)
    agenda.edit_question(acting(cast.author), question=question, title="What leaks now?", body="", version=1)
    settle()
    for who in EVERYBODY:
        client = browser(getattr(cast, who))
        for path in (question.get_absolute_url(), "/agenda/2027", "/agenda/2027?as=json", "/agenda/2027/history"):
            answer = client.get(path)
            page = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
            if who != "author":
                assert "member-1" not in page
                assert cast.author.pk not in page
    assert "Only you see this note." in text(browser(cast.author).get(question.get_absolute_url()))


def test_hostile_titles_and_bodies_do_nothing() -> None:
    cast = Cast()
    round_ = cast.round()
    question = proposed(cast, round_, title=HOSTILE[:160], body=HOSTILE)
    agenda.edit_question(acting(cast.author), question=question, title=HOSTILE[:160], body=HOSTILE + "!", version=1)
    settle()
    author = browser(cast.author)
    for path in (question.get_absolute_url(), f"{question.get_absolute_url()}/edit", "/agenda/2027"):
        page = text(author.get(path))
        assert "<script>alert" not in page
        assert "javascript:alert" not in page.replace("[x](javascript:alert(1))", "")
        assert "<b onclick" not in page


def test_a_member_proposes_and_is_told_before_who_will_see_it() -> None:
    cast = Cast()
    cast.round()
    client = browser(cast.member)
    form = text(client.get("/agenda/2027/propose"))
    assert "for everyone to read: under your name, or as proposed by a member" in form
    answer = client.post("/agenda/2027/propose", {"title": "Is it safe?", "body": "Let us see.", "once": "k1"})
    question = Question.objects.get()
    assert answer.headers["Location"] == question.get_absolute_url()
    assert (question.title, question.signed, question.author) == ("Is it safe?", False, cast.member)


def test_the_same_form_sent_twice_proposes_once_and_leads_to_the_same_page() -> None:
    cast = Cast()
    cast.round()
    client = browser(cast.member)
    sent = {"title": "Is it safe?", "body": "", "signed": "on", "once": "k1"}
    first, second = client.post("/agenda/2027/propose", sent), client.post("/agenda/2027/propose", sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert Question.objects.count() == 1


@pytest.mark.parametrize("who", ["stranger", "facilitator"])
def test_who_may_not_propose_is_refused_and_told_who_may(who: str) -> None:
    cast = Cast()
    cast.round()
    client = browser(getattr(cast, who))
    assert client.get("/agenda/2027/propose").status_code == 403
    answer = client.post("/agenda/2027/propose", {"title": "Mine?", "body": "My text."})
    assert answer.status_code == 422
    assert "It is held by: member" in text(answer)
    assert "My text." in text(answer)
    assert not Question.objects.exists()


def test_faults_stand_beside_the_field_and_the_text_comes_back() -> None:
    cast = Cast()
    cast.round()
    answer = browser(cast.member).post("/agenda/2027/propose", {"title": "", "body": "A long text that I wrote."})
    assert answer.status_code == 422
    assert "Ask the question in one sentence." in text(answer)
    assert "A long text that I wrote." in text(answer)
    assert "Nothing that you typed was lost." in text(answer)


def test_ten_megabytes_in_a_field_are_refused_and_nothing_is_stored() -> None:
    cast = Cast()
    cast.round()
    answer = browser(cast.member).post("/agenda/2027/propose", {"title": "Big?", "body": "x" * 10_000_000})
    assert answer.status_code in {400, 413, 422}
    assert not Question.objects.exists()


def test_a_fourth_question_is_refused_with_its_text() -> None:
    cast = Cast()
    round_ = cast.round()
    for n in range(3):
        proposed(cast, round_, title=f"Number {n}?")
    answer = browser(cast.author).post("/agenda/2027/propose", {"title": "Number 4?", "body": "kept"})
    assert answer.status_code == 422
    assert "Withdraw one to propose another." in text(answer)
    assert "Number 4?" in text(answer)


def test_what_was_typed_while_signed_out_is_there_after_signing_in() -> None:
    cast = Cast()
    cast.round()
    client = browser()
    answer = client.post("/agenda/2027/propose", {"title": "Before?", "body": "Typed before.", "once": "k"})
    assert answer.headers["Location"] == "/account/login/?next=%2Fagenda%2F2027%2Fpropose"
    client.force_login(cast.member, backend="stoa.people.backend.Backend")
    page = text(client.get("/agenda/2027/propose"))
    assert 'value="Before?"' in page
    assert "Typed before." in page
    assert "Typed before." not in text(client.get("/agenda/2027/propose"))


def test_the_author_edits_and_the_old_text_stays_in_the_history_until_erased() -> None:
    cast = Cast()
    question = proposed(cast, cast.round(), body="The first text.")
    path = question.get_absolute_url()
    sent = {"title": "What leaks now?", "body": "The second text.", "version": "1", "once": "k"}
    assert browser(cast.author).post(f"{path}/edit", sent).status_code == 302
    settle()
    page = text(browser().get(path))
    assert "What leaks now?" in page
    assert "The first text." in page
    Text.objects.filter(entry__subject=question.reference).delete()
    assert "The first text." not in text(browser().get(path))


def test_two_who_edit_the_same_get_both_texts_to_bring_together() -> None:
    cast = Cast()
    question = proposed(cast, cast.round())
    path = f"{question.get_absolute_url()}/edit"
    client = browser(cast.author)
    client.post(path, {"title": "First?", "body": "Saved first.", "version": "1", "once": "a"})
    answer = client.post(path, {"title": "Second?", "body": "Typed second.", "version": "1", "once": "b"})
    assert answer.status_code == 409
    page = text(answer)
    assert "Saved first." in page
    assert "Typed second." in page
    assert 'name="version" value="2"' in page
    assert client.post(path, {"title": "Both?", "body": "Both.", "version": "2", "once": "c"}).status_code == 302
    question.refresh_from_db()
    assert (question.title, question.body, question.version) == ("Both?", "Both.", 3)


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who not in {"visitor", "author"}])
@pytest.mark.parametrize("what", ["edit", "withdraw"])
def test_nobody_else_edits_or_withdraws(who: str, what: str) -> None:
    cast = Cast()
    question = proposed(cast, cast.round())
    client = browser(getattr(cast, who))
    path = f"{question.get_absolute_url()}/{what}"
    assert client.get(path).status_code == 403
    assert client.post(path, {"title": "Mine now?", "body": "", "version": "1"}).status_code == 422
    question.refresh_from_db()
    assert (question.title, question.state) == ("What leaks?", "proposed")
    assert f"{path}" not in text(client.get(question.get_absolute_url()))


def test_withdrawing_leaves_the_title_and_hides_the_text() -> None:
    cast = Cast()
    question = proposed(cast, cast.round(), body="A secret start.")
    path = question.get_absolute_url()
    assert browser(cast.author).post(f"{path}/withdraw", {"once": "k"}).status_code == 302
    settle()
    page = text(browser().get(path))
    assert "Withdrawn" in page
    assert "What leaks?" in page
    assert "A secret start." not in page
    assert "A secret start." in text(browser(cast.author).get(path))


def test_a_member_estimates_and_offers_on_the_question_page() -> None:
    cast = Cast()
    question = proposed(cast, cast.round())
    client = browser(cast.member)
    path = question.get_absolute_url()
    page = text(client.get(path))
    assert "Nobody has estimated it yet; 3 estimates are needed" in page
    assert client.post(f"{path}/effort", {"low": "10", "high": "20", "once": "a"}).status_code == 302
    assert client.post(f"{path}/hours", {"hours": "12", "once": "b"}).status_code == 302
    assert Estimate.objects.values_list("low", "high", "person").get() == (10, 20, cast.member.pk)
    page = text(browser().get(path))
    assert "2 more estimates needed" in page
    assert "12 hours" in page
    client.post(f"{path}/hours", {"hours": "0", "once": "c"})
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    ("low", "high"),
    [("", "3"), ("20", "10"), ("0", "5"), ("ten", "20"), ("1", "999999999999"), ("1.5", "2"), ("-1", "4")],
)
def test_an_impossible_estimate_comes_back_with_what_would_be_right(low: str, high: str) -> None:
    cast = Cast()
    question = proposed(cast, cast.round())
    answer = browser(cast.member).post(f"{question.get_absolute_url()}/effort", {"low": low, "high": high})
    assert answer.status_code == 422
    assert f'value="{low}"' in text(answer) or low == ""
    assert "need" in text(answer)
    assert not Estimate.objects.exists()


@pytest.mark.parametrize(
    ("who", "estimates", "offers"),
    [
        ("visitor", False, False),
        ("stranger", False, False),
        ("facilitator", False, False),
        ("associate", False, True),
        ("author", False, True),
        ("member", True, True),
        ("steward", True, True),
    ],
)
def test_forms_are_offered_to_those_who_may_use_them(who: str, estimates: bool, offers: bool) -> None:
    cast = Cast()
    question = proposed(cast, cast.round())
    page = text(browser(getattr(cast, who)).get(question.get_absolute_url()))
    assert ('name="low"' in page, 'name="hours"' in page) == (estimates, offers)
    assert ("csrfmiddlewaretoken" in page) == (who != "visitor")  # who is signed in can follow it


def test_a_visitor_is_led_to_sign_in_and_back_to_the_same_form() -> None:
    cast = Cast()
    question = proposed(cast, cast.round())
    client = browser()
    path = f"{question.get_absolute_url()}/effort"
    assert path in text(client.get(question.get_absolute_url()))
    answer = client.post(path, {"low": "7", "high": "9"})
    assert answer.headers["Location"].startswith("/account/login/?next=")
    client.force_login(cast.member, backend="stoa.people.backend.Backend")
    page = text(client.get(path))
    assert 'value="7"' in page
    assert 'value="9"' in page


def test_after_the_vote_opened_nothing_can_be_changed_and_effort_is_shown_frozen() -> None:
    cast = Cast()
    round_ = cast.round()
    question = cast.question(round_, "One?", cost=10, hours=20)
    with at(round_.vote_opens):
        advance()
        client = browser(cast.author)
        page = text(client.get(question.get_absolute_url()))
        assert "frozen when the vote opened" in page
        assert 'name="hours"' not in page
        answer = client.post(
            f"{question.get_absolute_url()}/edit", {"title": "Late?", "body": "late text", "version": "1"}
        )
        assert answer.status_code == 422
        assert "late text" in text(answer)


def test_an_estimate_that_comes_too_late_comes_back_with_the_reason() -> None:
    cast = Cast()
    round_ = cast.round()
    question = cast.question(round_, "One?", cost=10, hours=20)
    with at(round_.vote_opens):
        for form, sent in (("effort", {"low": "7", "high": "8"}), ("hours", {"hours": "7"})):
            answer = browser(cast.member).post(f"{question.get_absolute_url()}/{form}", sent)
            assert answer.status_code == 422
            assert "This round takes no questions any more." in text(answer)
            assert 'value="7"' in text(answer)


def test_a_question_of_another_round_is_not_found_under_this_one() -> None:
    cast = Cast()
    question = proposed(cast, cast.round())
    cast.round("2028")
    author = browser(cast.author)
    for path in (
        f"/agenda/2028/questions/{question.pk}",
        f"/agenda/2028/questions/{question.pk}/edit",
        "/agenda/2027/questions/99999999999999999999999",
    ):
        assert author.get(path).status_code == 404


def test_an_erased_person_is_a_former_member_everywhere() -> None:
    cast = Cast()
    question = proposed(cast, cast.round())
    agenda.estimate_effort(acting(cast.member), question=question, low=1, high=2)
    _erase(cast.author)
    _erase(cast.member)
    settle()
    page = text(browser().get(question.get_absolute_url()))
    assert "member-1" not in page
    assert "member-2" not in page
    assert "former member" in page


def _erase(person: Person) -> None:
    from stoa.people.acts import erase

    erase(acting(person), person=person)


def test_the_time_for_questions_ends_when_the_vote_opens_even_before_the_clock_acts() -> None:
    cast = Cast()
    round_ = cast.round()
    with at(round_.vote_opens + timedelta(seconds=1)):
        assert browser(cast.member).get("/agenda/2027/propose").status_code == 403
