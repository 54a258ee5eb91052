"""Has a log checked in a process of its own, with little memory, a time limit and nothing of the server's secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stoa.evaluation.verdicts import NoVerdict, Verdict, read
from stoa.kit import clock
from stoa.kit.files import store
from stoa.lab.models import Run, RunMarks

MEGABYTES, SECONDS = 2_048, 600
"""Address space and processor time of one check."""
WALL_SECONDS = 1_200
"""Of the clock for all of a check; the check itself ends a minute earlier, with a verdict."""
NOT_INSTALLED = 3
MOST_KNOWN = 200
"""Of so many earlier logs of the suite the samples are known again, the latest first."""


class CannotCheck(Exception):
    """The check can't be made here now: what makes it is not installed, or it ended without a verdict."""


@dataclass(frozen=True)
class Checked:
    """The verdict on a log, and the marks of its samples, one a line."""

    verdict: Verdict
    marks: str


def can_check() -> bool:
    """Whether what reads logs is installed beside this server; if not, they wait, however long."""
    return find_spec("inspect_ai") is not None


def check(run: Run) -> Checked:
    """Check the log of a run against its plan. Raises `CannotCheck` where there is no verdict."""
    assert run.upload is not None
    with tempfile.TemporaryDirectory(prefix="stoa-check-") as folder:
        plan, facts, marks = (Path(folder) / name for name in ("plan.json", "run.json", "marks"))
        plan.write_text(json.dumps(run.plan.plan), encoding="utf-8")
        facts.write_text(json.dumps(_facts(run)), encoding="utf-8")
        asked = [str(store.place(run.upload.digest)), str(plan), str(facts), "--marks", str(marks)]
        limits = ["--memory", str(MEGABYTES), "--seconds", str(SECONDS), "--wall", str(WALL_SECONDS - 60)]
        verdict = _verdict([*asked, *limits], Path(folder))
        return Checked(verdict, marks.read_text("utf-8") if marks.exists() else "")


def _verdict(arguments: list[str], folder: Path) -> Verdict:
    program = [sys.executable, "-m", "stoa.evaluation.logs", *arguments, "--parent", str(os.getpid())]
    try:
        done = subprocess.run(
            program, cwd=folder, env=_environment(folder), capture_output=True, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise CannotCheck("The check took too long.") from None
    if done.returncode == NOT_INSTALLED:
        raise CannotCheck("What checks logs is not installed here.")
    try:
        return read(done.stdout)
    except NoVerdict:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise CannotCheck(f"The check ended with {done.returncode}: {' '.join(last)[:300]}") from None


def _environment(folder: Path) -> dict[str, str]:
    """What the check may know of this machine: where programs are, and the local copies of prompts that suites read."""
    kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("STOA_LAB_")}
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder), "OMP_NUM_THREADS": "1", "PYTHONPATH": _source()}


def _source() -> str:
    """Where this program is imported from, so that the check is of the same version."""
    return str(Path(__file__).resolve().parents[2])


def _facts(run: Run) -> dict[str, Any]:
    """What the log has to agree with, beside the plan."""
    assert run.submitted is not None
    assert run.key is not None
    others = Run.objects.exclude(pk=run.pk).exclude(log_digest="").filter(suite=run.suite).order_by("-pk")
    marks = RunMarks.objects.filter(run__in=others.values("pk")).exclude(run=run).order_by("-pk")[:MOST_KNOWN]
    return {
        "run": run.number,
        "nonce": run.nonce,
        "suite": run.suite,
        "model_digest": run.version.digest,
        "begun_at": clock.stamp(run.begun),
        "received_at": clock.stamp(run.submitted),
        "key": run.key.key,
        "signature": run.signature,
        "known_logs": list(others.filter(log_digest=run.log_digest).values_list("log_digest", flat=True)),
        "known_marks": sorted({mark for one in marks for mark in one.marks.splitlines()}),
    }
