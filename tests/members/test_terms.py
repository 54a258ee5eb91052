from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT
from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Refused
from stoa.kit.models import Mail
from stoa.members import acts
from stoa.members.queries.terms import has_room, tied_to_sponsor, within_share
from stoa.members.tasks import mind_terms
from stoa.methods.admission import Admission
from stoa.people import acts as people
from stoa.people.models import Organisation, Person, Role, TieQuestion
from stoa.record.models import Entry
from stoa.site.queries.waiting import waiting
from tests.cast import Cast, browser
from tests.members.applying import apply
from tests.members.calling import opened
from tests.stage import acting

pytestmark = pytest.mark.django_db


def told(type_: str) -> list[dict[str, Any]]:
    return [json.loads(bytes(entry.body))["facts"] for entry in Entry.objects.filter(type=type_).order_by("pk")]


def titles(person: Person) -> list[str]:
    return [item.title for item in waiting(acting(person))]


def employed(person: Person, organisation: Organisation) -> None:
    people.declare_tie(
        acting(person), person=person, organisation=organisation, kind="employment", start=date(2020, 1, 1)
    )


def page(person: Person, viewer: Person | None = None) -> str:
    return str(browser(viewer).get(person.get_absolute_url()).content.decode())


def test_a_role_lasts_as_long_as_the_charter_says_and_its_end_is_on_the_record(cast: Cast) -> None:
    trainee = people.admit(OPERATOR, name="Tim", email=None, roles=["associate"])
    held = Role.objects.get(person=trainee)
    assert held.end is not None
    assert timedelta(days=1095) - timedelta(minutes=1) < held.end - clock.now() <= timedelta(days=1095)
    assert told("people.role.given")[-1]["until"] == clock.stamp(held.end)
    assert Role.objects.get(person=cast.member).end is None


def test_its_holder_is_told_once_before_the_end_and_can_renew_it(cast: Cast) -> None:
    me = cast.associate
    end = Role.objects.get(person=me).end
    assert end is not None
    with pytest.raises(Closed, match="does not end soon"):
        acts.renew(acting(me), person=me, role="associate")
    with clock.travel(end - timedelta(days=59)):
        mind_terms()
        mind_terms()
        assert [mail.person_id for mail in Mail.objects.filter(kind="term-ends")] == [me.pk]
        client = browser(me)
        assert "Renew it" in client.get("/membership").content.decode()
        assert client.post("/membership/renew/associate").status_code == 302
        assert Role.objects.get(person=me).end == end + timedelta(days=1095)
        assert told("people.role.given")[-1]["until"] == clock.stamp(end + timedelta(days=1095))
        mind_terms()
        assert Mail.objects.filter(kind="term-ends").count() == 1


def test_beyond_the_sponsors_share_nobody_of_theirs_is_admitted_and_the_number_is_said(cast: Cast) -> None:
    sponsor = people.add_organisation(OPERATOR, name="Sponsor", sponsor=True)
    stranger = cast.stranger
    employed(stranger, sponsor)
    text = DEFAULT.read_text()
    put_in_force(OPERATOR, text=text.replace("sponsor_members_percent = 20", "sponsor_members_percent = 5"))
    with pytest.raises(Refused, match=r"1 of 8 members would be tied to the sponsor: more than 5 of a hundred") as no:
        people.give_role(OPERATOR, person=stranger, role="member")
    assert no.value.code == "sponsor-share"
    put_in_force(OPERATOR, text=DEFAULT.read_text())
    people.give_role(OPERATOR, person=stranger, role="member")
    assert tied_to_sponsor(stranger)
    assert "sponsor, or tied to it" in page(stranger)


def test_in_a_call_others_in_order_come_before_those_for_whom_the_share_has_no_room(cast: Cast) -> None:
    employed(cast.stranger, people.add_organisation(OPERATOR, name="Sponsor", sponsor=True))
    call = opened(cast, "members")
    rows = {row.pk: row for row in (apply(cast.stranger, call), apply(cast.facilitator, call))}
    first, second = rows
    trainees = opened(cast, "trainees")
    trainees.admits = "associate"
    found = Admission((first,), (second,), ())
    text = DEFAULT.read_text()
    assert within_share(found, call).found == found
    put_in_force(OPERATOR, text=text.replace("sponsor_members_percent = 20", "sponsor_members_percent = 1"))
    held = within_share(found, call)
    assert (held.found, held.passed_over) == (Admission((second,), (first,), ()), (first,))
    assert within_share(found, trainees).found == found
    assert [has_room(row, "member") for row in rows.values()] == [False, True]
    assert within_share(Admission((first, second), (), ()), call).found == Admission((second,), (first,), ())


def test_once_a_year_people_are_asked_about_their_ties_and_confirming_answers(cast: Cast) -> None:
    me = cast.member
    mind_terms()
    assert not TieQuestion.objects.exists()
    with clock.travel(clock.now() + timedelta(days=366)):
        mind_terms()
        mind_terms()
        assert TieQuestion.objects.filter(person=me).count() == 1
        assert Mail.objects.filter(kind="ties-asked", person_id=me.pk).count() == 1
        assert "Confirm your ties" in titles(me)
        before = Entry.objects.count()
        assert browser(me).post("/membership/ties").status_code == 302
        assert Entry.objects.count() == before
        assert "Confirm your ties" not in titles(me)
        with pytest.raises(Closed, match="not asked"):
            acts.confirm_ties(acting(me), person=me)


def test_whoever_changes_their_ties_has_answered(cast: Cast) -> None:
    me, other = cast.member, cast.author
    employed(other, people.add_organisation(OPERATOR, name="North"))
    with clock.travel(clock.now() + timedelta(days=366)):
        mind_terms()
        employed(me, people.add_organisation(OPERATOR, name="South"))
        people.end_tie(acting(other), person=other, tie=other.ties.get(), end=clock.now().date())
        for person in (me, other):
            assert TieQuestion.objects.get(person=person).answered is not None
            assert "Confirm your ties" not in titles(person)


def test_without_an_answer_for_sixty_days_the_page_says_since_when_and_not_before(cast: Cast) -> None:
    me = cast.member
    employed(me, people.add_organisation(OPERATOR, name="North"))
    with clock.travel(clock.now() + timedelta(days=366)):
        mind_terms()
        assert "Not confirmed since" not in page(me) + page(me, me)
    with clock.travel(clock.now() + timedelta(days=366 + 61)):
        assert "Not confirmed since" in page(me)
        acts.confirm_ties(acting(me), person=me)
        assert "Not confirmed since" not in page(me)
