"""Results of other programs are read in whole or refused; ours are written so that they can be read in again."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("inspect_ai")

from stoa.evaluation.formats import every_eval_ever, tables
from stoa.evaluation.formats.imported import BadImport, Reported
from stoa.evaluation.formats.reading import read
from tests.evaluation.every_eval_ever import AGGREGATE

pytestmark = pytest.mark.slow

THEIRS = Path(__file__).parents[3] / "shared" / "data" / "llm_probes" / "eval_results"
ROW = {
    "model": "Small-1B",
    "model_digest": "sha256:5",
    "suite": "stoa/context_leak",
    "suite_version": "1",
    "suite_source": "https://example.org/",
    "measure": "leaked",
    "unit": "share",
    "better": "lower",
    "value": 0.25,
    "error": 0.05,
    "low": 0.16,
    "high": 0.37,
    "samples": 50,
    "state": "claimed",
    "page": "https://example.org/lab/runs/1",
}
LM_EVAL = {
    "results": {
        "arith": {"alias": "arith", "exact_match,none": 0.5, "exact_match_stderr,none": 0.1, "em,strict": 0.25}
    },
    "configs": {"arith": {"task": "arith"}},
    "higher_is_better": {"arith": {"exact_match": True}},
    "n-samples": {"arith": {"original": 4, "effective": 4}},
    "model_name": "small/one",
    "lm_eval_version": "0.4.9",
}
GARAK = [
    {"entry_type": "start_run setup", "plugins.target_name": "small"},
    {"entry_type": "init", "garak_version": "0.13.3"},
    {"entry_type": "attempt", "uuid": "a"},
    {"entry_type": "eval", "probe": "test.Test", "detector": "always.Pass", "passed": 6, "total_evaluated": 8},
]


def lines(rows: list) -> str:
    return "\n".join(json.dumps(row) for row in rows)


@pytest.mark.skipif(not THEIRS.exists(), reason="the files of other programs are not at hand")
def test_files_of_other_programs_are_read():
    log, report = read(THEIRS / "inspect_log_security-guide.json"), read(THEIRS / "garak_report.jsonl")
    assert (log.format, log.samples > 0, len(log.measures) > 0, log.licence) == ("inspect", True, True, "unknown")
    assert log.sha256 == hashlib.sha256((THEIRS / "inspect_log_security-guide.json").read_bytes()).hexdigest()
    assert (report.format, report.model, report.made_by) == ("garak", "qwen2", "garak 0.13.3.pre1")
    assert report.measures == (Reported("test.Test", "passed always.Pass", 1.0, None, 8, "higher"),)


def test_a_garak_report_is_read(tmp_path):
    path = tmp_path / "report.jsonl"
    path.write_text(lines(GARAK))
    found = read(path)
    assert (found.model, found.samples) == ("small", 1)
    assert found.measures == (Reported("test.Test", "passed always.Pass", 0.75, None, 8, "higher"),)


def test_lm_eval_results_are_read_with_the_samples_beside_them(tmp_path):
    path = tmp_path / "results_2026-01-21T03-44-18.json"
    path.write_text(json.dumps(LM_EVAL))
    (tmp_path / "samples_arith_2026-01-21T03-44-18.jsonl").write_text(lines([{"doc_id": 0}, {"doc_id": 1}]))
    (tmp_path / "samples_arith_2025-01-01T00-00-00.jsonl").write_text(lines([{"doc_id": 0}]))
    found = read(path)
    assert (found.model, found.made_by, found.samples) == ("small/one", "lm-eval 0.4.9", 2)
    assert found.measures == (
        Reported("arith", "exact_match", 0.5, 0.1, 4, "higher"),
        Reported("arith", "em (strict)", 0.25, None, 4, None),
    )


def test_our_results_are_read_in_again_as_every_eval_ever(tmp_path):
    [made] = every_eval_ever.written([ROW], source="A community", organisation="Its members", retrieved=1_800_000_000)
    path = tmp_path / "ours.json"
    path.write_text(json.dumps(made))
    found = read(path)
    assert (found.format, found.model) == ("every-eval-ever", "Small-1B")
    assert found.measures == (Reported("stoa/context_leak", "leaked", 0.25, 0.05, 50, "lower"),)


@pytest.mark.parametrize(("unit", "bounds"), [("share", (0, 1)), ("auroc", (0, 1)), ("bits", (None, None))])
def test_ours_hold_what_the_schema_demands(unit, bounds):
    [made] = every_eval_ever.written([ROW | {"unit": unit}], source="A", organisation="B", retrieved=1_800_000_000)
    jsonschema.validate(made, AGGREGATE)
    metric = made["evaluation_results"][0]["metric_config"]
    assert (metric["min_score"], metric["max_score"]) == bounds


def test_each_model_and_suite_is_a_file_of_its_own():
    rows = [ROW, ROW | {"measure": "answered"}, ROW | {"model": "Other"}]
    made = every_eval_ever.written(rows, source="A community", organisation="Its members", retrieved=1)
    assert [len(one["evaluation_results"]) for one in made] == [2, 1]


def test_csv_and_json_say_the_same_and_no_cell_is_a_formula():
    rows = [ROW, ROW | {"model": "=1+1"}]
    table = list(csv.DictReader(io.StringIO(tables.as_csv(rows))))
    assert [row["model"] for row in table] == ["Small-1B", "'=1+1"]
    assert float(table[0]["value"]) == 0.25
    assert json.loads(tables.as_json(rows)) == [dict(row) for row in rows]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "words",
        "{}",
        "[]",
        "{" * 100_000,
        '{"results": {}, "configs": {}}',
        '{"results": 7, "configs": {}}',
        '{"evaluation_results": [{}]}',
        '{"evaluation_results": [], "evaluation_results": []}',
        '{"evaluation_results": [{"score_details": {"score": NaN}}]}',
        lines(GARAK[:3]),
        lines([*GARAK, {"entry_type": "eval", "passed": 9, "total_evaluated": 8}]),
        lines(GARAK)[:-20],
        lines(GARAK) + "\n[]",
        '{"eval": {"task_id": 1}, "plan": 1}',
    ],
)
def test_what_can_not_be_read_is_refused_with_a_reason(data, tmp_path):
    path = tmp_path / "results_x.json"
    path.write_text(data)
    with pytest.raises(BadImport, match=r"\w"):
        read(path)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(32, 126)), min_size=1, max_size=6),
    which=st.integers(0, 2),
)
def test_mutated_files_are_read_or_refused(changes, which, tmp_path):
    [ours] = every_eval_ever.written([ROW], source="A", organisation="B", retrieved=1)
    data = bytearray([lines(GARAK), json.dumps(LM_EVAL), json.dumps(ours)][which].encode())
    for place, byte in changes:
        data[int(place * len(data))] = byte
    path = tmp_path / "mutated.json"
    path.write_bytes(bytes(data))
    try:
        found = read(path)
    except BadImport:
        return
    assert all(abs(one.value) < 1e300 and one.name.isprintable() for one in found.measures)


def test_a_fault_of_a_file_tells_nothing_of_where_it_lies(tmp_path: Path) -> None:
    broken = tmp_path / ("b7" * 32)
    broken.write_text("{not JSON")
    closed = tmp_path / "no such file"
    for file in (broken, closed):
        done = subprocess.run(
            [sys.executable, "-m", "stoa.evaluation.formats", str(file)], capture_output=True, text=True, check=True
        )
        fault = json.loads(done.stdout)["fault"]
        assert fault
        assert not any(part in fault for part in (str(tmp_path), file.name))
