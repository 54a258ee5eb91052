"""Places that come free after the release go to who waits, whatever freed them, until the waiting list is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.acts.afterwards import places_move_until
from stoa.members.models import Application, Call, Decision
from stoa.members.queries import own_decision
from stoa.people import acts as people
from stoa.people.models import Pair, Person
from stoa.people.queries import roles_everywhere
from stoa.record.models import Entry
from tests.cast import Cast, browser
from tests.members.deciding import decided, read, with_bar
from tests.stage import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MINE = "/calls/members-2027/mine"
SECOND = timedelta(seconds=1)


def four(cast: Cast) -> tuple[Call, list[Person]]:
    """A decided call with two places: Ada and Bob are admitted, Eve and Dan wait."""
    names = ("Ada", "Bob", "Eve", "Dan")
    people_ = [people.admit(OPERATOR, name=name, email=f"{name}@example.net".lower(), roles=[]) for name in names]
    call = with_bar(cast, read(cast, "members-2027", people_), cast.members[:3])
    return decided(cast, call, dict(zip(people_, (500, 466, 400, 333), strict=True))), people_


def give_up(person: Person) -> None:
    mine = own_decision(Call.objects.get(), acting(person))
    assert mine is not None
    members.give_up_place(acting(person), decision=mine)


LEAVING: dict[str, Callable[[Person], object]] = {
    "giving it up": give_up,
    "leaving": lambda person: members.leave(acting(person), person=person),
    "a role ended by a steward": lambda person: people.end_role(OPERATOR, person=person, role="member"),
    "roles ended together": lambda person: people.end_roles(OPERATOR, people=[person], role="member"),
    "erasure": lambda person: people.erase(acting(person), person=person),
}


def are_members(people_: list[Person]) -> list[bool]:
    return ["member" in roles_everywhere(person.pk) for person in people_]


def moved() -> int:
    return Entry.objects.filter(type="members.place.moved").count()


@pytest.mark.parametrize("how", LEAVING)
def test_a_place_goes_to_the_first_who_waits_however_it_came_free(how: str) -> None:
    call, everybody = four(Cast())
    LEAVING[how](everybody[0])
    assert are_members(everybody) == [False, True, True, False]
    assert (moved(), Decision.objects.filter(outcome="admitted").count()) == (1, 2)
    assert Mail.objects.filter(to="eve@example.net", subject__startswith="Welcome").count() == 1
    with clock.travel(places_move_until(call) - SECOND):
        LEAVING[how](everybody[1])
        assert are_members(everybody) == [False, False, True, True]


@pytest.mark.parametrize("how", [how for how in LEAVING if how != "giving it up"])
def test_when_the_waiting_list_is_over_nobody_moves_up(how: str) -> None:
    call, everybody = four(Cast())
    with clock.travel(places_move_until(call)):
        LEAVING[how](everybody[0])
        assert are_members(everybody) == [False, True, False, False]
        assert moved() == 0


def test_a_place_is_given_up_while_places_move_and_no_later() -> None:
    call, (ada, _, eve, _) = four(Cast())
    page = browser(ada).get(MINE).content.decode()
    assert ("Give up your place</a> until" in page, 'href="/welcome">Settle in</a>' in page) == (True, True)
    with clock.travel(places_move_until(call)):
        for person in (ada, eve):
            with pytest.raises(Closed, match="move no more"):
                give_up(person)
        assert are_members([ada]) == [True]
        assert "Give up your place" not in browser(ada).get(MINE).content.decode()
        page = browser(eve).get(MINE).content.decode()
        assert ("The waiting list ended" in page, "Leave the waiting list" in page) == (True, False)


def test_who_waits_leaves_the_list_and_nothing_else_changes() -> None:
    _, everybody = four(Cast())
    ada, _, eve, dan = everybody
    client = browser(eve)
    assert "Leave the waiting list" in client.get(MINE).content.decode()
    page = client.get(f"{MINE}/give-up").content.decode()
    assert ("Your membership ends" in page, "nothing of it stands on the record" in page) == (False, True)
    before = Entry.objects.count()
    assert client.post(f"{MINE}/give-up").headers["Location"] == MINE
    assert (Entry.objects.count(), are_members(everybody)) == (before, [True, True, False, False])
    give_up(ada)
    assert are_members(everybody) == [False, True, False, True]
    assert "member" in roles_everywhere(dan.pk)


def test_an_account_that_is_joined_with_another_leaves_no_place() -> None:
    cast = Cast()
    _, everybody = four(cast)
    pair = Pair.objects.create(older=cast.stranger, younger=everybody[0], why="name")
    members.settle_pair(acting(cast.steward), pair=pair, same=True, reason="They said so.")
    assert are_members([cast.stranger, *everybody]) == [True, False, True, False, False]
    assert moved() == 0


@pytest.mark.parametrize("how", [how for how in LEAVING if how != "giving it up"])
def test_the_place_of_an_account_that_was_joined_comes_free_when_its_person_leaves(how: str) -> None:
    cast = Cast()
    _, everybody = four(cast)
    first, last = cast.stranger, people.admit(OPERATOR, name="Third", email="third@example.net", roles=[])
    for older, younger in ((first, everybody[0]), (last, first)):  # one joined with the other, which is joined in turn
        pair = Pair.objects.create(older=older, younger=younger, why="name")
        members.settle_pair(acting(cast.steward), pair=pair, same=True, reason="They said so.")
    LEAVING[how](Person.objects.get(pk=last.pk))
    assert are_members([last, *everybody]) == [False, False, True, True, False]
    assert moved() == 1


def test_whose_accounts_are_joined_before_the_decision_goes_on_with_what_they_wrote_and_is_admitted_once() -> None:
    cast = Cast()
    cast.admit(3)
    older, younger, other = (
        people.admit(OPERATOR, name=name, email=f"{name}@example.net".lower(), roles=["associate"])
        for name in ("Older", "Younger", "Other")
    )
    call = with_bar(cast, read(cast, "members-2027", [younger, other], places=None), cast.members[-3:])
    assert browser(older).get(MINE).status_code == 404
    for one in (younger, other):  # who has an application already keeps it, and the other stands beside it
        pair = Pair.objects.create(older=older, younger=one, why="name")
        members.settle_pair(acting(cast.steward), pair=pair, same=True, reason="They said so.")
    assert set(Application.objects.values_list("person", flat=True)) == {older.pk, other.pk}
    decided(cast, call, {older: 450, other: 450})
    assert "Admitted" in browser(older).get(MINE).content.decode()
    assert [roles_everywhere(one.pk) for one in (older, younger, other)] == [{"associate", "member"}, set(), set()]
    given = Entry.objects.filter(type="people.role.given", act="members.release.confirm")
    assert list(given.values_list("subject", flat=True)) == [f"person:{older.pk}"]
    assert set(Mail.objects.filter(kind="call-decision").values_list("person_id", flat=True)) == {older.pk}


def test_whoever_waits_and_moves_up_after_their_account_was_joined_is_admitted_under_the_other() -> None:
    cast = Cast()
    _, (ada, _, eve, _) = four(cast)
    pair = Pair.objects.create(older=cast.stranger, younger=eve, why="name")
    members.settle_pair(acting(cast.steward), pair=pair, same=True, reason="They said so.")
    give_up(ada)
    assert are_members([cast.stranger, eve]) == [True, False]


def test_an_appeal_makes_a_place_of_its_own_that_nobody_inherits() -> None:
    cast = Cast()
    call, everybody = four(cast)
    ada, _, eve, dan = everybody
    judge = people.admit(OPERATOR, name="Second steward", email=None, roles=["steward"])
    appeals = {}
    for person in (eve, dan):
        mine = own_decision(call, acting(person))
        assert mine is not None
        appeals[person.pk] = members.appeal(acting(person), decision=mine, words="Look again.")
    members.decide_appeal(acting(judge), call=call, appeal=appeals[dan.pk], granted=True, reply="Yes.")
    assert are_members(everybody) == [True, True, False, True]
    members.leave(acting(dan), person=dan)
    assert (are_members(everybody), moved()) == ([True, True, False, False], 0)
    members.leave(acting(ada), person=ada)
    assert are_members(everybody) == [False, True, True, False]
    members.decide_appeal(acting(judge), call=call, appeal=appeals[eve.pk], granted=True, reply="You have a place.")
    given = Entry.objects.filter(type="people.role.given", subject=f"person:{eve.pk}")
    assert given.count() == 1


def test_an_appeal_admits_nobody_who_left_the_list_meanwhile() -> None:
    call, everybody = four(Cast())
    eve = everybody[2]
    mine = own_decision(call, acting(eve))
    assert mine is not None
    made = members.appeal(acting(eve), decision=mine, words="Look again.")
    give_up(eve)
    judge = people.admit(OPERATOR, name="Second steward", email=None, roles=["steward"])
    with pytest.raises(Closed, match="left the waiting list"):
        members.decide_appeal(acting(judge), call=call, appeal=made, granted=True, reply="Yes.")
    assert are_members(everybody) == [True, True, False, False]
