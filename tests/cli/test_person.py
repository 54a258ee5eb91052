"""`stoa person`: acts of the operator, each on the record as such."""

from __future__ import annotations

import pytest
from django.test import Client

from stoa.people.models import Person, Role
from stoa.record.models import Entry
from tests.cli.command import stoa, succeed
from tests.stage import Stage

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(cloned_db: str) -> Stage:
    stage = Stage()
    stage.admit(2)
    return stage


def test_somebody_is_added_given_a_role_and_listed(stage: Stage) -> None:
    added = succeed("person", "add", "Ada [red]L[/]", "--email", "Ada@example.org", "--json", here=True).json
    found = Person.objects.get(pk=added["id"])
    assert (found.name, found.email) == ("Ada [red]L[/]", "ada@example.org")
    succeed("person", "role", "ada@example.org", "steward", "--until", "2099-12-31", here=True)
    listed = succeed("person", "list", "ada", "--json", here=True).json
    assert listed == [
        {"id": found.pk, "name": "Ada [red]L[/]", "email": "ada@example.org", "roles": ["member", "steward"]}
    ]
    assert "Ada [red]L[/]" in succeed("person", "list", here=True).out
    assert Role.objects.get(person=found, role="steward").end is not None
    assert set(Entry.objects.filter(subject=f"person:{found.pk}").values_list("actor", flat=True)) == {"operator"}

    succeed("person", "role", found.pk, "steward", "--end", here=True)
    assert succeed("person", "list", "--role", "steward", "--json", here=True).json[0]["name"] == "Steward"


def test_a_link_signs_in_once(stage: Stage) -> None:
    address = succeed("person", "link", stage.members[0].pk, here=True).out.strip()
    assert address.startswith("http://stoa.test/in/")
    path = address.removeprefix("http://stoa.test")
    assert Client().get(path).status_code in {200, 302}


def test_erasing_asks_first_and_destroys_the_name(stage: Stage) -> None:
    member = stage.members[0]
    assert "Nothing was erased." in stoa("person", "erase", member.pk, here=True, stdin="n\n").err
    member.refresh_from_db()
    assert member.erased is None
    succeed("person", "erase", member.pk, "--yes", here=True)
    member.refresh_from_db()
    assert (member.name, member.email, member.erased is None) == ("", None, False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("role", "nobody", "member"), "There is nobody “nobody”."),
        (("add", " "), "The name is empty."),
        (("add", "Eve", "--email", "eve"), "“eve” is not an e-mail address."),
        (("add", "Eve", "--email", "member-1@example.org"), "Somebody here has this address."),
        (("role", "member-1@example.org", "king"), "There is no role “king”."),
        (("role", "member-1@example.org", "founder"), "The founders' powers end on a date that is fixed."),
    ],
)
def test_faults_are_told_in_one_line(arguments: tuple[str, ...], says: str, stage: Stage) -> None:
    before = Entry.objects.count()
    assert stoa("person", *arguments, here=True).fault.startswith(says)
    assert Entry.objects.count() == before


def test_an_impossible_date_is_a_wrong_use(stage: Stage) -> None:
    assert stoa("person", "role", stage.members[0].pk, "steward", "--until", "2027-02-30", here=True).code == 2
