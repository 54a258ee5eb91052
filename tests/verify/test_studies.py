"""The studies of the lab, checked from the record: each thing that could be tampered with is told."""

from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stoa.verify import Outcome
from stoa.verify.powers import Watch
from stoa.verify.reading import Reading
from stoa.verify.report import Report
from stoa.verify.studies import check_studies
from tests.verify.community import Community
from tests.verify.test_votes import begun, blob_of

SALT, NONCE = "5a" * 32, "0b" * 32
KEYS = {who: Ed25519PrivateKey.from_private_bytes(sha256(who.encode()).digest()) for who in ("a", "b")}
LOGS = {run: sha256(f"log {run}".encode()).hexdigest() for run in (1, 2, 3)}


def signed(who: str, run: int, log: str) -> str:
    text = f"stoa-run/1\n7\n{run}\n{NONCE}\n{log}\n"
    return KEYS[who].sign(text.encode()).hex()


def key_of(who: str) -> str:
    return KEYS[who].public_key().public_bytes_raw().hex()


def told() -> list[tuple[str, str, str, dict[str, Any]]]:
    """A study: two attempts of its author, of which one failed, and a reproduction. Type, actor, subject, facts."""

    def run(kind: str, who: str, number: int, **more: Any) -> tuple[str, str, str, dict[str, Any]]:
        facts = {"run": str(number), "study": "s", "number": number, **more}
        return (f"lab.run.{kind}", f"person:{who}", f"run:{number}", facts)

    def began(who: str, number: int, **more: Any) -> tuple[str, str, str, dict[str, Any]]:
        return run("begun", who, number, plan="p2" if number > 1 else "p1", suite="stoa/x", nonce=NONCE, **more)

    def sent(who: str, number: int, **more: Any) -> tuple[str, str, str, dict[str, Any]]:
        log = LOGS[number]
        told = {"log": f"sha256:{log}", "key": key_of(who), "signature": signed(who, number, log)}
        return run("submitted", who, number, **told, **more)

    opened = sha256(bytes.fromhex(SALT) + bytes.fromhex(LOGS[3])).hexdigest()
    study = {"study": "s"}
    return [
        ("lab.key.registered", "person:a", "person:a", {"person": "a", "key": key_of("a")}),
        ("lab.key.registered", "person:b", "person:b", {"person": "b", "key": key_of("b")}),
        ("lab.plan.registered", "person:a", "study:s", {**study, "number": 7, "plan": "p1"}),
        began("a", 1, reproduces=None, independent=None),
        run("failed", "a", 1),
        ("lab.plan.changed", "person:a", "study:s", {**study, "version": 2, "plan": "p2"}),
        began("a", 2, reproduces=None, independent=None),
        sent("a", 2, salt=None),
        run("checked", "clock", 2, verdict="follows", faults=0, measures={}),
        ("lab.result.settled", "clock", "run:2", {"run": "2", "study": "s", "number": 2, "state": "claimed"}),
        began("b", 3, reproduces=2, independent=True),
        sent("b", 3, salt=SALT, commitment=opened),
        run("checked", "clock", 3, verdict="follows", faults=0, measures={}),
        ("lab.result.settled", "clock", "run:2", {"run": "2", "study": "s", "number": 2, "state": "reproduced"}),
        ("lab.study.closed", "person:a", "study:s", {**study, "runs": 3}),
    ]


def outcomes(entries: list[tuple[str, str, str, dict[str, Any]]]) -> dict[str, tuple[Outcome, str]]:
    community: Community = begun()
    for kind, actor, subject, facts in entries:
        community.put(kind, "lab.any", actor, "clock" if actor == "clock" else "member", subject, facts=facts)
    report, reading = Report("here"), Reading(Watch(blob_of(community)))
    for raw in community.entries:
        reading.take(raw)
    assert not reading.malformed
    check_studies(reading.deciding, report)
    return {check.code: (check.outcome, check.detail) for check in report.checks}


def test_a_study_that_was_left_alone_passes() -> None:
    assert outcomes(told()) == {
        "study.runs": (Outcome.PASSED, "Study 7: 3 attempts, numbered without a gap; 2 plans."),
        "study.logs": (Outcome.PASSED, "2 logs."),
        "study.results": (Outcome.PASSED, "1 result, 1 reproduced."),
    }


def at(kind: str, number: int | None = None) -> int:
    """The place of the last entry of this type, about this run."""
    places = [
        place
        for place, one in enumerate(told())
        if one[0] == kind and (number is None or one[3].get("number") == number)
    ]
    return places[-1]


ASIDE = ("lab.run.set_aside", "person:c", "run:3", {"run": "3", "study": "s", "number": 3})
AGAIN = ("lab.run.counts_again", *ASIDE[1:])
CLAIMED = ("lab.result.settled", "clock", "run:2", {"run": "2", "study": "s", "number": 2, "state": "claimed"})


CLAIM_ASIDE = ("lab.run.set_aside", "person:c", "run:2", {"run": "2", "study": "s", "number": 2})
GONE = (*CLAIMED[:3], {**CLAIMED[3], "state": "set_aside"})
CLAIM_AGAIN = ("lab.run.counts_again", *CLAIM_ASIDE[1:])


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ([CLAIM_ASIDE, GONE], Outcome.PASSED),
        ([CLAIM_ASIDE, GONE, CLAIM_AGAIN, told()[-2]], Outcome.PASSED),
        ([CLAIM_ASIDE], Outcome.FAILED),
        ([GONE], Outcome.FAILED),
        ([CLAIM_ASIDE, CLAIMED], Outcome.FAILED),
        ([CLAIM_ASIDE, GONE, CLAIM_AGAIN], Outcome.FAILED),
    ],
)
def test_a_claim_that_was_set_aside_counts_as_nothing_until_it_counts_again(
    more: list[tuple[str, str, str, dict[str, Any]]], outcome: Outcome
) -> None:
    assert outcomes([*told(), *more])["study.results"][0] is outcome


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ([ASIDE, CLAIMED], Outcome.PASSED),
        ([ASIDE, CLAIMED, AGAIN, told()[-2]], Outcome.PASSED),
        ([ASIDE], Outcome.FAILED),
        ([ASIDE, CLAIMED, told()[-2]], Outcome.FAILED),
        ([AGAIN], Outcome.FAILED),
        ([ASIDE, CLAIMED, ASIDE], Outcome.FAILED),
    ],
)
def test_a_reproduction_that_was_set_aside_decides_nothing_until_it_counts_again(
    more: list[tuple[str, str, str, dict[str, Any]]], outcome: Outcome
) -> None:
    assert outcomes([*told(), *more])["study.results"][0] is outcome


@pytest.mark.parametrize(
    ("code", "place", "changed"),
    [
        ("study.runs", at("lab.run.begun", 2), {"number": 3}),
        ("study.runs", at("lab.run.begun", 2), {"plan": "p1"}),
        ("study.runs", at("lab.run.begun", 3), {"reproduces": 9}),
        ("study.runs", at("lab.study.closed"), {"runs": 2}),
        ("study.runs", at("lab.run.begun", 1), {"plan": "p9"}),
        ("study.logs", at("lab.run.submitted", 2), {"log": f"sha256:{LOGS[1]}"}),
        ("study.logs", at("lab.run.submitted", 2), {"key": key_of("b")}),
        ("study.logs", at("lab.run.submitted", 2), {"signature": signed("b", 2, LOGS[2])}),
        ("study.logs", at("lab.run.submitted", 2), {"signature": "no signature"}),
        ("study.logs", at("lab.run.submitted", 3), {"salt": "5b" * 32}),
        ("study.logs", at("lab.run.begun", 2), {"nonce": "0c" * 32}),
        ("study.results", at("lab.run.checked", 2), {"verdict": "differs"}),
        ("study.results", at("lab.run.checked", 3), {"verdict": "differs"}),
        ("study.results", at("lab.run.begun", 3), {"independent": False}),
    ],
)
def test_what_is_changed_is_told(code: str, place: int, changed: dict[str, Any]) -> None:
    entries = told()
    kind, actor, subject, facts = entries[place]
    entries[place] = (kind, actor, subject, {**facts, **changed})
    assert outcomes(entries)[code][0] is Outcome.FAILED


def test_a_reproduction_may_go_by_the_plan_of_its_claim_that_was_changed_since() -> None:
    entries, place = told(), at("lab.run.begun", 3)
    change = ("lab.plan.changed", "person:a", "study:s", {"study": "s", "version": 3, "plan": "p3"})
    entries.insert(place, change)
    assert outcomes(entries)["study.runs"][0] is Outcome.PASSED
    entries[place + 1][3]["plan"] = "p1"
    assert outcomes(entries)["study.runs"][0] is Outcome.FAILED


@pytest.mark.parametrize("left_out", ["lab.run.begun", "lab.plan.registered", "lab.plan.changed", "lab.key.registered"])
def test_what_is_left_out_is_told(left_out: str) -> None:
    entries = told()
    del entries[next(place for place, one in enumerate(entries) if one[0] == left_out)]
    assert Outcome.FAILED in {outcome for outcome, _ in outcomes(entries).values()}


def test_a_key_signs_nothing_once_it_was_ended() -> None:
    entries = told()
    entries.insert(2, ("lab.key.ended", "person:a", "person:a", {"person": "a", "key": key_of("a")}))
    assert outcomes(entries)["study.logs"][0] is Outcome.FAILED


def test_one_log_serves_one_run() -> None:
    entries = told()
    place = at("lab.run.submitted", 3)
    kind, actor, subject, facts = entries[place]
    log = LOGS[2]
    opened = sha256(bytes.fromhex(SALT) + bytes.fromhex(log)).hexdigest()
    again = {"log": f"sha256:{log}", "signature": signed("b", 3, log), "commitment": opened}
    entries[place] = (kind, actor, subject, {**facts, **again})
    outcome, detail = outcomes(entries)["study.logs"]
    assert (outcome, "has the log of" in detail) == (Outcome.FAILED, True)


def test_a_record_without_studies_has_no_such_checks() -> None:
    assert outcomes([]) == {}
