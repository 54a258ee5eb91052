"""The lab over HTTP: from a model to a result that somebody independent reproduced, as a member's program does it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from stoa.evaluation.plans import digest_of
from stoa.evaluation.sealing import commitment, signed_text
from stoa.lab.models import Run
from stoa.people.models import Person
from tests.api.calling import VISITOR, Program
from tests.cast import Cast, settle
from tests.lab.studying import MEASURE, PLAN, SALT, SUITE, checked, digest, drafted, looked_at, signing

pytestmark = pytest.mark.django_db
SAYS = {**PLAN, "suites": [{"name": name, "samples": count} for name, count in PLAN["suites"]]}


def prepared(program: Program) -> tuple[int, str]:
    """A version and a registered study of it: its number, and the plan's id of the model."""
    model = program.post("/lab/models", {"name": "SmolLM2", "maker": "HF", "licence": "Apache-2.0"})
    weights = {"digest": digest("smol"), "label": "Q4_1", "format": "gguf", "parameters": 134_515_008}
    version = program.post(f"/lab/models/{model['number']}/versions", weights)
    draft = program.post("/lab/drafts", {**SAYS, "models": [version["number"]]})
    study = program.post(f"/lab/drafts/{draft['id']}/register", {"version": draft["version"]}, status=200)
    return study["number"], str(version["number"])


def upload(program: Program, body: bytes) -> str:
    """A log that is sent in two pieces."""
    begun = program.post("/me/files", {"name": "run.json", "bytes": len(body), "sort": "log"})
    for at, piece in ((0, body[:5]), (5, body[5:])):
        answer = program.send("PATCH", f"/me/files/{begun['id']}?at={at}", piece)
        assert answer.status_code == 200, answer.content
    assert answer.json()["digest"] == digest(body.decode()).removeprefix("sha256:")
    return str(begun["id"])


def run(program: Program, person: Person, study: int, model: str, **more: Any) -> dict[str, Any]:
    """Begin a run, send in its log, have it checked."""
    begun = program.post(f"/lab/studies/{study}/runs", {"model": model, "suite": SUITE, **more})
    path, body = f"/lab/studies/{study}/runs/{begun['run']}", f'{{"run": "{begun["nonce"]}"}}'.encode()
    file, log = upload(program, body), digest(body.decode())
    if more:
        program.post(f"{path}/commit", {"commitment": commitment(SALT, log)}, status=200)
    proof = signing(person).sign(signed_text(study, begun["run"], begun["nonce"], log)).hex()
    sent = {"upload": file, "signature": proof, "salt": SALT if more else ""}
    assert program.post(f"{path}/submit", sent, status=200)["state"] == "submitted"
    checked(Run.objects.get(study__number=study, number=begun["run"]))
    return program.get(path)  # type: ignore[no-any-return]  # an object


def with_key(person: Person) -> Program:
    program = Program.of(person)
    key = signing(person).public_key().public_bytes_raw().hex()
    assert program.post("/me/lab/keys", {"key": key, "name": "notebook"})["ended"] is None
    return program


def test_from_a_model_to_a_reproduced_result(cast: Cast) -> None:
    author, member = with_key(cast.author), with_key(cast.member)
    study, model = prepared(author)
    settle()
    plan = VISITOR.get(f"/lab/studies/{study}/plan")
    assert (plan["format"], plan["digest"], plan["entry"]) == ("stoa-plan/1", digest_of(plan), plan["entry"])
    assert isinstance(plan["entry"], int)
    claim = run(author, cast.author, study, model)
    assert (claim["run"], claim["verdict"], claim["measures"][0]["measure"]) == (1, "follows", MEASURE)
    assert claim["measures"][0]["value"] == 0.5
    task = member.get("/lab/tasks")["items"][0]
    assert (task["run"], task["counts"], task["dependence"]) == (1, True, "")
    assert author.get("/lab/tasks")["items"][0]["dependence"] == "You ran it yourself."
    again = run(member, cast.member, study, model, reproduces=1)
    assert (again["kind"], again["reproduces"], again["independent"]) == ("reproduction", 1, True)
    result = VISITOR.get("/lab/results?state=reproduced")["items"][0]
    assert (result["study"], result["claim"], result["compared"]["2"][MEASURE]["verdict"]) == (study, 1, "reproduced")
    assert VISITOR.get("/lab/tasks")["count"] == 0
    assert [one["number"] for one in [VISITOR.get(f"/lab/studies/{study}")]] == [study]
    assert VISITOR.get(f"/lab/studies/{study}/runs")["count"] == 2


def test_a_run_that_fails_says_so_under_its_number(cast: Cast) -> None:
    author = Program.of(cast.author)
    study, model = prepared(author)
    begun = author.post(f"/lab/studies/{study}/runs", {"model": model, "suite": SUITE})
    path = f"/lab/studies/{study}/runs/{begun['run']}/failed"
    assert Program.of(cast.member).post(path, {"reason": "I say so."}, status=403)["code"] == "not-granted"
    assert author.post(path, {"reason": "The endpoint hung."}, status=200)["state"] == "failed"
    assert VISITOR.get(f"/lab/studies/{study}/runs/1")["reason"] == "The endpoint hung."
    assert author.post(path, {"reason": "Again."}, status=409)
    second = author.post(f"/lab/studies/{study}/runs", {"model": model, "suite": SUITE})
    assert second["run"] == 2


def test_the_log_is_given_to_who_committed_and_kept_from_others(cast: Cast) -> None:
    author, member = with_key(cast.author), with_key(cast.member)
    study, model = prepared(author)
    run(author, cast.author, study, model)
    path = f"/lab/studies/{study}/runs/1/log"
    assert VISITOR.get(path, status=409)["code"] == "log-closed"
    begun = member.post(f"/lab/studies/{study}/runs", {"model": model, "suite": SUITE, "reproduces": 1})
    member.post(f"/lab/studies/{study}/runs/{begun['run']}/commit", {"commitment": "ab" * 32}, status=200)
    answer = member.send("GET", path)
    assert (answer.status_code, answer["X-Content-Type-Options"]) == (200, "nosniff")
    assert b"".join(answer.streaming_content).startswith(b'{"run"')  # type: ignore[attr-defined]
    assert VISITOR.get(path, status=409)["code"] == "log-closed"
    assert VISITOR.get(f"/lab/studies/{study}/runs/{begun['run']}")["state"] == "begun"


def test_a_draft_is_nothing_to_others(cast: Cast) -> None:
    study = drafted(cast.author)
    assert Program.of(cast.author).get(f"/lab/drafts/{study.pk}")["title"] == PLAN["title"]
    for other in (VISITOR, Program.of(cast.member)):
        assert other.send("GET", f"/lab/drafts/{study.pk}").status_code in {403, 404}
    assert Program.of(cast.member).put(f"/lab/drafts/{study.pk}", {"version": 1, "title": "Mine"}, status=404)
    assert VISITOR.get("/lab/studies")["count"] == 0


def test_results_of_other_programs_are_taken_once_and_never_rank(cast: Cast) -> None:
    member = Program.of(cast.member)
    result = {"model_name": "<script>x</script>", "suite": "dan", "measures": {"rate": {"value": 0.25, "samples": 40}}}
    given = {"format": "garak", "source": digest("report"), "results": [result]}
    assert member.post("/lab/imported", given) == {"results": 1}
    assert member.post("/lab/imported", given) == {"results": 0}
    assert VISITOR.get("/lab/results")["count"] == 0
    assert VISITOR.get("/lab/imported")["items"][0]["measures"] == {"rate": {"value": 0.25, "samples": 40}}
    page = Client().get("/lab/imported").content.decode()
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page
    for wrong in ({"measures": {}}, {"measures": {"rate": {"error": 1.0}}}, {"model_name": " "}):
        assert member.post(
            "/lab/imported", {**given, "results": [{**result, **wrong}], "source": digest("x")}, status=422
        )


@pytest.mark.parametrize(
    "odd", ["NaN", "-Infinity", '"\\u0000"', '"\\ud800"', '{"\\u0000": 1}', '[[{"a": NaN}]]', "[" * 80 + "]" * 80]
)
def test_json_that_the_database_cant_hold_is_refused(cast: Cast, odd: str) -> None:
    program = Program.of(cast.author)
    model = program.post("/lab/models", {"name": "SmolLM2", "maker": "HF", "licence": "Apache-2.0"})
    body = f'{{"digest": "{digest("smol")}", "label": "Q4_1", "format": "gguf", "header": {{"a": {odd}}}}}'
    answer = program.send("POST", f"/lab/models/{model['number']}/versions", body.encode())
    assert answer.status_code == 422, answer.content


def test_a_measure_whose_name_the_database_cant_hold_is_refused(cast: Cast) -> None:
    program = Program.of(cast.author)
    for name in ("\\u0000", "\\ud800"):
        one = f'{{"model_name": "m", "suite": "s", "measures": {{"{name}": {{"value": 1}}}}}}'
        body = f'{{"format": "garak", "source": "{digest("file")}", "results": [{one}]}}'
        answer = program.send("POST", "/lab/imported", body.encode())
        assert answer.status_code == 422, answer.content


def test_suites_and_versions_are_found(cast: Cast) -> None:
    author = Program.of(cast.author)
    _, model = prepared(author)
    assert VISITOR.get(f"/lab/versions?digest={digest('smol')}")["items"][0]["number"] == int(model)
    assert VISITOR.get("/lab/suites/small_checks")["name"] == SUITE
    assert VISITOR.get("/lab/suites/nothing", status=404)


def test_who_may_run_is_told_before_anything_begins() -> None:
    cast = Cast()
    author, member = with_key(cast.author), with_key(cast.member)
    study, model = prepared(author)
    path = f"/lab/studies/{study}/may-run"
    assert author.get(path) == {"may": True, "dependence": ""}
    refused = member.get(path, status=403)
    assert (refused["message"], refused["code"]) == ("You are not an author of this study.", "not-author")
    assert VISITOR.get(path, status=403)["code"] == "sign-in"
    run(author, cast.author, study, model)
    assert author.get(f"{path}?reproduces=1")["dependence"] == "You ran it yourself."
    assert member.get(f"{path}?reproduces=1")["may"] is True
    assert member.get(f"{path}?reproduces=9", status=404)["code"]
    assert Program.of(cast.stranger).get(f"{path}?reproduces=1", status=403)["code"] == "not-granted"
    assert Run.objects.count() == 1


def test_a_file_of_results_is_read_looked_at_and_brought_in() -> None:
    cast = Cast()
    member = Program.of(cast.member)
    body = b'{"entry_type": "init"}'
    begun = member.post("/me/files", {"name": "some.report.jsonl", "bytes": len(body), "sort": "results"})
    assert member.send("PATCH", f"/me/files/{begun['id']}?at=0", body).status_code == 200
    waits = member.post("/lab/incoming", {"upload": begun["id"]})
    assert (waits["state"], waits["found"], waits["name"]) == ("waiting", None, "some.report.jsonl")
    path = f"/lab/incoming/{waits['id']}"
    assert member.post(f"{path}/bring", {}, status=409)["message"] == "This file is not read."
    member.send("DELETE", path)
    file = looked_at(cast.member, "garak.dan")
    path = f"/lab/incoming/{file.pk}"
    assert member.get(path)["found"]["results"][0]["suite"] == "garak.dan"
    assert [one["id"] for one in member.get("/lab/incoming")["items"]] == [file.pk]
    assert Program.of(cast.author).get(path, status=404)["code"]
    assert member.post(f"{path}/bring", {}) == {"results": 1}
    assert member.get(path, status=404)["code"]
    assert VISITOR.get("/lab/imported")["items"][0]["suite"] == "garak.dan"
