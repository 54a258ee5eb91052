"""Beginning, saving, submitting and withdrawing applications: to the second, once, and seen by nobody too early."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Conflict, Invalid, Refused, TooFast
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.acts import applications as module
from stoa.members.models import AboutYou, Application, Draft
from stoa.members.queries import applications
from stoa.people import acts as people
from stoa.people.queries import looks_at
from stoa.record.models import Entry, Sealed
from tests.cast import Cast, browser
from tests.members.applying import ANSWERS, apply, begin
from tests.members.calling import FACTS, opened
from tests.stage import acting

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_what_is_submitted_is_what_was_written_and_a_receipt_comes() -> None:
    cast = Cast()
    call = opened(cast)
    before = Entry.objects.count()
    one = apply(cast.stranger, call)
    assert (one.name, one.organisation, one.orcid, one.orcid_shown) == (
        "Stranger", "Example University", "0000-0002-1825-0097", False,
    )  # fmt: skip
    assert (one.answers, one.facts, one.publications) == (
        ANSWERS,
        FACTS,
        [{"title": "", "year": "", "doi": "10.1000/182"}],
    )
    mail = Mail.objects.get(kind="application-received")
    assert (mail.to, one.pk in mail.body, "Because." in mail.body) == (cast.stranger.email, True, False)
    sealed = json.loads(bytes(Sealed.objects.get(entry_type="members.application.submitted").body))
    assert sealed["facts"]["digest"] in mail.body
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({**FACTS, "post": False}, "This call is for professors."),
        ({**FACTS, "field": 2}, "Other fields are asked by the next call."),
        ({**FACTS, "years": "1.5"}, "Years since your doctorate"),
    ],
)
def test_whoever_may_not_apply_learns_why_and_nothing_is_begun(facts: dict[str, Any], why: str) -> None:
    cast = Cast()
    call = opened(cast)
    with pytest.raises(Refused, match=why):
        members.begin_application(acting(cast.stranger), person=cast.stranger, call=call, facts=facts)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("facts", [{}, {**FACTS, "field": "1"}, {**FACTS, "field": 7}, {**FACTS, "years": "nan"}])
def test_facts_that_are_none_are_refused(facts: dict[str, Any]) -> None:
    cast = Cast()
    call = opened(cast)
    with pytest.raises(Invalid):
        members.begin_application(acting(cast.stranger), person=cast.stranger, call=call, facts=facts)


def test_one_begins_until_the_close_and_finishes_within_the_grace_to_the_second() -> None:
    cast = Cast()
    call = opened(cast)
    with clock.travel(call.closes - SECOND):
        draft = begin(cast.stranger, call)
    with clock.travel(call.closes), pytest.raises(Closed, match="no new applications"):
        members.begin_application(acting(cast.member), person=cast.member, call=call, facts=FACTS)
    with clock.travel(call.ends - SECOND):
        members.submit(acting(cast.stranger), draft=draft)
    for act in (members.submit, lambda actor, draft: members.save_draft(actor, draft=draft, version=draft.version)):
        with clock.travel(call.ends), pytest.raises(Closed, match="is over"):
            act(acting(cast.stranger), draft=draft)
    assert Application.objects.count() == 1


def test_a_clock_that_jumps_over_the_end_lets_nothing_in() -> None:
    cast = Cast()
    call = opened(cast)
    draft = begin(cast.stranger, call)
    with clock.travel(call.ends + timedelta(days=400)), pytest.raises(Closed):
        members.submit(acting(cast.stranger), draft=draft)
    members.submit(acting(cast.stranger), draft=draft)


def test_what_decides_who_may_apply_is_shown_and_can_be_mended_until_the_end() -> None:
    cast = Cast()
    call = opened(cast)
    one, client = apply(cast.stranger, call), browser(cast.stranger)
    pages = [f"{call.get_absolute_url()}/{page}" for page in ("mine", "apply/submit")]
    keeper = f"{call.get_absolute_url()}/applications/{one.pk}"
    shown = [
        who.get(path).content.decode() for who, path in [*((client, p) for p in pages), (browser(cast.steward), keeper)]
    ]
    assert ["Years since your doctorate</dt><dd>4</dd>" in page for page in shown] == [True, True, True]
    eligible = f"{call.get_absolute_url()}/eligible"
    assert 'value="4"' in client.get(eligible).content.decode()
    typed = {"a_post": "yes", "a_field": "1", "a_years": "7"}
    assert client.post(eligible, typed).headers["Location"] == pages[0]
    assert (Draft.objects.get().facts["years"], Application.objects.get().facts["years"]) == ("7", "4")
    assert "You changed it since" in client.get(pages[0]).content.decode()
    assert "apply to this call" in client.post(eligible, typed | {"a_field": "2"}).content.decode()
    with clock.travel(call.ends):
        assert client.post(eligible, typed | {"a_years": "9"}).status_code == 422
    assert Draft.objects.get().facts["years"] == "7"


def test_there_is_one_application_a_person_and_submitting_again_replaces_it() -> None:
    cast = Cast()
    call = opened(cast)
    first = apply(cast.stranger, call)
    draft = Draft.objects.get()
    assert members.begin_application(acting(cast.stranger), person=cast.stranger, call=call, facts=FACTS) == draft
    draft = members.save_draft(acting(cast.stranger), draft=draft, version=draft.version, answers={"why": "Better."})
    assert (
        Application.objects.get().answers["why"] == "Because."
    )  # what was submitted counts until it is submitted anew
    members.submit(acting(cast.stranger), draft=draft)
    again = Application.objects.get()
    assert (again.pk, again.answers["why"], again.version, again.submitted) == (first.pk, "Better.", 2, first.submitted)
    assert again.edited is not None


def test_what_must_be_answered_is_named_before_it_can_be_submitted() -> None:
    cast = Cast()
    call = opened(cast)
    draft = begin(cast.stranger, call, why="")
    with pytest.raises(Invalid, match="Why do you apply"):
        members.submit(acting(cast.stranger), draft=draft)
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "answers", [{"why": "x" * 501}, {"topics": [3]}, {"topics": [0, 0]}, {"page": "javascript:alert(1)"}, {"other": "x"},
                {"why": 3}, {"topics": 1}, {"page": "https://"}],
)  # fmt: skip
def test_an_answer_that_can_not_be_is_refused_and_nothing_changes(answers: dict[str, Any]) -> None:
    cast = Cast()
    call = opened(cast)
    draft = begin(cast.stranger, call)
    with pytest.raises(Invalid):
        members.save_draft(acting(cast.stranger), draft=draft, version=draft.version, answers=answers)
    assert Draft.objects.get().answers == ANSWERS


def test_what_another_tab_saved_meanwhile_is_not_overwritten() -> None:
    cast = Cast()
    call = opened(cast)
    draft = begin(cast.stranger, call)
    members.save_draft(acting(cast.stranger), draft=draft, version=draft.version, answers={"why": "One."})
    with pytest.raises(Conflict):
        members.save_draft(acting(cast.stranger), draft=draft, version=draft.version, answers={"why": "Two."})
    assert Draft.objects.get().answers["why"] == "One."


def test_what_another_tab_saved_of_another_page_hinders_nothing() -> None:
    cast = Cast()
    draft = begin(cast.stranger, opened(cast))
    opened_at = draft.version
    members.save_draft(acting(cast.stranger), draft=draft, version=opened_at, answers={"why": "From one tab."})
    members.save_draft(acting(cast.stranger), draft=draft, version=opened_at, profile={"organisation": "Lund"})
    kept = Draft.objects.get()
    assert (kept.answers["why"], kept.profile["organisation"]) == ("From one tab.", "Lund")
    with pytest.raises(Conflict):
        members.save_draft(acting(cast.stranger), draft=draft, version=opened_at, profile={"organisation": "Oslo"})
    with pytest.raises(Conflict):
        members.save_draft(
            acting(cast.stranger), draft=draft, version=kept.version + 1, answers={"why": "From nowhere."}
        )


def test_withdrawing_deletes_what_was_submitted_and_leaves_the_text_to_its_writer() -> None:
    cast = Cast()
    call = opened(cast)
    apply(cast.stranger, call)
    one = Application.objects.get()
    members.withdraw(acting(cast.stranger), application=one)
    draft = Draft.objects.get()
    assert (Application.objects.count(), draft.answers) == (0, ANSWERS)
    assert list(applications(call, acting(cast.steward))) == []
    with pytest.raises(Closed, match="Nothing of yours"):
        members.withdraw(acting(cast.stranger), application=one)
    members.submit(acting(cast.stranger), draft=draft)
    assert Application.objects.count() == 1


def test_nobody_writes_submits_or_withdraws_somebody_elses() -> None:
    cast = Cast()
    call = opened(cast)
    one = apply(cast.stranger, call)
    draft = Draft.objects.get()
    for other in (acting(cast.member), acting(cast.steward), OPERATOR):
        with pytest.raises(Refused):
            members.submit(other, draft=draft)
        with pytest.raises(Refused):
            members.withdraw(other, application=one)
        with pytest.raises(Refused):
            members.save_draft(other, draft=draft, version=draft.version, answers={"why": "No."})
        with pytest.raises(Refused):
            members.begin_application(other, person=cast.stranger, call=call, facts=FACTS)


def test_a_script_that_begins_one_after_the_other_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_DRAFTS", 2)
    cast = Cast()
    for n in range(2):
        begin(cast.stranger, opened(cast, f"call-{n}"))
    last = opened(cast, "call-2")
    with pytest.raises(TooFast):
        members.begin_application(acting(cast.stranger), person=cast.stranger, call=last, facts=FACTS)


def test_an_orcid_by_sign_in_counts_before_a_typed_one() -> None:
    cast = Cast()
    call = opened(cast)
    SocialAccount.objects.create(user=cast.stranger, provider="orcid", uid="0000-0002-1694-233X")
    one = apply(cast.stranger, call)
    assert (one.orcid, one.orcid_shown) == ("0000-0002-1694-233X", True)


def test_whoever_is_read_about_can_see_it() -> None:
    cast = Cast()
    call = opened(cast)
    one = apply(cast.stranger, call)
    members.read_application(acting(cast.steward), application=one)
    (look,) = looks_at(cast.stranger.pk)
    assert (look.by, call.title in look.what) == (f"person:{cast.steward.pk}", True)
    with pytest.raises(Refused):
        members.read_application(acting(cast.member), application=one)


def test_what_one_says_apart_is_changed_and_taken_back() -> None:
    cast = Cast()
    call = opened(cast)
    me = acting(cast.stranger)
    members.say_about_oneself(
        me, person=cast.stranger, call=call, said={"country": "KE", "gender": "unsaid", "x_region": "1"}
    )
    members.say_about_oneself(me, person=cast.stranger, call=call, said={"country": "", "gender": "woman"})
    assert dict(AboutYou.objects.values_list("key", "value")) == {"gender": "woman", "x_region": "1"}
    for wrong in ({"country": "Mars"}, {"income": "1"}, {"x_region": "7"}):
        with pytest.raises(Invalid):
            members.say_about_oneself(me, person=cast.stranger, call=call, said=wrong)
    with pytest.raises(Refused):
        members.say_about_oneself(acting(cast.steward), person=cast.stranger, call=call, said={"gender": "man"})
    members.take_back_about_oneself(me, person=cast.stranger, call=call)
    assert not AboutYou.objects.exists()


def test_erasing_somebody_erases_what_they_applied_with() -> None:
    cast = Cast()
    call = opened(cast)
    apply(cast.stranger, call)
    members.say_about_oneself(acting(cast.stranger), person=cast.stranger, call=call, said={"country": "KE"})
    people.erase(acting(cast.stranger), person=cast.stranger)
    assert [model.objects.count() for model in (Draft, Application, AboutYou)] == [0, 0, 0]
