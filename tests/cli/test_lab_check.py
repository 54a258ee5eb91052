"""`stoa lab check`: the verdict on a log in words or JSON, and exit codes for programs."""

import json
import subprocess
import sys

import pytest

pytest.importorskip("inspect_ai")

from tests.evaluation import making
from tests.evaluation.forging import put_together, taken_apart

pytestmark = pytest.mark.slow


def stoa(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "stoa.cli", "lab", "check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


def test_true_forged_and_broken_logs_are_told_apart_by_words_and_exit_code(tmp_path):
    plan, path = making.plan(count=4), tmp_path / "plan.json"
    path.write_text(json.dumps(plan))
    log = making.made(tmp_path, plan)
    true = stoa(str(log), "--plan", str(path))
    assert true.returncode == 0, true.stderr
    assert "Every number follows from the log." in true.stdout
    assert "leaked: " in true.stdout
    pieces = taken_apart(log)
    pieces.said["seed"] = 3
    forged = put_together(pieces, tmp_path / "forged.eval")
    told = stoa(str(forged), "--plan", str(path), "--json")
    assert (told.returncode, json.loads(told.stdout)["verdict"]) == (1, "differs")
    forged.write_bytes(b"[/b] no log")
    broken = stoa(str(forged))
    assert (broken.returncode, broken.stdout.splitlines()[0]) == (2, "It can’t be read:")
    path.write_text("no plan")
    assert stoa(str(log), "--plan", str(path)).returncode == 1


def test_a_log_that_takes_all_memory_is_told_to_be_too_large_and_takes_no_more_than_a_server_gives(tmp_path):
    bomb = tmp_path / "bomb.json"
    with bomb.open("wb") as file:
        file.write(b'{"version":2,"status":"success","eval":{"metadata":[[]')
        for _ in range(35):
            file.write(b",[]" * 1_000_000)
        file.write(b"]}}")
    told = stoa(str(bomb))
    assert told.returncode == 2, told.stderr
    assert "[file.large]" in told.stdout
