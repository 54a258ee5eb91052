"""The agenda over HTTP: the same acts and the same reads as on pages."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest

from stoa.agenda import exports
from stoa.agenda.models import Question, Round
from stoa.kit import clock
from stoa.record.models import Entry
from stoa.record.sequencer import sequence
from tests.api.calling import VISITOR, Program
from tests.stage import Stage, acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.admit(4)
    return stage


@pytest.fixture
def round_(stage: Stage) -> Round:
    return stage.round()


def test_a_question_goes_from_proposal_to_withdrawal(stage: Stage, round_: Round) -> None:
    program = Program.of(stage.members[0])
    asked = program.post("/rounds/2027/questions", {"title": "  Does it  hold? ", "body": "Text."})
    path = f"/rounds/2027/questions/{asked['number']}"
    assert (asked["title"], asked["author"], asked["version"]) == ("Does it hold?", stage.members[0].pk, 1)
    assert VISITOR.get(path) == asked

    edited = program.put(path, {"title": "Does it hold still?", "body": "Text.", "version": 1})
    assert (edited["title"], edited["version"]) == ("Does it hold still?", 2)
    problem = program.put(path, {"title": "Late", "body": "", "version": 1}, status=409)
    assert problem["code"] == "stale"

    other = Program.of(stage.members[1])
    assert other.put(f"{path}/estimate", {"low": 3, "high": 5})["high"] == 5
    assert program.put(f"{path}/estimate", {"low": 3, "high": 5}, status=403)["code"] == "own-question"
    assert other.put(f"{path}/estimate", {"low": 5, "high": 3}, status=422)["field"] == "low"
    assert other.put(f"{path}/offer", {"hours": 7})["hours"] == 7
    listed = VISITOR.get("/rounds/2027/questions")["items"][0]
    assert (listed["low"], listed["high"], listed["estimates"], listed["offered"]) == (3, 5, 1, 7)
    assert [row["person"] for row in VISITOR.get(f"{path}/offers")["items"]] == [stage.members[1].pk]
    assert other.put(f"{path}/offer", {"hours": 0}, status=204) is None

    assert other.delete(path, status=403)["code"] == "not-granted"
    assert program.delete(path)["state"] == "withdrawn"
    assert VISITOR.get("/rounds/2027/questions")["count"] == 0
    assert VISITOR.get("/rounds/2027/questions?state=withdrawn")["count"] == 1


def test_an_unsigned_question_shows_no_author_anywhere(stage: Stage, round_: Round) -> None:
    member = stage.members[0]
    program = Program.of(member)
    asked = program.post("/rounds/2027/questions", {"title": "Who asks?", "signed": False})
    for program in (VISITOR, Program.of(stage.members[1]), Program.of(stage.steward)):
        answer = program.send("GET", f"/rounds/2027/questions/{asked['number']}")
        assert member.pk not in answer.content.decode()
        assert answer.json()["author"] is None  # type: ignore[attr-defined]


def test_the_same_request_under_the_same_key_acts_once(stage: Stage, round_: Round) -> None:
    program = Program.of(stage.members[0])
    first = program.post("/rounds/2027/questions", {"title": "Once?"}, Idempotency_Key="k1")
    again = program.post("/rounds/2027/questions", {"title": "Once?"}, status=409, Idempotency_Key="k1")
    assert (again["code"], again["address"]) == ("already-done", first["address"])
    other = Program.of(stage.members[1])
    other.post("/rounds/2027/questions", {"title": "Another's own key"}, Idempotency_Key="k1")
    assert Question.objects.count() == 2


def test_lists_come_in_parts_filtered_and_sorted(stage: Stage, round_: Round) -> None:
    for title in ("alpha leak", "beta leak", "gamma"):
        stage.question(round_, title, cost=3)
    part = VISITOR.get("/rounds/2027/questions?q=leak&sort=-title&limit=1&offset=1")
    assert (part["count"], [q["title"] for q in part["items"]]) == (2, ["alpha leak"])
    assert VISITOR.get("/rounds/2027/questions?limit=501", status=422)["field"] == "limit"
    assert VISITOR.get("/rounds/2027/questions?sort=author", status=422)["code"] == "input"


@pytest.mark.parametrize("more", [1, 3])
def test_a_list_costs_the_same_number_of_queries(
    more: int, stage: Stage, round_: Round, django_assert_num_queries: object
) -> None:
    for n in range(more):
        stage.question(round_, f"q{n}", cost=3, by=stage.members[n])
    with django_assert_num_queries(3):  # type: ignore[operator]
        VISITOR.get("/rounds/2027/questions")


def test_bad_input_is_named_and_nothing_is_done(stage: Stage, round_: Round) -> None:
    program = Program.of(stage.members[0])
    path = "/rounds/2027/questions"
    assert program.post(path, b"{", status=400)["code"] == "request"
    assert program.post(path, {}, status=422)["field"] == "title"
    assert program.post(path, {"title": "a", "colour": "red"}, status=422)["field"] == "colour"
    assert program.post(path, {"title": "a\0b"}, status=422)["code"] == "input"
    assert program.post(path, {"title": "a\ud800b"}, status=422)["code"] == "input"
    assert program.post(path, {"title": "x" * 200}, status=422)["field"] == "title"
    assert program.post(path, b'{"title": "' + b"x" * 5_000_000 + b'"}', status=413)["code"] == "too-large"
    assert VISITOR.get("/rounds/none", status=404)["code"] == "missing"
    assert VISITOR.get("/rounds/2027/questions/999999999999", status=404)["code"] == "missing"
    assert VISITOR.get("/rounds?q=%00", status=422)["code"] == "input"
    assert Question.objects.count() == 0


def test_impossible_dates_are_refused(stage: Stage, round_: Round) -> None:
    program = Program.of(stage.steward)
    body = {"vote_closes": "2027-02-30T00:00:00Z"}
    assert program.post("/rounds/2027/extend", body, status=422)["field"] == "vote_closes"
    assert program.post("/rounds/2027/extend", {"vote_closes": "2027-02-20T00:00:00"}, status=422)["code"] == "input"


def test_mails_are_seen_by_those_who_may_write_them(stage: Stage, round_: Round) -> None:
    from stoa.agenda.acts import draft_announcement

    draft_announcement(acting(stage.steward), round=round_, subject="Secret draft", body="Text")
    assert "Secret draft" not in str(Program.of(stage.members[0]).get("/rounds/2027/announcements", status=403))
    assert "Secret draft" not in str(VISITOR.get("/rounds/2027/announcements", status=403))
    assert Program.of(stage.steward).get("/rounds/2027/announcements")["items"][0]["subject"] == "Secret draft"


def test_the_result_comes_with_its_payments_ballots_and_bundle(stage: Stage, round_: Round) -> None:
    from pathlib import Path

    from stoa.agenda.acts import import_votes
    from stoa.kit.act import OPERATOR
    from stoa.methods.pabulib import read

    assert VISITOR.get("/rounds/2027/result", status=409)["message"] == "This round has no result yet."
    file = Path(__file__).parents[3] / "shared/data/votes/pabulib/Netherlands_Assen_2024.pb"
    with file.open("rb") as stream:
        import_votes(OPERATOR, round=round_, election=read(stream), digest="cd" * 32)
    sequence()
    decided = Round.objects.select_related("ballot", "decision").get(pk=round_.pk)

    result = VISITOR.get("/rounds/2027/result")
    assert [f"question:{one['question']}" for one in result["chosen"]] == result["result"]["selected"]
    assert (result["spent"], result["capacity"]) == (decided.decision.spent, decided.decision.capacity)
    assert VISITOR.get("/rounds/2027/payments")["count"] > 0
    assert VISITOR.get(f"/votes/{decided.ballot_id}/opened?limit=1")["count"] == 84
    bundle = VISITOR.send("GET", "/rounds/2027/bundle")
    assert bundle.content == exports.bundle(decided)
    assert "bundle.json" in zipfile.ZipFile(io.BytesIO(bundle.content)).namelist()
    assert VISITOR.send("GET", "/rounds/2027/pabulib").content.decode() == exports.pabulib_text(decided)
    assert VISITOR.send("GET", "/rounds/2027/preflib").content.decode() == exports.preflib_text(decided)


def test_a_refused_act_leaves_no_entry(stage: Stage, round_: Round) -> None:
    before = Entry.objects.count()
    now = clock.now() + timedelta(days=30)
    Program.of(stage.members[0]).post("/rounds/2027/extend", {"vote_closes": now.isoformat()}, status=403)
    VISITOR.post("/declarations", {"kind": "money", "none": True}, status=403)
    assert Entry.objects.count() == before
