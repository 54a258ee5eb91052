"""Has a log checked in a process of its own."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stoa.evaluation.verdicts import NoVerdict, Verdict, read
from stoa.kit import clock
from stoa.kit.files import store
from stoa.lab.apart import answer_of, no_answer
from stoa.lab.models import Run, RunMarks

MOST_KNOWN = 200
"""Of so many earlier logs of the suite the samples are known again, the latest first."""


@dataclass(frozen=True)
class Checked:
    """The verdict on a log, and the marks of its samples, one a line."""

    verdict: Verdict
    marks: str


def check(run: Run) -> Checked:
    """Check the log of a run against its plan. Raises `CannotCheck` where there is no verdict."""
    assert run.upload is not None
    with tempfile.TemporaryDirectory(prefix="stoa-check-") as folder:
        plan, facts, marks = (Path(folder) / name for name in ("plan.json", "run.json", "marks"))
        plan.write_text(json.dumps(run.plan.with_digest), encoding="utf-8")
        facts.write_text(json.dumps(_facts(run)), encoding="utf-8")
        asked = [str(store.place(run.upload.digest)), str(plan), str(facts), "--marks", str(marks)]
        done = answer_of("stoa.evaluation.logs", asked, Path(folder))
        try:
            return Checked(read(done.stdout), marks.read_text("utf-8") if marks.exists() else "")
        except NoVerdict:
            raise no_answer(done) from None


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
