"""`stoa call`: lists, shows, gives out and takes in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stoa.cli import calls
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Fault
from stoa.members import acts as members
from stoa.members.models import Application
from stoa.people.models import Person
from stoa.people.queries import looks_at
from stoa.record.models import Entry
from tests.cast import Cast
from tests.members.applying import apply
from tests.members.calling import draft, opened

pytestmark = pytest.mark.django_db
CSV = """Ref,Full name,email,why,topics,submitted
a1,Ada Example,ada@example.org,Because.,Privacy; Security,2027-01-01T12:00:00Z
a2,Bob Example,,"Commas, and
lines.",Safety,
"""
MAPPING = {"Ref": "id", "Full name": "name"}


def take(call: Any, text: str = CSV, mapping: Any = MAPPING) -> int:
    incoming, bad = calls._read(text, mapping, call)
    if bad:
        raise Fault(bad[0].why)
    return members.import_applications(OPERATOR, call=call, incoming=incoming, digest="d" * 64)


def test_applications_come_in_once_with_their_answers() -> None:
    cast = Cast()
    call = opened(cast)
    assert (take(call), take(call)) == (2, 0)
    ada, bob = Application.objects.order_by("source")
    assert (ada.name, ada.answers, ada.submitted.year) == ("Ada Example", {"why": "Because.", "topics": [0, 2]}, 2027)
    assert (ada.person, bob.person) == (Person.objects.get(email="ada@example.org"), None)
    assert bob.answers["why"] == "Commas, and\nlines."
    facts = [json.loads(bytes(e.body))["facts"] for e in Entry.objects.filter(type="members.applications.imported")]
    assert [(each["added"], each["passed_over"]) for each in facts] == [(2, 0), (0, 2)]


def test_whoever_applied_here_is_not_taken_in_a_second_time() -> None:
    cast = Cast()
    call = opened(cast)
    apply(cast.stranger, call)
    text = f"id,name,email\n1,Another name,{cast.stranger.email}\n"
    assert take(call, text, {}) == 0
    assert Application.objects.get().name == "Stranger"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,title\n1,A\n", "No column is the name"),
        ("id,name\n1,A\n1,B\n", "id of row 1"),
        ("id,name,name\n1,A,B\n", "one twice"),
        ("id,name,submitted\n1,A,yesterday\n", "no instant"),
        ("id,name,topics\n1,A,Cooking\n", "Which topics"),
        ("id,name,orcid\n1,A,0000-0002-1825-0098\n", "ORCID"),
        ("id,name\n1,\n", "no name"),
    ],
)
def test_a_file_with_a_fault_takes_nothing_in_and_says_where(text: str, says: str) -> None:
    cast = Cast()
    call = opened(cast)
    with pytest.raises(Fault, match=says):
        take(call, text, {})
    assert not Application.objects.exists()


def test_into_a_draft_nothing_is_taken() -> None:
    cast = Cast()
    with pytest.raises(Closed):
        take(draft(cast))


def test_a_mapping_that_maps_nothing_is_refused() -> None:
    with pytest.raises(Fault, match="maps nothing"):
        calls._mapping(["name"])
    assert calls._mapping(["Full name=name"]) == {"Full name": "name"}


def test_what_is_given_out_is_what_was_submitted_and_each_can_see_that_it_was() -> None:
    cast = Cast()
    call = opened(cast)
    one = apply(cast.stranger, call)
    (row,) = members.given_out(members.give_out(OPERATOR, call=call))
    assert (row["number"], row["name"], row["answers"]) == (one.pk, "Stranger", one.answers)
    assert json.loads(json.dumps(row)) == row
    assert [look.by for look in looks_at(cast.stranger.pk)] == ["operator"]
    assert json.loads(b"".join(calls._in_json([row, row]))) == [row, row]
    assert json.loads(b"".join(calls._in_json([]))) == []


def test_the_command_names_the_calls_there_are() -> None:
    cast = Cast()
    opened(cast)
    with pytest.raises(Fault, match="members-2027"):
        calls._found("nothing")
    assert calls._row(calls._found("members-2027"))["applications"] == 0
