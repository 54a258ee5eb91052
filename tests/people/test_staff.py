from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from stoa.kit.faults import Refused
from stoa.people import acts as people
from stoa.people.models import Organisation, Person, Role
from stoa.people.queries import roles_of
from stoa.record.models import Entry, Sealed
from tests.cast import Cast, browser
from tests.stage import acting

pytestmark = pytest.mark.django_db
KEEPERS = ("steward", "founder")
OTHERS = ("stranger", "member", "associate", "facilitator")


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("who", KEEPERS)
def test_who_keeps_the_process_admits_people(cast: Cast, who: str) -> None:
    client = browser(getattr(cast, who))
    assert "Admit a person" in text(client.get("/people"))
    answer = client.post("/people/admit", {"name": "Ada", "email": "Ada@Example.org", "role": "associate"})
    ada = Person.objects.get(name="Ada")
    assert answer["Location"] == ada.get_absolute_url()
    assert (ada.email, [role.role for role in roles_of(ada.pk)]) == ("ada@example.org", ["associate"])
    assert Entry.objects.latest("pk").actor == f"person:{getattr(cast, who).pk}"


@pytest.mark.parametrize("who", OTHERS)
def test_others_are_neither_offered_nor_let(cast: Cast, who: str) -> None:
    client = browser(getattr(cast, who))
    author = cast.author.get_absolute_url()
    assert "Admit a person" not in text(client.get("/people"))
    assert "Give a role" not in text(client.get(author))
    assert "Show the address" not in text(client.get(author))
    before = Person.objects.count(), Role.objects.count(), Sealed.objects.count()
    for path, filled in (
        ("/people/admit", {"name": "Eve", "email": "eve@example.org", "role": "member"}),
        (f"{author}/roles/give", {"role": "steward"}),
        (f"{author}/roles/end?role=member", {"role": "member"}),
        (f"{author}/address", {}),
    ):
        assert client.get(path).status_code in {403, 405}, path
        answer = client.post(path, filled)
        assert answer.status_code == 403, path
        assert "member-1@example.org" not in text(answer)
    assert (Person.objects.count(), Role.objects.count(), Sealed.objects.count()) == before


def test_visitors_are_led_to_sign_in(cast: Cast) -> None:
    for path in ("/people/admit", "/people/organisations/add", f"{cast.author.get_absolute_url()}/roles/give"):
        assert browser().get(path)["Location"].startswith("/account/login/?next=")


def test_a_steward_without_a_second_factor_is_asked_for_one_and_nothing_is_done(cast: Cast) -> None:
    client = browser(cast.steward, second_factor=False)
    author = cast.author.get_absolute_url()
    for path, filled in (
        ("/people/admit", {"name": "Eve", "email": "eve@example.org", "role": "member"}),
        (f"{author}/roles/give", {"role": "steward"}),
        (f"{author}/roles/end?role=member", {"role": "member"}),
        (f"{author}/address", {}),
    ):
        answer = client.post(path, filled)
        assert answer.status_code == 403
        assert "second factor" in text(answer)
    assert not Person.objects.filter(name="Eve").exists()
    assert [role.role for role in roles_of(cast.author.pk)] == ["member"]
    assert not Sealed.objects.exists()


def test_a_role_is_given_for_a_term_that_ends_with_that_day_anywhere_on_earth(cast: Cast) -> None:
    client = browser(cast.steward)
    path = f"{cast.author.get_absolute_url()}/roles/give"
    assert client.post(path, {"role": "steward", "until": "2099-01-01"}).status_code == 302
    given = Role.objects.get(person=cast.author, role="steward")
    assert (given.scope, given.end) == ("", datetime(2099, 1, 2, 12, tzinfo=UTC))
    assert client.post(path, {"role": "organiser", "scope": "round:1"}).status_code == 302
    assert Role.objects.get(person=cast.author, role="organiser").scope == "round:1"


@pytest.mark.parametrize(
    ("filled", "says"),
    [
        ({"role": "member"}, "They hold this role already."),
        ({"role": "founder"}, "founder"),
        ({"role": "king"}, "king"),
        ({"role": "steward", "until": "2001-01-01"}, "That day is over."),
        ({"role": "steward", "until": "9999-12-31"}, "Check the year."),
        ({"role": "steward", "until": "soon"}, "Enter a valid date"),
        ({"role": "organiser", "scope": "the round"}, "Write the kind and number"),
    ],
)
def test_a_role_that_cannot_be_given_is_refused_with_the_reason(cast: Cast, filled: dict[str, str], says: str) -> None:
    answer = browser(cast.steward).post(f"{cast.author.get_absolute_url()}/roles/give", filled)
    assert answer.status_code == 422
    assert says in text(answer)
    assert [role.role for role in roles_of(cast.author.pk)] == ["member"]


def test_nobody_makes_founders_but_by_naming_them(cast: Cast) -> None:
    with pytest.raises(Refused, match=r"ends? on a date that is fixed"):
        people.give_role(acting(cast.founder), person=cast.author, role="founder")
    with pytest.raises(Refused, match=r"ends? on a date that is fixed"):
        people.admit(acting(cast.founder), name="Eve", email=None, roles=["founder"])


def test_a_role_is_ended_by_who_keeps_the_process_or_given_up_by_oneself(cast: Cast) -> None:
    author, member = cast.author.get_absolute_url(), cast.member.get_absolute_url()
    steward = browser(cast.steward)
    assert "End" in text(steward.get(f"{author}/roles/end?role=member"))
    assert steward.post(f"{author}/roles/end?role=member", {"role": "member"}).status_code == 302
    assert roles_of(cast.author.pk) == []
    own = browser(cast.member)
    assert "Give up the role of member" in text(own.get(f"{member}/roles/end?role=member"))
    assert own.post(f"{member}/roles/end?role=member", {"role": "member"}).status_code == 302
    assert roles_of(cast.member.pk) == []
    assert own.get(f"{member}/roles/end?role=member").status_code == 302


def test_an_address_is_shown_on_one_answer_only_and_the_look_is_sealed(cast: Cast) -> None:
    client = browser(cast.steward)
    path = cast.author.get_absolute_url()
    assert "member-1@example.org" in text(client.post(f"{path}/address"))
    assert "member-1@example.org" not in text(client.get(path))
    look = Sealed.objects.get()
    assert (look.concerns, look.entry_type) == (cast.author.pk, "people.private.seen")


def test_members_add_organisations_and_a_doubled_one_is_refused(cast: Cast) -> None:
    client = browser(cast.member)
    filled = {"name": "University North", "country": "ch", "ror": "https://ror.org/05a28rw58"}
    assert client.post("/people/organisations/add", filled).status_code == 302
    added = Organisation.objects.get()
    assert (added.name, added.country, added.ror, added.sponsor) == ("University North", "CH", "05a28rw58", False)
    for again, says in (
        ({"name": "University North"}, "This organisation is here already."),
        ({"name": "South", "ror": "12"}, "This is not a ROR id"),
        ({"name": "South", "country": "CHE"}, "as two letters"),
        ({"name": "South", "country": "ZZ"}, "No country has the letters ZZ."),
    ):
        answer = client.post("/people/organisations/add", again)
        assert answer.status_code == 422
        assert says in text(answer)
    assert Organisation.objects.count() == 1
    assert browser(cast.associate).post("/people/organisations/add", {"name": "South"}).status_code == 403


def test_a_form_sent_twice_acts_once(cast: Cast) -> None:
    client = browser(cast.steward)
    filled = {"name": "Ada", "email": "ada@example.org", "role": "member", "once": "k" * 20}
    first, second = client.post("/people/admit", filled), client.post("/people/admit", filled)
    assert first["Location"] == second["Location"]
    given = {"role": "scrutineer", "once": "g" * 20}
    path = f"{cast.author.get_absolute_url()}/roles/give"
    assert [client.post(path, given).status_code for _ in range(2)] == [302, 302]
    assert Person.objects.filter(name="Ada").count() == 1
    assert Role.objects.filter(person=cast.author, role="scrutineer").count() == 1
