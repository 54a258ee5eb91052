"""Every forgery of a true log is named, and a true log has no fault."""

import json
import random
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

pytest.importorskip("inspect_ai")

from stoa.evaluation.catalogue import SUITES
from stoa.evaluation.logs.checking import check
from stoa.evaluation.sealing import signed_text
from tests.evaluation import forgeries, making
from tests.evaluation.forging import FORGERIES, Forgery, put_together, taken_apart

pytestmark = pytest.mark.slow

assert forgeries


@dataclass(frozen=True)
class Workshop:
    """A plan, a true log for it, and a true log of another run for the same plan whose marks are known."""

    plan: dict
    log: Path
    other: Path
    run: dict


@pytest.fixture(scope="module", params=["eval", "json"])
def workshop(request, tmp_path_factory) -> Workshop:
    folder, plan = tmp_path_factory.mktemp("logs"), making.plan()
    log = making.made(folder, plan, kind=request.param)
    other = making.made(folder, plan, run=11, nonce="9" * 64, seed=2, kind=request.param)
    before = making.RUN | {"run": 11, "nonce": "9" * 64}
    marks = check(other, plan, before, suites=SUITES).marks
    return Workshop(plan, log, other, making.RUN | {"known_marks": sorted(marks)})


def test_a_true_log_has_no_fault(workshop):
    verdict = check(workshop.log, workshop.plan, workshop.run, suites=SUITES).verdict
    assert (verdict["verdict"], verdict["faults"]) == ("follows", [])
    assert verdict["measures"]["leaked"]["samples"] + verdict["measures"]["answered"]["samples"] == 24


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


def test_log_known_to_the_byte_is_named(workshop):
    digest = check(workshop.log, workshop.plan, workshop.run, suites=SUITES).verdict["log"]
    again = check(workshop.log, workshop.plan, workshop.run | {"known_logs": [digest]}, suites=SUITES).verdict
    assert [fault["kind"] for fault in again["faults"]] == ["log.reused"]


def test_plan_registered_after_the_run_began_is_named(workshop):
    plan = workshop.plan | {"registered_at": "2026-06-01T00:00:00Z"}
    verdict = check(workshop.log, plan, workshop.run, suites=SUITES).verdict
    assert {fault["kind"] for fault in verdict["faults"]} == {"plan.late", "plan.other"}
