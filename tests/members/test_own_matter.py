"""Whoever applied to a call keeps nothing of it, whatever offices they hold: they neither see nor decide what others sent."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Refused
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.acts.deciding import reviewers_of
from stoa.members.models import Application, Call
from stoa.members.queries import applications, decisions
from stoa.members.tasks import advance
from stoa.people import acts as people
from stoa.people.models import Person, Role
from stoa.review import acts as review
from stoa.review.models import Panel
from stoa.review.rules import may_keep
from stoa.site.queries.waiting import waiting
from tests.cast import Cast, browser
from tests.members.applying import apply, begin
from tests.members.calling import opened
from tests.members.deciding import LETTERS, ranked, read, seated, with_bar
from tests.stage import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CALL = "/calls/members-2027"


def keeper(cast: Cast, office: str, call: Call) -> Person:
    """Somebody who keeps this call, by their office."""
    person = people.admit(OPERATOR, name=f"The {office}", email="keeper@example.org", roles=[])
    if office == "organiser":
        people.give_role(OPERATOR, person=person, role="organiser", scope=call.reference)
    elif office == "steward":
        people.give_role(OPERATOR, person=person, role="steward")
    else:
        Role.objects.create(person=person, role="founder", start=clock.now())
    return person


@pytest.mark.parametrize("office", ["organiser", "steward", "founder"])
def test_who_applied_keeps_nothing_of_the_call_and_others_do(office: str) -> None:
    cast = Cast()
    call = opened(cast, days=1)
    me = keeper(cast, office, call)
    other = people.admit(OPERATOR, name="Ada", email="ada@example.net", roles=[])
    apply(other, call)
    assert applications(call, acting(me)).count() == 1
    apply(me, call)
    with clock.travel(call.ends):
        advance()
        with pytest.raises(Refused) as no:
            members.begin_review(acting(me), call=call)
        assert no.value.code == "own-matter"
        call = members.begin_review(acting(cast.steward), call=call)
    call = with_bar(cast, call, cast.members[:3])
    ranked(cast, call, {me: 200, other: 400})
    one, theirs = Application.objects.get(person=me), Application.objects.get(person=other)
    assert list(applications(call, acting(me))) == list(decisions(call, acting(me))) == []
    tried: list[Any] = [
        lambda by: members.set_bar(by, call=call),
        lambda by: members.rank(by, call=call),
        lambda by: members.give_reason(by, application=one, reason="Mine."),
        lambda by: members.read_application(by, application=theirs),
        lambda by: members.read_application(by, application=one),
        lambda by: members.draft_release(by, call=call, letters=LETTERS),
        lambda by: members.invite_reviewers(by, call=call, people=[me], load=3),
        lambda by: members.give_out_files(by, call=call),
        lambda by: members.draft_invitations(by, call=call, people=[]),
    ]
    for each in tried:
        with pytest.raises(Refused):
            each(acting(me))
    members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    with pytest.raises(Refused):
        members.confirm_release(acting(me), call=call)
    mine = browser(me)
    paths = ("applications", f"applications/{theirs.pk}", "decide", "decide/letters", "decide/release", "appeals")
    assert {mine.get(f"{CALL}/{path}").status_code for path in paths} == {403}
    assert {mine.get(f"/api/v1{CALL}/{path}").status_code for path in ("applications", "decisions", "appeals")} == {403}
    assert [item.title for item in waiting(acting(me)) if "decisions" in item.title] == []
    assert not Mail.objects.filter(kind="decisions-to-confirm", to=me.email).exists()
    assert mine.get(f"{CALL}/mine").status_code == 200
    members.confirm_release(acting(cast.founder), call=call)


def test_the_panel_is_not_kept_by_whoever_has_a_text_before_it() -> None:
    cast = Cast()
    ada = people.admit(OPERATOR, name="Ada", email="ada@example.net", roles=[])
    me = people.admit(OPERATOR, name="Second steward", email="s2@example.org", roles=["steward", "member"])
    call = read(cast, "members-2027", [ada, me])
    panel = Panel.objects.get()
    assert [may_keep(acting(person), panel) for person in (me, cast.steward)] == [False, True]
    with pytest.raises(Refused):
        review.run_assignment(acting(me), panel=panel)
    assert browser(me).get(f"/reviews/{panel.pk}/panel").status_code == 404
    seated(cast, call, [me, cast.members[0]])  # who may still read what others wrote
    assert list(reviewers_of(call)) == [cast.members[0]]
    with pytest.raises(Refused):
        members.give_bar(acting(me), call=call, value=100)
    members.withdraw(acting(me), application=Application.objects.get(person=me))
    panel.refresh_from_db()
    assert may_keep(acting(me), panel)
    members.give_bar(acting(me), call=Call.objects.get(), value=100)


def test_who_writes_an_application_keeps_nothing_while_it_can_be_submitted_and_is_told_before() -> None:
    cast = Cast()
    call = opened(cast, days=1)
    asked = members.ask(acting(cast.stranger), draft=begin(cast.stranger, call), body="By when?")
    me = people.admit(OPERATOR, name="Second steward", email="s2@example.org", roles=["steward"])
    client = browser(me)
    assert client.get(f"{CALL}/applications").status_code == 200
    client.post(f"{CALL}/eligible", {"a_post": "yes", "a_field": "1", "a_years": "4"})
    assert "You keep this call" in client.get(f"{CALL}/apply").content.decode()
    begin(me, call)
    assert client.get(f"{CALL}/applications").status_code == 403
    with pytest.raises(Refused):
        members.answer(acting(me), enquiry=asked, answer="By noon.", version=0)
    with clock.travel(call.ends):
        advance()
    call.refresh_from_db()
    assert client.get(f"{CALL}/applications").status_code == 200  # nothing was submitted
