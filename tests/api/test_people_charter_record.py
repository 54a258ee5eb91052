"""People, charter and record over HTTP."""

from __future__ import annotations

import base64

import pytest

from stoa.methods.canonical import canonical
from stoa.methods.merkle import leaf_hash, verify_consistency, verify_inclusion
from stoa.methods.note import Checkpoint, VerifierKey, open_note
from stoa.people.models import Person
from stoa.record.sequencer import sequence
from tests.api.calling import VISITOR, Program
from tests.stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.admit(4)
    return stage


def test_the_directory_shows_names_and_roles_and_no_address(stage: Stage) -> None:
    answer = VISITOR.send("GET", "/people?role=steward")
    assert "example.org" not in answer.content.decode()
    listed = answer.json()  # type: ignore[attr-defined]
    assert (listed["count"], listed["items"][0]["name"]) == (1, "Steward")
    assert {role["role"] for role in listed["items"][0]["roles"]} == {"steward", "member"}
    assert VISITOR.get("/people?q=MEMBER-2")["items"][0]["id"] == stage.members[1].pk


def test_somebody_without_a_role_is_not_there_for_others(stage: Stage) -> None:
    newcomer = Person.objects.create(name="Newcomer", email="new@example.org")
    hidden = VISITOR.send("GET", f"/people/{newcomer.pk}")
    absent = VISITOR.send("GET", "/people/aaaaaaaaaaaaaaaa")
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content) == (404, absent.content)
    assert Program.of(newcomer).get("/me")["name"] == "Newcomer"


def test_one_changes_only_oneself(stage: Stage) -> None:
    program = Program.of(stage.members[0])
    assert program.put("/me", {"name": "Ada", "pronouns": "she"})["name"] == "Ada"
    assert program.put("/me/mail", {"wants": False})["wants_mail"] is False
    organisation = program.post("/organisations", {"name": "Lab", "country": "NL", "ror": "0a1b2c345"})
    tie = program.post(
        "/me/ties", {"organisation": organisation["number"], "kind": "employment", "start": "2026-01-01"}
    )
    other = Program.of(stage.members[1])
    other.post(f"/me/ties/{tie['number']}/end", {"end": "2026-02-01"}, status=404)
    assert program.post(f"/me/ties/{tie['number']}/end", {"end": "2026-02-01"}, status=200)["end"] == "2026-02-01"
    assert other.post("/people", {"name": "Eve"}, status=403)["code"] == "not-granted"
    path = f"/people/{stage.members[0].pk}/roles"
    assert other.post(path, {"role": "steward"}, status=403)["code"] == "not-granted"
    assert other.post(path, {"role": "king"}, status=422)["field"] == "role"
    assert VISITOR.get("/organisations?q=lab")["items"][0]["ror"] == "0a1b2c345"


def test_an_entry_comes_with_a_proof_that_holds(stage: Stage) -> None:
    sequence()
    head = VISITOR.get("/record/head")
    entries = VISITOR.get("/record/entries?limit=500")
    assert entries["count"] == head["size"] == len(entries["items"])
    assert [row["position"] for row in entries["items"]] == list(range(head["size"]))

    proven = VISITOR.get("/record/entries/3")
    leaf = base64.b64decode(proven["leaf"])
    assert canonical(proven["entry"]) == leaf
    signed = Checkpoint.parse(open_note(proven["checkpoint"].encode(), [VerifierKey.parse(head["vkey"])]).text)
    path = [base64.b64decode(step) for step in proven["proof"]]
    assert verify_inclusion(3, signed.size, leaf_hash(leaf), path, signed.root)
    VISITOR.get(f"/record/entries/{head['size']}", status=404)


def test_a_longer_record_comes_with_a_proof_that_it_begins_with_the_shorter(stage: Stage) -> None:
    sequence()
    before = VISITOR.get("/record/head")
    stage.admit(3)
    sequence()
    after = VISITOR.get("/record/head")
    proven = VISITOR.get(f"/record/consistency?old={before['size']}")
    assert (proven["size"], proven["checkpoint"]) == (after["size"], after["checkpoint"])
    path = [base64.b64decode(step) for step in proven["proof"]]
    roots = [base64.b64decode(head["root"]) for head in (before, after)]
    assert verify_consistency(before["size"], after["size"], path, *roots)
    assert VISITOR.get(f"/record/consistency?old={before['size']}&size={before['size']}")["proof"] == []
    for wrong in (
        f"old={after['size'] + 1}",
        f"old={before['size']}&size={after['size'] + 1}",
        "old=2&size=1",
        "old=0",
        "",
    ):
        VISITOR.get(f"/record/consistency?{wrong}", status=422)


def test_entries_are_filtered_by_type_subject_and_actor(stage: Stage) -> None:
    sequence()
    given = VISITOR.get(f"/record/entries?type=people.&subject=person:{stage.members[0].pk}")
    assert {row["entry"]["type"] for row in given["items"]} <= {"people.person.admitted", "people.role.given"}
    assert given["count"] == 2
    assert VISITOR.get("/record/entries?type=record.started&actor=operator")["count"] == 1
    newest = VISITOR.get("/record/entries?newest_first=true&limit=1")
    assert newest["items"][0]["position"] == newest["count"] - 1


def test_the_charter_its_powers_and_declarations_are_public(stage: Stage) -> None:
    charter = VISITOR.get("/charter")
    assert (charter["version"], charter["provisional"]) == (1, True)
    assert charter["powers"]["agenda.round.announce"] == ["steward", "founder", "operator"]
    powers = {row["act"]: row for row in VISITOR.get("/charter/powers?limit=500")["items"]}
    assert powers["people.person.admit"]["uses"] == {"operator": 5}
    assert VISITOR.get("/declarations") == {"items": [], "count": 0}
    assert VISITOR.get("/policies/privacy", status=404)["code"] == "missing"
    assert VISITOR.get("/policies/none", status=422)["field"] == "kind"
    assert VISITOR.get("/community")["is_sample"] is False
