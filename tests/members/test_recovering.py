"""After a restore: suspensions, joined accounts and what was accepted come back as far as the record's tail tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from stoa.charter.acts import publish_policy
from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.members import acts as members
from stoa.members.acts.recovering import bring_back as bring_members_back
from stoa.members.models import Acceptance
from stoa.methods.canonical import parse_object
from stoa.people.likeness import note_pairs
from stoa.people.models import Pair, Person, Suspension
from stoa.people.queries import roles_everywhere, suspension_of
from stoa.people.recovering import bring_back as bring_people_back
from stoa.record.models import Entry
from tests.cast import Cast
from tests.stage import acting

pytestmark = pytest.mark.django_db


def recovered(doing: Callable[[], Any]) -> None:
    """Do something, take the tables back to before it as a restore does, and let the entries tell what is left to tell."""
    first = Entry.objects.count()
    with transaction.atomic():
        doing()
        leaves = [parse_object(bytes(one.body)) for one in Entry.objects.order_by("pk")[first:]]
        transaction.set_rollback(True)
    with transaction.atomic():
        bring_people_back(leaves)
        bring_members_back(leaves)


def suspended(cast: Cast, **how: Any) -> Suspension:
    return members.suspend(acting(cast.steward), person=cast.member, code="spam", words="Ours.", days=7, **how)


def test_a_suspension_comes_back_without_its_words(cast: Cast) -> None:
    recovered(lambda: suspended(cast))
    found = suspension_of(cast.member.pk)
    assert found is not None
    assert (found.code, found.given_by, found.end > clock.now() + timedelta(days=6)) == ("spam", cast.steward, True)
    assert found.words.startswith("What was written is lost")


def test_a_suspension_that_was_lifted_stays_so(cast: Cast) -> None:
    given = suspended(cast)
    recovered(lambda: members.lift(acting(cast.steward), suspension=given))
    assert suspension_of(cast.member.pk) is None


def test_an_appeal_that_was_granted_stays_so(cast: Cast) -> None:
    given = suspended(cast)

    def judged() -> None:
        members.appeal_suspension(acting(cast.member), person=cast.member, words="It was news.")
        members.decide_suspension_appeal(acting(cast.founder), suspension=given, granted=True, reply="It was.")

    recovered(judged)
    given.refresh_from_db()
    assert (given.granted, given.decided_by, given.runs_at(clock.now())) == (True, cast.founder, False)
    assert "It was news." not in given.appeal


def test_what_was_accepted_is_not_asked_again_where_its_version_is_there(cast: Cast) -> None:
    publish_policy(OPERATOR, kind="conduct", text="Be kind.")
    recovered(lambda: members.accept_conduct(acting(cast.member), person=cast.member, version=1))
    assert Acceptance.objects.get().person == cast.member

    def later() -> None:
        publish_policy(OPERATOR, kind="conduct", text="Be kinder.")
        members.accept_conduct(acting(cast.author), person=cast.author, version=2)

    recovered(later)
    assert Acceptance.objects.count() == 1


def test_accounts_of_one_person_stay_joined_with_what_they_held(cast: Cast) -> None:
    older, younger = cast.stranger, cast.member
    for person in (older, younger):
        EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    pair = Pair.objects.create(older=older, younger=younger, why="name")
    recovered(lambda: members.settle_pair(acting(cast.steward), pair=pair, same=True, reason="They say so."))
    younger.refresh_from_db()
    assert (younger.is_active, younger.joined_with, younger.email) == (False, older, None)
    assert (roles_everywhere(older.pk), roles_everywhere(younger.pk)) == (frozenset({"member"}), frozenset())
    assert EmailAddress.objects.filter(user=older).count() == 2
    pair.refresh_from_db()
    assert pair.same
    assert note_pairs() == 0


def test_of_people_whom_the_backup_lacks_nothing_comes_back(cast: Cast) -> None:
    entries = [
        {
            "type": "members.suspension.given",
            "act": "members.suspension.give",
            "actor": "operator",
            "subject": "person:gone",
            "at": clock.stamp(clock.now()),
            "facts": {"person": "gone", "suspension": "s", "code": "spam", "until": clock.stamp(clock.now())},
        }
    ]
    bring_members_back(entries)
    assert not Suspension.objects.exists()
    assert not Person.objects.filter(pk="gone").exists()
