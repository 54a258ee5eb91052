from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils.html import escape

from stoa.agenda import acts as agenda
from stoa.agenda.models import Round
from stoa.ballots import acts as ballots
from stoa.ballots.models import CastBallot
from stoa.charter.acts import put_in_force
from stoa.charter.rules import may
from stoa.charter.text import DEFAULT, read
from stoa.kit import clock
from stoa.kit.act import ACTS, OPERATOR
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.models import Mail
from stoa.members import acts
from stoa.members.models import AboutYou, Application
from stoa.notices.models import Registration
from stoa.people import acts as people
from stoa.people.models import Person, Suspension
from stoa.people.queries import looks_at, roles_of
from stoa.record.models import Entry
from stoa.site.queries.waiting import waiting
from tests.cast import Cast, browser, settle
from tests.members.applying import apply
from tests.members.calling import opened
from tests.notices.holding import hold, register
from tests.stage import acting, at

pytestmark = pytest.mark.django_db
WORDS = "They wrote to everybody."


def suspended(cast: Cast, person: Person, days: int = 10) -> Suspension:
    return acts.suspend(acting(cast.steward), person=person, code="spam", words=WORDS, days=days)


def told(type_: str) -> list[dict[str, Any]]:
    return [json.loads(bytes(entry.body))["facts"] for entry in Entry.objects.filter(type=type_).order_by("pk")]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_whoever_is_suspended_may_do_what_the_charter_leaves_and_no_other_act(cast: Cast) -> None:
    me = cast.member
    application = apply(me, opened(cast, "another"))

    def doable() -> set[str]:
        return {name for name in ACTS for subject in (me, application) if may(acting(me), name, subject)}

    before = doable()
    suspended(cast, me)
    left = doable()
    assert left == read(DEFAULT.read_text()).suspended
    assert left < before
    round_ = cast.round()
    with pytest.raises(Refused, match="You are suspended") as refused:
        agenda.propose_question(acting(me), round=round_, title="What leaks?", body="")
    assert refused.value.code == "suspended"
    assert re.search(r"\w\.\w", refused.value.remedy) is None
    page = text(browser(me).get("/membership"))
    assert [act.summary for act in ACTS.values() if act.name in left and escape(act.summary) not in page] == []
    assert [name for name in left if name in page] == []
    people.edit_profile(acting(me), person=me, name="Ada")


def test_whoever_is_suspended_takes_back_what_is_theirs(cast: Cast) -> None:
    me, call = cast.member, opened(cast, "another")
    apply(me, call)
    acts.say_about_oneself(acting(me), person=me, call=call, said={"country": "KE"})
    event = hold(cast)
    register(me, event)
    suspended(cast, me)
    mine = browser(me)
    mine.post(f"/events/{event.pk}/leave")
    mine.post("/calls/another/apply/about", {"take_back": "1"})
    assert mine.post("/calls/another/mine/withdraw").headers["Location"] == "/calls/another/mine"
    assert [rows.exists() for rows in (Registration.objects, AboutYou.objects, Application.objects)] == [False] * 3
    with pytest.raises(Refused, match="You are suspended"):
        register(me, event)


def test_a_suspended_steward_keeps_no_power_over_others(cast: Cast) -> None:
    founder = acting(cast.founder)
    acts.suspend(founder, person=cast.steward, code="other", words=WORDS, days=3)
    assert not may(acting(cast.steward), "people.profile.edit", cast.member)
    with pytest.raises(Refused):
        people.end_role(acting(cast.steward), person=cast.member, role="member")
    assert browser(cast.steward).get("/membership/suspensions").status_code == 403


def test_it_ends_by_itself_at_its_instant(cast: Cast) -> None:
    given = suspended(cast, cast.member, days=1)
    with clock.travel(given.end - timedelta(seconds=2)):
        assert not may(acting(cast.member), "agenda.question.propose")
    with at(given.end):
        assert may(acting(cast.member), "agenda.question.propose")


def test_the_public_sees_that_and_until_when_but_only_they_and_those_who_keep_the_process_the_words(cast: Cast) -> None:
    given = suspended(cast, cast.member)
    settle()
    page = text(browser(cast.author).get(cast.member.get_absolute_url()))
    assert "Suspended" in page
    assert "spam" in page
    assert WORDS not in page + text(browser().get("/record"))
    assert told("members.suspension.given") == [
        {"person": cast.member.pk, "suspension": given.pk, "code": "spam", "until": clock.stamp(given.end)}
    ]
    assert WORDS in text(browser(cast.member).get("/membership"))
    assert WORDS in text(browser(cast.steward).get(given.get_absolute_url()))
    assert [look.what for look in looks_at(cast.member.pk)] == ["suspension and appeal"]
    assert browser(cast.author).get(given.get_absolute_url()).status_code == 403
    mail = Mail.objects.get(kind="suspended")
    assert (mail.person_id, WORDS in mail.body) == (cast.member.pk, False)


def test_an_appeal_is_decided_by_somebody_who_did_not_suspend(cast: Cast) -> None:
    me, given = cast.member, suspended(cast, cast.member)
    client = browser(me)
    assert client.post("/membership", {"words": "It was not me."}).status_code == 302
    assert "Decide an appeal against a suspension: member-2" in [w.title for w in waiting(acting(cast.founder))]
    assert not [w for w in waiting(acting(cast.steward)) if "suspension" in w.title]
    judged = {"granted": True, "reply": "You are right."}
    with pytest.raises(Refused, match="You had a part"):
        acts.decide_suspension_appeal(acting(cast.steward), suspension=given, **judged)
    page = browser(cast.founder).post(given.get_absolute_url(), {"granted": "yes", "reply": "You are right."})
    assert page.status_code == 302
    assert told("members.suspension.judged") == [{"person": me.pk, "suspension": given.pk, "granted": True}]
    assert may(acting(me), "agenda.question.propose")
    assert "You are right." in text(client.get("/membership"))
    with pytest.raises(Closed, match="no appeal"):
        acts.decide_suspension_appeal(acting(cast.founder), suspension=given, **judged)


def test_an_appeal_that_is_not_granted_leaves_it_as_it_is_and_is_made_once(cast: Cast) -> None:
    me, given = cast.member, suspended(cast, cast.member)
    acts.appeal_suspension(acting(me), person=me, words="It was not me.")
    acts.decide_suspension_appeal(acting(cast.founder), suspension=given, granted=False, reply="It was.")
    assert not may(acting(me), "agenda.question.propose")
    with pytest.raises(Closed, match="appeal is made"):
        acts.appeal_suspension(acting(me), person=me, words="Really.")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"code": "dislike"}, "no such reason"),
        ({"days": 0}, "1 to 90 days"),
        ({"days": 91}, "1 to 90 days"),
        ({"words": " "}, "empty or too long"),
    ],
)
def test_faults_are_refused_and_leave_nothing(cast: Cast, changed: dict[str, Any], says: str) -> None:
    given = {"code": "spam", "words": WORDS, "days": 5} | changed
    with pytest.raises(Invalid, match=says):
        acts.suspend(acting(cast.steward), person=cast.member, **given)
    assert not Suspension.objects.exists()


def test_nobody_is_suspended_twice_at_once_or_by_themselves_or_without_a_role(cast: Cast) -> None:
    suspended(cast, cast.member)
    with pytest.raises(Closed, match="already"):
        suspended(cast, cast.member)
    with pytest.raises(Closed, match="no role"):
        suspended(cast, cast.stranger)
    with pytest.raises(Refused, match="yourself"):
        suspended(cast, cast.steward)


def test_a_charter_without_the_table_leaves_whoever_is_suspended_nothing(cast: Cast) -> None:
    text = DEFAULT.read_text()
    begin, end = text.index("[suspended]"), text.index("[voters]")
    put_in_force(OPERATOR, text=text[:begin] + text[end:])
    suspended(cast, cast.member)
    assert {name for name in ACTS if may(acting(cast.member), name, cast.member)} == set()


def test_whoever_leaves_holds_no_role_but_what_they_cast_counts_and_they_can_come_back(cast: Cast) -> None:
    round_ = cast.round()
    question = cast.question(round_, "What leaks?", cost=5, hours=9, by=cast.author)
    with at(round_.vote_opens):
        round_ = cast.vote(Round.objects.get(pk=round_.pk))
        assert round_.ballot is not None
        ballots.cast(acting(cast.member), ballot=round_.ballot, approved=[question.reference])
        client = browser(cast.member)
        assert client.post("/membership/leave", {}).status_code == 422
        assert client.post("/membership/leave", {"sure": "on"}).status_code == 302
        assert roles_of(cast.member.pk) == []
        assert CastBallot.objects.filter(ballot=round_.ballot).count() == 1
        assert told("people.role.ended")[-1] == {"person": cast.member.pk, "role": "member"}
        with pytest.raises(Closed, match="hold no role"):
            acts.leave(acting(cast.member), person=cast.member)
        people.give_role(OPERATOR, person=cast.member, role="member")
        assert [role.role for role in roles_of(cast.member.pk)] == ["member"]


def test_the_api_does_all_of_it(cast: Cast) -> None:
    key = people.create_token(acting(cast.member), person=cast.member, name="mine")[1]
    mine: dict[str, Any] = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {key}"}
    given = suspended(cast, cast.member)
    client = browser()
    assert client.get("/api/v1/suspensions", **mine).status_code == 403
    assert client.get("/api/v1/me/suspensions", **mine).json()["items"][0]["words"] == WORDS
    appealed = client.post("/api/v1/me/suspensions/appeal", {"words": "Look again."}, **mine)
    assert appealed.json()["appeal"] == "Look again."
    assert client.post("/api/v1/me/leave", **mine).status_code == 204
    assert Suspension.objects.get(pk=given.pk).appealed


def test_lists_of_suspensions_cost_the_same_for_one_and_for_three(cast: Cast) -> None:
    from tests.asked import asked

    client = browser(cast.steward)
    suspended(cast, cast.member)
    one = asked(client, "/membership/suspensions")[0]
    for person in cast.members[2:4]:
        suspended(cast, person)
    assert asked(client, "/membership/suspensions")[0] == one <= 12
