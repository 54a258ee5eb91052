"""The logs of the sample: what is put into their heads at loading, and what stays as the model gave it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stoa.cli.sample import content
from stoa.cli.sample.lab import FOLDER, HEADS, dated
from stoa.evaluation import verdicts
from stoa.evaluation.catalogue import SUITES
from stoa.evaluation.plans import digest_of
from stoa.evaluation.suites.rows import set_digest

BEGUN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
LOGS = [run["log"] for study in content.read("lab")["study"] for run in study["run"] if "log" in run]


@pytest.mark.parametrize("name", LOGS)
def test_a_log_gets_its_heading_and_keeps_its_answers(name: str) -> None:
    log = FOLDER / f"{name}.eval"
    given, made = zipfile.ZipFile(log), zipfile.ZipFile(io.BytesIO(dated(log, {"run": 7}, BEGUN)))
    for head in HEADS:
        assert json.loads(made.read(head))["eval"]["metadata"]["stoa"] == {"run": 7}
    assert json.loads(made.read("header.json"))["eval"]["created"] == "2026-01-02T03:05:00+00:00"
    samples = [one for one in given.namelist() if one.startswith("samples/")]
    assert len(samples) == 24
    for one in samples:
        before, after = (json.loads(file.read(one)) for file in (given, made))
        assert (after["input"], after["output"]["choices"]) == (before["input"], before["output"]["choices"])
        assert after["started_at"].startswith("2026-01-02T03:0")


@pytest.mark.parametrize("name", LOGS)
def test_what_the_checker_said_is_a_verdict_that_follows(name: str) -> None:
    found = verdicts.read((FOLDER / f"{name}.json").read_bytes())
    assert found.verdict == "follows"
    assert all(one.sums for one in found.measures.values() if one.clusters > 1)
    assert (FOLDER / f"{name}.eval").stat().st_size < 1_000_000


def planned(told: dict[str, Any]) -> dict[str, Any]:
    """The plan of a study of the sample, as far as logs are checked by it."""
    version = content.read("lab")["version"]
    suites = [
        {
            **one,
            "version": SUITES[one["name"]].version,
            "set": set_digest(SUITES[one["name"]].samples(told["seed"], 24)),
        }
        for one in told["suite"]
    ]
    model = {"id": "1", "name": "SmolLM2-135M-Instruct", "version": "Q4_1", "digest": version["digest"]}
    return {
        "format": "stoa-plan/1",
        "study": 1,
        "version": 1,
        "seed": told["seed"],
        "models": [model],
        "suites": suites,
    }


@pytest.mark.slow
@pytest.mark.parametrize("study", content.read("lab")["study"], ids=lambda study: str(study["seed"]))
def test_the_checker_still_says_the_same(study: dict[str, Any], tmp_path: Path) -> None:
    from stoa.evaluation.logs.checking import check

    plan = planned(study)
    for number, run in enumerate((one for one in study["run"] if "log" in one), 1):
        suite = next(one for one in plan["suites"] if one["name"] == run["suite"])
        facts = {name: suite[name] for name in ("samples", "set")} | {"suite": suite["name"]}
        told = {"plan": digest_of(plan), "study": 1, "run": number, "nonce": "0b" * 32, "seed": plan["seed"], **facts}
        told |= {"suite_version": suite["version"], "model_digest": plan["models"][0]["digest"]}
        log = tmp_path / f"{number}.eval"
        log.write_bytes(dated(FOLDER / f"{run['log']}.eval", told, BEGUN))
        found = check(log, plan, {**told, "begun_at": BEGUN.isoformat()}, suites=SUITES).verdict
        kept = json.loads((FOLDER / f"{run['log']}.json").read_text(encoding="utf-8"))
        assert (found["verdict"], found["faults"]) == ("follows", [])
        assert json.loads(json.dumps(found["measures"])) == kept["measures"]
