"""Every forgery of a true log is named, and a true log has no fault."""

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

pytest.importorskip("inspect_ai")

from stoa.evaluation.catalogue import SUITES, every_version
from stoa.evaluation.graders.log_probabilities import NOT_MEASURED
from stoa.evaluation.logs.checking import check
from stoa.evaluation.runner.cleaning import cleaned
from stoa.evaluation.sealing import signed_text
from stoa.evaluation.suites.refusal import VARIABLE
from tests.evaluation import forgeries, making
from tests.evaluation.forgeries.of_times import HOST, KEY, SECRETS
from tests.evaluation.forging import (
    FORGERIES,
    Forgery,
    Pieces,
    calls_of,
    mended,
    put_together,
    scores_of,
    spoken,
    taken_apart,
)

pytestmark = pytest.mark.slow

assert forgeries


@dataclass(frozen=True)
class Workshop:
    """A plan, a true log for it, and a true log of another run for the same plan whose marks are known."""

    plan: dict
    log: Path
    other: Path
    run: dict


@pytest.fixture(
    scope="module",
    params=[(making.LEAK, 24, "eval"), (making.LEAK, 24, "json"), (making.CANARY, 12, "eval")],
    ids=["eval", "json", "probabilities"],
)
def workshop(request, tmp_path_factory) -> Workshop:
    suite, count, kind = request.param
    folder, plan = tmp_path_factory.mktemp("logs"), making.plan(suite, count)
    log = making.made(folder, plan, kind=kind)
    other = making.made(folder, plan, run=11, nonce="9" * 64, seed=2, kind=kind)
    before = making.RUN | {"run": 11, "nonce": "9" * 64}
    marks = check(other, plan, before, suites=SUITES).marks
    return Workshop(plan, log, other, making.RUN | {"known_marks": sorted(marks)})


def test_a_true_log_has_no_fault(workshop):
    verdict = check(workshop.log, workshop.plan, workshop.run, suites=SUITES).verdict
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])
    [planned] = workshop.plan["suites"]
    measured = [verdict["measures"][measure.name]["samples"] for measure in SUITES[planned["name"]].measures]
    assert (sum(measured) if planned["name"] == making.LEAK else min(measured)) == planned["samples"]


def test_the_signature_that_a_member_makes_is_the_one_that_is_asked_for(workshop):
    key, digest = Ed25519PrivateKey.generate(), sha256(workshop.log.read_bytes()).hexdigest()
    text = signed_text(workshop.plan["study"], workshop.run["run"], workshop.run["nonce"], digest)
    signed = {"key": key.public_key().public_bytes_raw().hex(), "signature": key.sign(text).hex()}
    asked = [workshop.run | signed, workshop.run | signed | {"signature": key.sign(text + b"x").hex()}]
    found = [check(workshop.log, workshop.plan, run, suites=SUITES).verdict["faults"] for run in asked]
    assert [[fault["kind"] for fault in faults] for faults in found] == [[], ["signature.wrong"]]


def test_a_log_put_together_again_has_no_fault(workshop, tmp_path):
    again = put_together(taken_apart(workshop.log), tmp_path / f"again{workshop.log.suffix}")
    assert check(again, workshop.plan, workshop.run, suites=SUITES).verdict["faults"] == []


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_forgery_is_named(workshop, forgery: Forgery, tmp_path):
    if forgery.of_words and workshop.plan["suites"][0]["name"] == making.CANARY:
        return  # a model that gives log-probabilities says nothing that could be forged
    pieces = taken_apart(workshop.log)
    forgery.forge(pieces, taken_apart(workshop.other), random.Random(7))
    forged = put_together(pieces, tmp_path / f"forged{workshop.log.suffix}")
    verdict = check(forged, workshop.plan, workshop.run, suites=SUITES).verdict
    kinds = {fault["kind"] for fault in verdict["faults"]}
    allowed = forgery.kinds | (
        {"nonce.other"} if "journal.differs" in forgery.kinds and forged.suffix == ".json" else set()
    )
    assert verdict["verdict"] != "follows"
    assert kinds & allowed, json.dumps(verdict["faults"][:5], indent=1)
    assert not [secret for secret in SECRETS if secret in json.dumps(verdict)]


def test_log_known_to_the_byte_is_named(workshop):
    digest = check(workshop.log, workshop.plan, workshop.run, suites=SUITES).verdict["log"]
    again = check(workshop.log, workshop.plan, workshop.run | {"known_logs": [digest]}, suites=SUITES).verdict
    assert [fault["kind"] for fault in again["faults"]] == ["log.reused"]


def test_plan_registered_after_the_run_began_is_named(workshop):
    plan = workshop.plan | {"registered_at": "2026-06-01T00:00:00Z"}
    verdict = check(workshop.log, plan, workshop.run, suites=SUITES).verdict
    assert {fault["kind"] for fault in verdict["faults"]} == {"plan.late", "plan.other"}


@pytest.fixture(scope="module")
def silent(tmp_path_factory) -> Workshop:
    """A true log of a suite of log-probabilities, of a model that gives none, and one of a model that does."""
    folder, plan = tmp_path_factory.mktemp("silent"), making.plan(making.CANARY, 6)
    log = making.made(folder, plan, asks=making.wordless)
    return Workshop(plan, log, making.made(folder, plan), making.RUN)


def test_a_true_log_of_a_model_that_gives_no_log_probabilities_has_no_fault_and_measures_nothing(silent):
    verdict = check(silent.log, silent.plan, silent.run, suites=SUITES).verdict
    assert (verdict["verdict"], verdict["faults"], verdict["measures"]) == ("follows", [], {})


def told_none(pieces: Pieces) -> None:
    for sample in pieces.samples:
        spoken(sample, NOT_MEASURED, steps=True)
        for score in scores_of(sample):
            score["value"] = dict.fromkeys(score["value"], float("nan"))
    mended(pieces)


def told_nothing(pieces: Pieces) -> None:
    for sample in pieces.samples:
        spoken(sample, "I give none.", steps=True)
        for score in scores_of(sample):
            score["value"] = dict.fromkeys(score["value"], float("nan"))
    mended(pieces)


def asked_no_more(pieces: Pieces) -> None:
    told_none(pieces)
    for sample in pieces.samples:
        first = next(calls_of(sample))
        sample["events"] = [event for event in sample["events"] if event["event"] != "model" or event is first]


@pytest.mark.parametrize("forge", [told_none, told_nothing, asked_no_more])
def test_that_a_model_gives_no_log_probabilities_must_show_in_its_calls(silent, forge, tmp_path):
    pieces = taken_apart(silent.other)
    forge(pieces)
    forged = put_together(pieces, tmp_path / "forged.eval")
    kinds = {fault["kind"] for fault in check(forged, silent.plan, silent.run, suites=SUITES).verdict["faults"]}
    assert "output.edited" in kinds


def test_a_text_that_was_not_asked_for_is_missed(silent, tmp_path):
    pieces = taken_apart(silent.other)
    sample = pieces.samples[0]
    sample["events"].remove(list(calls_of(sample))[-1])
    verdict = check(put_together(pieces, tmp_path / "forged.eval"), silent.plan, silent.run, suites=SUITES).verdict
    [asked] = [fault for fault in verdict["faults"] if fault["kind"] == "asked.edited"]
    assert (asked["said"], asked["found"]) == (f"user: {sample['metadata']['texts'][-1]}", "nothing")


@pytest.fixture(scope="module")
def versions(tmp_path_factory) -> dict[str, tuple[dict, Path]]:
    """Plans and true logs of two versions of a suite."""
    folder = tmp_path_factory.mktemp("versions")
    plans = {version: making.plan("stoa/jailbreak", 24, version=version) for version in ("1", "2")}
    return {version: (plan, making.made(folder, plan)) for version, plan in plans.items()}


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_log_is_held_to_the_version_of_its_plan(versions, version):
    plan, log = versions[version]
    for given in (plan, None):
        verdict = check(log, given, making.RUN if given else None, suites=every_version()).verdict
        assert (verdict["verdict"], verdict["faults"], verdict["suite_version"]) == ("follows", [], version)


def test_a_log_of_another_version_than_the_plans_is_named(versions):
    verdict = check(versions["2"][1], versions["1"][0], making.RUN, suites=every_version()).verdict
    assert {"suite.version", "set.other", "metadata.edited"} <= {fault["kind"] for fault in verdict["faults"]}


def test_a_log_of_a_version_that_is_not_known_here_is_not_judged(versions, tmp_path):
    pieces = taken_apart(versions["1"][1])
    pieces.said["suite_version"] = "99"
    verdict = check(put_together(pieces, tmp_path / "new.eval"), suites=every_version()).verdict
    assert [fault["kind"] for fault in verdict["faults"]] == ["suite.unchecked"]


def test_instants_are_told_as_logs_write_them(workshop):
    run = workshop.run | {"begun_at": "2126-05-04T03:02:01Z"}
    verdict = check(workshop.log, workshop.plan, run, suites=SUITES).verdict
    told = {(fault["said"], str(fault["found"])[:4]) for fault in verdict["faults"] if fault["kind"] == "time.run"}
    assert {said for said, _ in told} == {"2126-05-04T03:02:01+00:00"}
    assert {found for _, found in told} == {str(datetime.now(UTC).year)}


@pytest.mark.parametrize("suite", [name for name in SUITES if name not in (making.LEAK, making.CANARY, "stoa/refusal")])
def test_a_true_log_of_each_suite_has_no_fault_as_it_is_given_away(suite, tmp_path):
    plan = making.plan(suite, 8)
    cleaned(making.made(tmp_path, plan), tmp_path / "given.eval", [f"http://{HOST}:8080/v1", KEY])
    verdict = check(tmp_path / "given.eval", plan, making.RUN, suites=SUITES).verdict
    assert (verdict["verdict"], verdict["faults"], verdict["samples"]) == ("follows", [], 8)


def test_where_the_requests_are_not_at_hand_the_digest_of_the_set_tells_whether_they_were_changed(
    monkeypatch, tmp_path
):
    copy = tmp_path / "copy.csv"
    copy.write_text("\n".join(["Behavior,SemanticCategory", *(f"Request {n},subject {n % 4}" for n in range(8))]))
    monkeypatch.setenv(VARIABLE, str(copy))
    plan = making.plan("stoa/refusal", 8)
    log = making.made(tmp_path, plan)
    monkeypatch.delenv(VARIABLE)
    assert check(log, plan, making.RUN, suites=SUITES).verdict["faults"] == []
    pieces = taken_apart(log)
    before = json.dumps(pieces.samples[0]["input"])
    pieces.samples[0] = json.loads(json.dumps(pieces.samples[0]).replace(before, json.dumps("A milder request.")))
    for row in pieces.summary(pieces.samples[0]):
        row["input"] = "A milder request."
    verdict = check(put_together(pieces, tmp_path / "forged.eval"), plan, making.RUN, suites=SUITES).verdict
    assert {fault["kind"] for fault in verdict["faults"]} == {"set.other"}


THOUGHT = f"It may lie in /home/them/notes, or at http://10.0.0.7:8080/v1, with the key {KEY}."


def test_what_a_model_thought_is_no_secret_of_its_member(workshop, tmp_path):
    pieces = taken_apart(workshop.log)
    for sample in pieces.samples:
        for call in calls_of(sample):
            response = (call.get("call") or {}).get("response") or {}
            thought = {"reasoning_content": THOUGHT, "reasoning": THOUGHT, "refusal": THOUGHT}
            call["call"] = {"request": {}, **(call.get("call") or {})}
            call["call"]["response"] = {**response, "choices": [{"message": thought}]}
    again = put_together(pieces, tmp_path / f"thinking{workshop.log.suffix}")
    verdict = check(again, workshop.plan, workshop.run, suites=SUITES).verdict
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])
