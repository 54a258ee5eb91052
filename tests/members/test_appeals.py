"""Appeals: who may hear one, against what, within which bounds, and what the record tells of it."""

from __future__ import annotations

import json
from datetime import date

import pytest

from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.acts.afterwards import had_part
from stoa.members.models import Appeal, Application, Call, Part
from stoa.members.queries import own_decision
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.people.queries import looks_at, roles_everywhere
from stoa.record.models import Entry, Sealed
from stoa.review.models import Seat
from stoa.site.queries.waiting import waiting
from tests.cast import Cast, browser
from tests.members.deciding import LETTERS, read, reviewed, seated
from tests.stage import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STEPS = ("reader", "bar", "bar_set", "order", "reason", "draft", "confirm")


class Decided:
    """A call in whose decision each step was somebody else's: a founder applied, and was declined."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.ada = people.admit(OPERATOR, name="Ada", email="ada@example.net", roles=[])
        self.bob = people.admit(OPERATOR, name="Bob", email="bob@example.net", roles=["steward"])
        self.by = {
            step: people.admit(OPERATOR, name=step, email=f"{step}@example.org", roles=["steward"]) for step in STEPS
        }
        self.call = self.decide(read(self.cast, "members-2027", [self.ada, self.bob]))

    def decide(self, call: Call) -> Call:
        by = {step: acting(person) for step, person in self.by.items()}
        seated(self.cast, call, [self.by["reader"], self.by["bar"]])
        reviewed(self.cast, call, {self.ada: 500, self.bob: 200})
        for step in ("bar", "reader"):
            members.give_bar(by[step], call=call, value=300)
        members.set_bar(by["bar_set"], call=call)
        members.rank(by["order"], call=call)
        for one in Application.objects.filter(call=call):
            members.give_reason(by["reason"], application=one, reason="By the criteria.")
        members.draft_release(by["draft"], call=call, letters=LETTERS)
        return members.confirm_release(by["confirm"], call=call)

    def appeal(self) -> Appeal:
        mine = own_decision(self.call, acting(self.bob))
        assert mine is not None
        return members.appeal(acting(self.bob), decision=mine, words="Look again.")


def told(person: Person) -> list[str]:
    return [item.title for item in waiting(acting(person)) if "appeal" in item.title]


def test_nobody_hears_an_appeal_who_had_a_part_in_what_it_is_against() -> None:
    there = Decided()
    made = there.appeal()
    other = there.cast.steward
    pk = made.decision.application_id
    part = {name: had_part(there.call, pk, person.pk) for name, person in {**there.by, "own": there.bob}.items()}
    assert part == dict.fromkeys([*STEPS, "own"], True)
    assert not had_part(there.call, pk, other.pk)
    for person in (*there.by.values(), there.bob):
        with pytest.raises(Refused):
            members.decide_appeal(acting(person), call=there.call, appeal=made, granted=True, reply="Yes.")
        assert told(person) == []
    assert told(other) == ["Decide 1 appeal: Members of members-2027"]
    asked = set(Mail.objects.filter(kind="appeal-made").values_list("to", flat=True))
    assert asked == {other.email, there.cast.founder.email}
    path = f"/calls/members-2027/appeals/{made.pk}"
    reader, listed = browser(other), "/calls/members-2027/appeals"
    looks = len(looks_at(there.bob.pk))
    shown = [reader.get(f"{listed}{query}").content.decode() for query in ("", "?waits=yes", "?waits=no")]
    assert [f'<a href="{path}">' in page for page in shown] == [True, True, False]
    assert len(looks_at(there.bob.pk)) == looks
    taken = b"".join(reader.get(f"{listed}?as=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert (there.bob.name in taken, len(looks_at(there.bob.pk))) == (True, looks + 1)
    for query, noted in (("", 2), ("?offset=1", 2)):  # of whom nothing is given out nothing is noted
        assert reader.get(f"/api/v1{listed}{query}").status_code == 200
        assert len(looks_at(there.bob.pk)) == looks + noted
    pages = [browser(person).get(path).content.decode() for person in (there.by["order"], other)]
    assert ["somebody else has to look at it" in page for page in pages] == [True, False]
    members.decide_appeal(acting(other), call=there.call, appeal=made, granted=False, reply="No.")


def test_who_wrote_one_reason_has_a_part_in_that_decision_alone() -> None:
    there = Decided()
    numbers = dict(Application.objects.values_list("person", "pk"))
    writer = there.by["reason"].pk
    assert had_part(there.call, numbers[there.ada.pk], writer)
    Application.objects.get(person=there.ada).delete()
    assert had_part(there.call, numbers[there.bob.pk], writer)
    Part.objects.filter(application=numbers[there.bob.pk]).delete()
    assert not had_part(there.call, numbers[there.bob.pk], writer)


def test_the_record_names_whom_an_appeal_admitted_and_nothing_else_of_it() -> None:
    there = Decided()
    made = there.appeal()
    before = Entry.objects.count()
    members.decide_appeal(acting(there.cast.steward), call=there.call, appeal=made, granted=True, reply="Yes.")
    assert "member" in roles_everywhere(there.bob.pk)
    new = [json.loads(bytes(one.body)) for one in Entry.objects.order_by("pk")[before:]]
    assert [(one["type"], one["act"], one["subject"]) for one in new] == [
        ("people.role.given", "members.appeal.decide", f"person:{there.bob.pk}")
    ]
    assert list(Sealed.objects.filter(entry_type__contains="appeal").values_list("entry_type", flat=True)) == [
        "members.appeal.decided"
    ]
    assert not Sealed.objects.filter(entry_type__startswith="people.role").exists()


def test_an_appeal_admits_nobody_for_whom_the_sponsors_share_has_no_room() -> None:
    there = Decided()
    sponsor = people.add_organisation(OPERATOR, name="Sponsor", sponsor=True)
    start = date(2020, 1, 1)
    people.declare_tie(acting(there.bob), person=there.bob, organisation=sponsor, kind="employment", start=start)
    text = DEFAULT.read_text()
    put_in_force(OPERATOR, text=text.replace("sponsor_members_percent = 20", "sponsor_members_percent = 1"))
    made, steward = there.appeal(), acting(there.cast.steward)
    with pytest.raises(Refused) as no:
        members.decide_appeal(steward, call=there.call, appeal=made, granted=True, reply="Yes.")
    assert no.value.code == "sponsor-share"
    assert "member" not in roles_everywhere(there.bob.pk)
    put_in_force(OPERATOR, text=text)
    members.decide_appeal(steward, call=there.call, appeal=made, granted=True, reply="Yes.")
    assert "member" in roles_everywhere(there.bob.pk)


def test_against_a_place_that_one_gave_up_there_is_no_appeal() -> None:
    there = Decided()
    mine = own_decision(there.call, acting(there.ada))
    assert mine is not None
    members.give_up_place(acting(there.ada), decision=mine)
    with pytest.raises(Closed):
        members.appeal(acting(there.ada), decision=mine, words="I want it back.")
    assert not Appeal.objects.exists()


def test_a_bar_of_somebody_who_left_the_panel_counts_no_more() -> None:
    cast = Cast()
    ada = people.admit(OPERATOR, name="Ada", email="ada@example.net", roles=[])
    call = read(cast, "members-2027", [ada])
    seated(cast, call, cast.members[:3])
    for person, value in zip(cast.members[:2], (500, 100), strict=True):
        members.give_bar(acting(person), call=call, value=value)
    Seat.objects.filter(person=cast.members[0]).update(state=Seat.State.REMOVED)
    with pytest.raises(Invalid, match="1 of 2"):
        members.set_bar(acting(cast.steward), call=call)
    members.give_bar(acting(cast.members[2]), call=call, value=200)
    assert members.set_bar(acting(cast.steward), call=call).bar == 100
