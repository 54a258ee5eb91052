"""Statements are moderated by the same acts as posts; nobody is named with them, so a look at their author is noted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda.models import AnswersCommitted, Statement
from stoa.forum import acts
from stoa.forum.models import Case, Writing
from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import Invalid, Refused
from stoa.people.models import Person
from stoa.people.queries import looks_at
from tests.agenda.discussing import in_discussion
from tests.cast import browser
from tests.forum.moderating import Forum
from tests.stage import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum() -> Forum:
    return Forum()


@pytest.fixture
def round_(forum: Forum) -> Any:
    return in_discussion(forum, "2028")


def stated(round_: Any, by: Person, text: str = "All of them are fools.") -> Statement:
    return agenda.propose_statement(acting(by), round=round_, body=text)


def shown(person: Person | None, statement: Statement) -> str:
    return str(browser(person).get(statement.get_absolute_url()).content.decode())


def test_a_statement_is_reported_removed_appealed_and_put_back(forum: Forum, round_: Any) -> None:
    statement = stated(round_, forum.author)
    assert f"/forum/report/{statement.reference}" in shown(forum.member, statement)
    acts.report(acting(forum.member), reference=statement.reference, reason="personal-attack")
    acts.remove(acting(forum.steward), reference=statement.reference, reason="personal-attack")
    for person, reads in ((None, False), (forum.member, False), (forum.author, True), (forum.steward, True)):
        page = shown(person, statement)
        assert page.count("Removed by the moderators: personal attack.") == 1
        assert ("All of them are fools." in page) is reads
    case = Case.objects.get()
    acts.appeal(acting(forum.author), case=case, words="They are.")
    acts.decide_appeal(acting(forum.founder), case=case, reverse=True)
    assert "All of them are fools." in shown(None, statement)


def test_its_author_is_not_named_to_handlers_before_they_look_and_a_look_is_noted(forum: Forum, round_: Any) -> None:
    statement = stated(round_, forum.author)
    acts.report(acting(forum.member), reference=statement.reference, reason="spam")
    client, path = browser(forum.steward), f"/forum/moderation/cases/{Case.objects.get().pk}"
    before = client.get(path).content.decode()
    assert "member-1" not in before
    assert "Show who wrote it" in before
    assert looks_at(forum.author.pk) == []
    assert "member-1" in client.post(f"{path}/author").content.decode()
    (look,) = looks_at(forum.author.pk)
    assert (look.by, look.what) == (f"person:{forum.steward.pk}", "that you wrote something unsigned")


def test_muting_somebody_does_not_tell_which_statements_are_theirs(forum: Forum, round_: Any) -> None:
    theirs, other = stated(round_, forum.author), stated(round_, forum.associate, "None of them is a fool at all.")
    acts.mute(acting(forum.member), person=forum.member, muted=forum.author)
    for statement in (theirs, other):
        assert "by you – show" not in shown(forum.member, statement)
    with pytest.raises(Invalid, match="nothing here to hide"):
        acts.hide(acting(forum.member), person=forum.member, reference=theirs.reference)


def test_a_page_does_not_tell_a_steward_that_a_steward_wrote_it(forum: Forum, round_: Any) -> None:
    by_steward, by_member = stated(round_, forum.second_steward), stated(round_, forum.author, "Others are not.")
    for statement in (by_steward, by_member):
        assert f"/forum/moderation/remove/{statement.reference}" in shown(forum.steward, statement)
    with pytest.raises(Refused, match="not yours"):
        acts.remove(acting(forum.steward), reference=by_steward.reference, reason="spam")


def test_a_case_whose_statement_was_withdrawn_is_closed(forum: Forum, round_: Any) -> None:
    statement = stated(round_, forum.author)
    acts.report(acting(forum.member), reference=statement.reference, reason="spam")
    agenda.withdraw_statement(acting(forum.author), statement=statement)
    case, client = Case.objects.get(), browser(forum.steward)
    path = f"/forum/moderation/cases/{case.pk}"
    assert "what it is about is gone" in client.get(path).content.decode()
    assert client.post(path, {"decision": "leave"}).status_code == 302
    case.refresh_from_db()
    assert case.outcome == "left"


def test_once_nobody_is_to_know_who_wrote_a_statement_moderation_has_forgotten_it_too(
    forum: Forum, round_: Any
) -> None:
    removed, waiting = stated(round_, forum.author), stated(round_, forum.author, "Others are not.")
    acts.remove(acting(forum.steward), reference=removed.reference, reason="spam")
    acts.report(acting(forum.member), reference=waiting.reference, reason="spam")
    AnswersCommitted.objects.create(round=round_, count=0, root="0" * 64, window_hours=1)
    with clock.travel(clock.now() + timedelta(hours=2)):
        agenda.unlink_answers(CLOCK, round=round_)
    assert not Writing.objects.filter(reference__in=[removed.reference, waiting.reference]).exists()
    assert {case.subject: case.concerns for case in Case.objects.select_related("concerns")} == {
        removed.reference: None,
        waiting.reference: forum.author,
    }
