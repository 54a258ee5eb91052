"""Between the order and its release people withdraw and are erased, and the sponsor's share fills: what is released holds."""

from __future__ import annotations

import json
import random
from datetime import date

import pytest

from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT
from stoa.cli.checks.membership import INVARIANTS
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Conflict, Invalid
from stoa.members import acts as members
from stoa.members.models import Application, Call, Decision
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.people.queries import roles_everywhere
from stoa.record.models import Entry
from stoa.verify import Outcome
from tests.cast import Cast
from tests.members.deciding import LETTERS, ranked, ranked_among_many, read, released, verified, with_bar
from tests.stage import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HOLDS = {"call.decided": Outcome.PASSED, "call.order": Outcome.PASSED}


def faults() -> list[str]:
    return [fault for one in INVARIANTS for fault in one.broken()]


def employ(people_: list[Person], *, percent: int) -> None:
    """These people work for the sponsor, who may employ so many of a hundred members."""
    sponsor = people.add_organisation(OPERATOR, name="Sponsor", sponsor=True)
    for person in people_:
        people.declare_tie(
            acting(person), person=person, organisation=sponsor, kind="employment", start=date(2020, 1, 1)
        )
    text = DEFAULT.read_text().replace("sponsor_members_percent = 20", f"sponsor_members_percent = {percent}")
    put_in_force(OPERATOR, text=text)


def outcomes() -> dict[str, str]:
    return dict(Decision.objects.values_list("application__name", "outcome"))


def of_three(cast: Cast) -> tuple[Call, list[Person]]:
    """A call for two, in whose order the third waits and the fourth did not reach the bar."""
    names = ("Ada", "Bob", "Eve", "Dan")
    four = [people.admit(OPERATOR, name=name, email=f"{name}@example.net".lower(), roles=[]) for name in names]
    call = with_bar(cast, read(cast, "members-2027", four), cast.members[:3])
    ranked(cast, call, dict(zip(four, (500, 400, 333, 200), strict=True)))
    return call, four


def withdraw(person: Person) -> None:
    members.withdraw(acting(person), application=Application.objects.get(person=person))


def test_whoever_follows_gets_the_place_of_who_withdraws_before_the_release() -> None:
    cast = Cast()
    call, (ada, bob, eve, _) = of_three(cast)
    withdraw(ada)
    released(cast, call)
    assert outcomes() == {"Bob": "admitted", "Eve": "admitted", "Dan": "declined"}
    assert ["member" in roles_everywhere(person.pk) for person in (bob, eve)] == [True, True]
    told = json.loads(bytes(Entry.objects.get(type="members.call.decided").body))["facts"]
    assert {name: told[name] for name in ("admitted", "waiting", "declined")} == {
        "admitted": 2, "waiting": 0, "declined": 1,
    }  # fmt: skip
    assert (verified()["call.decided"], faults()) == (Outcome.PASSED, [])


@pytest.mark.parametrize("leave", [withdraw, lambda person: people.erase(OPERATOR, person=person)])
def test_letters_that_tell_other_outcomes_than_stand_now_are_drafted_again(leave: object) -> None:
    cast = Cast()
    call, (ada, *_) = of_three(cast)
    members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    assert callable(leave)
    leave(ada)
    with pytest.raises(Conflict, match="withdrew"):
        members.confirm_release(acting(cast.founder), call=call)
    assert outcomes()["Eve"] == "waiting"
    released(cast, call)
    assert outcomes() == {"Bob": "admitted", "Eve": "admitted", "Dan": "declined"}
    assert (verified()["call.decided"], faults()) == (Outcome.PASSED, [])


def test_who_withdraws_without_a_place_keeps_no_letter_waiting() -> None:
    cast = Cast()
    call, (_, _, eve, dan) = of_three(cast)
    members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    withdraw(eve)
    withdraw(dan)
    members.confirm_release(acting(cast.founder), call=call)
    assert outcomes() == {"Ada": "admitted", "Bob": "admitted"}
    assert (verified()["call.decided"], faults()) == (Outcome.PASSED, [])


def test_a_reason_that_is_missing_after_somebody_moved_can_still_be_given() -> None:
    cast = Cast()
    call, (ada, bob, *_) = of_three(cast)
    Decision.objects.filter(application__person=bob).update(reason="")
    members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    employ([bob], percent=0)  # so that there is no room for Bob any more
    with pytest.raises(Conflict, match="share"):
        members.confirm_release(acting(cast.founder), call=call)
    with pytest.raises(Invalid, match="have no reason"):
        members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    steward = acting(cast.steward)
    with pytest.raises(Closed, match="outcomes and reasons stand"):
        members.give_reason(steward, application=Application.objects.get(person=ada), reason="Another.")
    members.give_reason(steward, application=Application.objects.get(person=bob), reason="The share is full.")
    released(cast, call)
    assert outcomes() == {"Ada": "admitted", "Eve": "admitted", "Bob": "waiting", "Dan": "declined"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whoever_leaves_and_works_where_what_is_released_holds(seed: int) -> None:
    """Of twenty some work for the sponsor, and some are erased between the order and its release."""
    cast, chance = Cast(), random.Random(seed)
    call = ranked_among_many(cast, places=8)
    everybody = [one.person for one in Application.objects.select_related("person").order_by("source") if one.person]
    employ(chance.sample(everybody, 9), percent=20)
    for person in chance.sample(everybody, chance.randint(1, 6)):
        people.erase(OPERATOR, person=person)
    before = Decision.objects.count()
    members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    late = chance.choice(everybody)
    people.erase(OPERATOR, person=late)
    released(cast, call)
    assert before - 1 <= Decision.objects.count() <= before
    found = verified()
    assert found["call.decided"] is Outcome.PASSED
    assert found["call.order"] in {Outcome.PASSED, Outcome.UNKNOWN}  # of fewer than twenty no score is published
    assert faults() == []
    for person in everybody:
        people.erase(OPERATOR, person=person)
    assert faults() == []


def test_an_order_of_which_the_share_passed_some_over_is_proven_from_what_is_published() -> None:
    cast = Cast()
    call = ranked_among_many(cast, places=8)
    first = Decision.objects.filter(application__call=call).order_by("place")[:4]
    employ([one.application.person for one in first if one.application.person], percent=20)
    released(cast, call)
    assert verified() == HOLDS
    told = json.loads(bytes(Entry.objects.get(type="members.call.decided").body))["facts"]["share"]
    assert told["percent"] == 20
