"""The discussion over HTTP: the same acts as on pages, and nobody's answers but one's own."""

from __future__ import annotations

import pytest

from stoa.methods.commitment import commit
from stoa.methods.merkle import leaf_hash, verify_inclusion
from tests.agenda.discussing import after_the_close, answer, in_discussion, state
from tests.api.calling import VISITOR, Program
from tests.stage import Stage

pytestmark = pytest.mark.django_db
CLAIM = "Open weights should only be published after a review by others."


def test_a_statement_goes_from_proposal_to_withdrawal() -> None:
    stage = Stage()
    author, other = map(Program.of, stage.admit(2))
    in_discussion(stage)
    given = author.post("/rounds/2027/statements", {"body": f" {CLAIM}"})
    path = f"/rounds/2027/statements/{given['number']}"
    assert (given["body"], given["state"], given["question"]) == (CLAIM, "standing", None)
    assert set(given) == {"number", "round", "body", "state", "question", "proposed", "address"}
    assert VISITOR.get(path) == given
    again = {"body": "Open weights should be published only after others review them."}
    assert other.post("/rounds/2027/statements", again, status=409)["code"] == "similar"
    similar = VISITOR.get(f"/rounds/2027/similar-statements?body={again['body']}")
    assert [one["number"] for one in similar] == [given["number"]]
    assert other.post("/rounds/2027/statements", {**again, "anyway": True})["number"] != given["number"]
    assert other.delete(path, status=403)["code"] == "not-granted"
    assert author.delete(path)["state"] == "withdrawn"
    assert VISITOR.get("/rounds/2027/statements")["count"] == 1


def test_one_answers_changes_takes_back_and_sees_ones_own_alone() -> None:
    stage = Stage()
    author, member, other = stage.admit(3)
    statement = state(in_discussion(stage), CLAIM, author)
    path = f"/rounds/2027/statements/{statement.pk}/answer"
    program = Program.of(member)
    assert program.get("/rounds/2027/next-statement")["number"] == statement.pk
    assert program.put(path, {"answer": "agree"}) == {"statement": statement.pk, "answer": "agree"}
    assert program.put(path, {"answer": "skip"})["answer"] == "skip"
    assert program.send("GET", "/rounds/2027/next-statement").status_code == 204
    assert program.get("/rounds/2027/answers")["items"] == [{"statement": statement.pk, "answer": "skip"}]
    assert Program.of(other).get("/rounds/2027/answers")["count"] == 0
    assert VISITOR.get("/rounds/2027/answers", status=403)["code"] == "sign-in"
    assert VISITOR.put(path, {"answer": "agree"}, status=403)
    assert program.put(path, {"answer": "perhaps"}, status=422)
    assert program.delete(path, status=204) is None
    assert program.get("/rounds/2027/answers")["count"] == 0


def test_the_proof_of_ones_answers_checks_out_of_the_answer_alone() -> None:
    stage = Stage()
    members = stage.admit(3)
    round_ = in_discussion(stage)
    answer(members, state(round_, CLAIM, members[0]), 1)
    program = Program.of(members[1])
    assert program.get("/rounds/2027/answers/proof", status=409)
    with after_the_close(round_):
        proof = program.get("/rounds/2027/answers/proof")
        commitment = commit(bytes.fromhex(proof["salt"]), "stoa.answers.v1", str(round_.pk), proof["row"])
        path = [bytes.fromhex(step) for step in proof["path"]]
        root = bytes.fromhex(proof["root"])
        assert verify_inclusion(proof["position"], proof["count"], leaf_hash(commitment), path, root)
    with after_the_close(round_, days=2):
        assert program.get("/rounds/2027/answers/proof", status=409)


def test_open_answers_are_given_out_after_the_close_and_no_others() -> None:
    stage = Stage()
    members = stage.admit(2)
    open_, kept = in_discussion(stage, open_data=True), in_discussion(stage, "kept")
    for round_ in (open_, kept):
        answer(members, state(round_, CLAIM, members[0]), 1)
    assert VISITOR.get("/rounds/2027/polis", status=409)
    with after_the_close(open_):
        assert VISITOR.send("GET", "/rounds/2027/polis").content[:2] == b"PK"
        assert VISITOR.get("/rounds/kept/polis", status=409)


def test_a_round_without_a_discussion_has_no_statements() -> None:
    Stage().round()
    assert VISITOR.get("/rounds/2027/statements", status=404)
