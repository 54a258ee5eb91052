"""After a restore: suspensions, joined accounts and what was accepted come back as far as the record's tail tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from stoa.charter.acts import publish_policy
from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.models import Document
from stoa.members import acts as members
from stoa.members.acts.recovering import bring_back as bring_members_back
from stoa.members.models import Acceptance, Application, Call, Decision
from stoa.members.queries import own_decision
from stoa.members.rules.incoming import Incoming
from stoa.methods.canonical import parse_object
from stoa.people import acts as people
from stoa.people.likeness import note_pairs
from stoa.people.models import Pair, Person, Suspension
from stoa.people.queries import roles_everywhere, roles_scoped, suspension_of
from stoa.people.recovering import bring_back as bring_people_back
from stoa.record.entries import keep_octets
from stoa.record.models import Blob, Entry
from tests.cast import Cast, browser
from tests.members.applying import apply
from tests.members.calling import announce, opened
from tests.members.deciding import LETTERS, decided, decided_of, ranked, read, with_bar
from tests.stage import acting

pytestmark = pytest.mark.django_db


def recovered(doing: Callable[[], Any]) -> None:
    """Do something, take the tables back to before it as a restore does, and let the entries tell what is left to tell."""
    first = Entry.objects.count()
    with transaction.atomic():
        doing()
        leaves = [parse_object(bytes(one.body)) for one in Entry.objects.order_by("pk")[first:]]
        blobs = [bytes(one.body) for one in Blob.objects.all()]
        transaction.set_rollback(True)
    with transaction.atomic():
        for blob in blobs:
            keep_octets(blob)
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


def outcomes() -> dict[str, tuple[str, int | None, int | None]]:
    """Of each application by its applicant's id: outcome, place and score."""
    rows = Decision.objects.values_list("application__person", "outcome", "place", "score")
    return {str(person): (outcome, place, score) for person, outcome, place, score in rows}


def waiting_list(cast: Cast) -> tuple[Call, list[Person], Callable[[], Call]]:
    """A call of two places that four applied to and a panel reads; who applied, and how it is decided: in this order."""
    applicants = [
        people.admit(OPERATOR, name=n, email=f"{n}@example.net".lower(), roles=[]) for n in ("A", "B", "C", "D")
    ]
    cast.admit(1)
    call = with_bar(cast, read(cast, "few", applicants), cast.members[-1:])
    scores = dict(zip(applicants, (500, 400, 300, 200), strict=True))
    return call, applicants, lambda: decided(cast, call, scores)


def test_what_was_decided_about_applications_stays_so_and_who_was_admitted_is_a_member(cast: Cast) -> None:
    call, (one, other, third, last), decide = waiting_list(cast)
    recovered(decide)
    call.refresh_from_db()
    assert (call.phase, call.release.confirmed_by) == ("decided", cast.founder)
    assert outcomes() == {
        one.pk: ("admitted", 1, None),
        other.pk: ("admitted", 2, None),
        third.pk: ("waiting", 3, None),
        last.pk: ("declined", None, None),
    }
    held = [roles_everywhere(person.pk) for person in (one, other, third, last)]
    assert held == [frozenset({"member"})] * 2 + [frozenset()] * 2
    page = browser(last).get("/calls/few/mine").content.decode()
    assert "Not admitted" in page
    assert "What was written is lost" in page
    assert browser().get(f"/people/{one.pk}").status_code == 200
    mine = own_decision(call, acting(last))
    assert mine is not None
    made = members.appeal(acting(last), decision=mine, words="Look again.")
    other_steward = people.admit(OPERATOR, name="Second", email="second@example.org", roles=["steward"])
    members.decide_appeal(acting(other_steward), call=call, appeal=made, granted=True, reply="Yes.")
    assert "member" in roles_everywhere(last.pk)


def test_reasons_and_scores_that_the_backup_has_stay(cast: Cast) -> None:
    call, (_, _, _, last), _ = waiting_list(cast)
    ranked(cast, call, dict.fromkeys(Person.objects.filter(email__endswith="@example.net"), 200))
    steward = acting(cast.steward)

    def released() -> None:
        members.draft_release(steward, call=call, letters=LETTERS)
        members.confirm_release(acting(cast.founder), call=call)

    recovered(released)
    found = Decision.objects.get(application__person=last)
    assert (found.outcome, found.score, found.reason) == ("declined", 200, f"Reason for {last.pk}.")


def test_a_place_that_was_given_up_went_to_the_next(cast: Cast) -> None:
    _, (one, other, third, _), decide = waiting_list(cast)

    def moved() -> None:
        decide()
        members.give_up_place(acting(one), decision=Decision.objects.get(application__person=one))

    recovered(moved)
    found = {person: outcome for person, (outcome, _, _) in outcomes().items()}
    assert (found[one.pk], found[other.pk], found[third.pk]) == ("given_up", "admitted", "admitted")
    assert ["member" in roles_everywhere(person.pk) for person in (one, other, third)] == [False, True, True]


def test_of_many_what_was_withdrawn_since_is_not_there_again(cast: Cast) -> None:
    cast.admit(3)
    call = opened(cast, days=1)
    incoming = [Incoming(source=f"n{n}", name=f"Person {n}", email=f"p{n}@example.net") for n in range(20)]
    members.import_applications(OPERATOR, call=call, incoming=incoming, digest="0" * 64)
    apply(cast.stranger, call)

    def decide() -> None:
        members.withdraw(acting(cast.stranger), application=Application.objects.get(person=cast.stranger))
        decided_of(cast, call)

    recovered(decide)
    assert not Application.objects.filter(person=cast.stranger).exists()
    assert Decision.objects.count() == Application.objects.count() == 20
    assert not Decision.objects.filter(score=None).exists()


def test_roles_given_since_are_held_and_ties_declared_since_are_known(cast: Cast) -> None:
    house = people.add_organisation(OPERATOR, name="House")
    call = opened(cast)
    me = cast.stranger
    kept = people.declare_tie(OPERATOR, person=me, organisation=house, kind="study", start=date(2020, 1, 1))

    def given() -> None:
        people.give_role(OPERATOR, person=me, role="member")
        people.give_role(OPERATOR, person=me, role="organiser", scope=call.reference)
        late = announce(cast, "late")
        people.give_role(OPERATOR, person=cast.member, role="organiser", scope=late.reference)
        people.declare_tie(OPERATOR, person=me, organisation=house, kind="employment", start=date(2026, 1, 1))
        people.end_tie(OPERATOR, person=me, tie=kept, end=date(2026, 2, 2))
        new = people.add_organisation(OPERATOR, name="New")
        people.declare_tie(OPERATOR, person=me, organisation=new, kind="other", start=date(2026, 1, 1))

    recovered(given)
    assert roles_scoped(me.pk) == {("member", ""), ("organiser", call.reference)}
    assert not any(scope for _, scope in roles_scoped(cast.member.pk))
    assert set(me.ties.values_list("kind", "start", "end")) == {
        ("employment", date(2026, 1, 1), None),
        ("study", date(2020, 1, 1), date(2026, 2, 2)),
    }
    assert Document.objects.filter(reference=f"person:{me.pk}").exists()
