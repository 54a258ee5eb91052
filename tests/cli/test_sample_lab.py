"""The logs of the sample: what is put into their heads at loading, and what stays as the model gave it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from stoa.cli.sample import content
from stoa.cli.sample.lab import FOLDER, HEADS, dated
from stoa.evaluation import verdicts

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
