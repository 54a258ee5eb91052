from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from stoa.agenda.models import Round
from stoa.ballots.models import Voter
from stoa.kit import clock
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.models import Mail
from stoa.members import acts
from stoa.members.queries.pairs import LOOK
from stoa.people import acts as people
from stoa.people.likeness import TIME_TO_SETTLE, unsettled_among
from stoa.people.models import Pair, Person
from stoa.people.queries import looks_at, roles_of, suspension_of
from stoa.record.models import Entry
from stoa.site.queries.waiting import waiting
from tests.asked import asked
from tests.cast import Cast, browser, settle
from tests.stage import acting, at

pytestmark = pytest.mark.django_db


def told(type_: str) -> list[dict[str, Any]]:
    return [json.loads(bytes(entry.body))["facts"] for entry in Entry.objects.filter(type=type_).order_by("pk")]


def alike(cast: Cast, name: str = "Ana Müller", other: str = "MULLER, Ana") -> tuple[Person, Person]:
    """Two members of like names at one organisation, the older first."""
    place = people.add_organisation(OPERATOR, name=f"Place of {name}")
    made = []
    for n, each in enumerate((name, other)):
        person = people.admit(OPERATOR, name=each, email=f"{name[0].lower()}{n}@example.org")
        people.declare_tie(acting(person), person=person, organisation=place, kind="employment", start=date(2020, 1, 1))
        made.append(person)
    acts.find_pairs(CLOCK)
    return made[0], made[1]


def test_like_names_at_one_place_and_like_addresses_are_found_once(cast: Cast) -> None:
    older, younger = alike(cast)
    elsewhere = people.admit(OPERATOR, name="Ana Müller", email="A0+more@example.org")
    stranger = people.admit(OPERATOR, name="Somebody", email="s@example.org")
    EmailAddress.objects.create(user=stranger, email="a0+claimed@example.org", verified=False)
    assert acts.find_pairs(CLOCK) == 1
    assert acts.find_pairs(CLOCK) == 0
    found = list(Pair.objects.values_list("older", "younger", "why"))
    assert found == [(older.pk, younger.pk, "name"), (older.pk, elsewhere.pk, "address")]
    people.end_role(acting(elsewhere), person=elsewhere, role="member")


def test_while_it_is_open_it_waits_and_the_younger_is_left_out_of_the_voter_list(cast: Cast) -> None:
    older, younger = alike(cast)
    Pair.objects.update(found=clock.now() - TIME_TO_SETTLE)
    title = "Settle whether two accounts are one person’s"
    assert title in [item.title for item in waiting(acting(cast.steward))]
    assert title not in [item.title for item in waiting(acting(older))]
    round_ = cast.round()
    cast.question(round_, "What leaks?", cost=5, hours=9)
    with at(round_.vote_opens):
        ballot = cast.vote(Round.objects.get(pk=round_.pk)).ballot
    assert ballot is not None
    listed = set(Voter.objects.filter(ballot=ballot).values_list("person", flat=True))
    assert (older.pk in listed, younger.pk in listed, ballot.voters_count) == (True, False, len(listed))
    left_out = [{"ballot": str(ballot.pk), "person": younger.pk, "reason": "unsettled"}]
    assert told("ballots.voter_left_out") == left_out
    assert Mail.objects.get(kind="voter-left-out").person_id == younger.pk
    settle()
    assert "is not on the voter list" in browser().get("/record").content.decode()


def test_an_opening_looks_by_itself_and_two_people_both_vote(cast: Cast) -> None:
    older, younger = alike(cast)
    settled = acts.settle_pair(acting(cast.steward), pair=Pair.objects.get(), same=False, reason="I asked both.")
    assert (settled.same, told("members.accounts.joined")) == (False, [])
    third = people.admit(OPERATOR, name="Somebody", email="a1+x@example.org")
    round_ = cast.round()
    cast.question(round_, "What leaks?", cost=5, hours=9)
    with at(round_.vote_opens):
        cast.vote(Round.objects.get(pk=round_.pk))
    listed = set(Voter.objects.values_list("person", flat=True))
    assert {older.pk, younger.pk} <= listed
    assert third.pk not in listed


def test_nobody_is_kept_from_a_vote_by_who_takes_their_name_before_it(cast: Cast) -> None:
    round_ = cast.round()
    cast.question(round_, "What leaks?", cost=5, hours=9)
    place = people.add_organisation(OPERATOR, name="A place")
    victim = people.admit(OPERATOR, name="Ana Müller", email="a@example.org")
    for person in (cast.members[0], victim):
        people.declare_tie(acting(person), person=person, organisation=place, kind="employment", start=date(2020, 1, 1))
    people.edit_profile(acting(cast.members[0]), person=cast.members[0], name="Ana Müller")
    with at(round_.vote_opens):
        cast.vote(Round.objects.get(pk=round_.pk))
        later = unsettled_among({victim.pk, cast.members[0].pk})
    pair = Pair.objects.get()
    assert (pair.older, pair.younger, later) == (cast.members[0], victim, set())
    assert Voter.objects.filter(person=victim).exists()
    with at(pair.found + TIME_TO_SETTLE):
        assert unsettled_among({victim.pk, cast.members[0].pk}) == {victim.pk}


def test_a_pair_that_comes_to_share_what_is_proved_leaves_out_at_once(cast: Cast) -> None:
    older, younger = alike(cast)
    assert unsettled_among({older.pk, younger.pk}) == set()
    EmailAddress.objects.create(user=younger, email="a0+second@example.org", verified=True)
    assert acts.find_pairs(CLOCK) == 0
    assert Pair.objects.get().kinds == {"name", "address"}
    assert unsettled_among({older.pk, younger.pk}) == {younger.pk}


def test_a_suspension_goes_with_the_account_that_ends(cast: Cast) -> None:
    older, younger = alike(cast)
    acts.suspend(acting(cast.steward), person=younger, code="spam", words="Spam.", days=9)
    acts.settle_pair(acting(cast.steward), pair=Pair.objects.get(), same=True, reason="They told me.")
    assert suspension_of(older.pk)
    assert not suspension_of(younger.pk)


def test_one_person_keeps_the_older_account_with_what_the_younger_held(cast: Cast) -> None:
    older, younger = alike(cast)
    people.give_role(OPERATOR, person=younger, role="scrutineer")
    client, pair = browser(cast.steward), Pair.objects.get()
    assert "the same name at the same organisation" in client.get(pair.get_absolute_url()).content.decode()
    sent = {"same": "yes", "reason": "They told me."}
    assert client.post(pair.get_absolute_url(), sent)["Location"] == "/membership/pairs"
    older.refresh_from_db()
    younger.refresh_from_db()
    assert {role.role for role in roles_of(older.pk)} == {"member", "scrutineer"}
    assert roles_of(younger.pk) == []
    assert (younger.email, younger.is_active, younger.joined_with) == (None, False, older)
    assert list(EmailAddress.objects.filter(user=older).values_list("email", "verified")) == [("a1@example.org", False)]
    assert told("members.accounts.joined") == [{"person": older.pk, "ended": younger.pk}]
    settle()
    assert "one person’s; this one has ended" in browser().get(younger.get_absolute_url()).content.decode()
    with pytest.raises(Closed, match="settled already"):
        acts.settle_pair(acting(cast.steward), pair=pair, same=False, reason="No.")


def test_who_may_not_settle_is_refused_and_learns_nothing(cast: Cast) -> None:
    older, _ = alike(cast)
    pair = Pair.objects.get()
    people.give_role(OPERATOR, person=older, role="steward")
    with pytest.raises(Refused, match="yours"):
        acts.settle_pair(acting(older), pair=pair, same=False, reason="I am two.")
    with pytest.raises(Invalid, match="reason"):
        acts.settle_pair(acting(cast.steward), pair=pair, same=False, reason=" ")
    for path in ("/membership/pairs", pair.get_absolute_url(), "/membership/pairs/none", "/api/v1/pairs"):
        assert browser(cast.member).get(path).status_code == 403, path


def test_the_list_costs_the_same_for_one_and_for_three(cast: Cast) -> None:
    alike(cast)
    client = browser(cast.steward)
    one = asked(client, "/membership/pairs")[0]
    for name in ("Bo Diaz", "Cy Eng"):
        alike(cast, name, name.upper())
    assert asked(client, "/membership/pairs")[0] == one <= 12
    assert Pair.objects.count() == 3


def test_a_list_names_nobody_and_whoever_opens_a_pair_is_seen_by_both(cast: Cast) -> None:
    older, younger = alike(cast)
    steward, pair = browser(cast.steward), Pair.objects.get()
    listed = steward.get("/membership/pairs").content.decode() + steward.get("/api/v1/pairs").content.decode()
    assert [word for word in (older.pk, younger.pk, older.name, younger.name) if word in listed] == []
    assert looks_at(older.pk) == []
    assert younger.name in steward.get(pair.get_absolute_url()).content.decode()
    assert steward.get(f"/api/v1/pairs/{pair.pk}").json()["younger"] == younger.pk
    for person in (older, younger):
        looked = [(look.by, look.what) for look in looks_at(person.pk)]
        assert looked == [(f"person:{cast.steward.pk}", LOOK)] * 2
    assert LOOK in browser(younger).get("/people/me/looks").content.decode()
    assert browser(cast.member).get(f"/api/v1/pairs/{pair.pk}").status_code == 403
