"""Has a log checked in a process of its own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stoa.evaluation.verdicts import NoVerdict, Verdict, read
from stoa.kit import clock
from stoa.kit.files import store
from stoa.lab.apart import answer_of, no_answer
from stoa.lab.models import Run, RunMarks

AT_ONCE = 2_000
"""So many marks are looked for in one query."""


@dataclass(frozen=True)
class Checked:
    """The verdict on a log, and the marks of its samples."""

    verdict: Verdict
    marks: Sequence[str]


def check(run: Run) -> Checked:
    """Check the log of a run against its plan. Raises `CannotCheck` where there is no verdict.

    Where one of its marks is that of another run's log, it is checked once more with those, so that the verdict says where.
    """
    checked = _checked(run, [])
    known = known_marks(run, checked.marks)
    return _checked(run, known) if known else checked


def known_marks(run: Run, marks: Sequence[str]) -> list[str]:
    """Those of these marks that the log of another run left, whenever that was."""
    found: set[str] = set()
    others = RunMarks.objects.exclude(run=run)
    for begin in range(0, len(marks), AT_ONCE):
        some = marks[begin : begin + AT_ONCE]
        for theirs in others.filter(marks__overlap=some).values_list("marks", flat=True).iterator():
            found |= set(theirs).intersection(some)
    return sorted(found)


def _checked(run: Run, known: Sequence[str]) -> Checked:
    assert run.upload is not None
    with tempfile.TemporaryDirectory(prefix="stoa-check-") as folder:
        plan, facts, marks = (Path(folder) / name for name in ("plan.json", "run.json", "marks"))
        plan.write_text(json.dumps(run.plan.with_digest), encoding="utf-8")
        facts.write_text(json.dumps(_facts(run, known)), encoding="utf-8")
        asked = [str(store.place(run.upload.digest)), str(plan), str(facts), "--marks", str(marks)]
        done = answer_of("stoa.evaluation.logs", asked, Path(folder))
        try:
            return Checked(read(done.stdout), marks.read_text("utf-8").splitlines() if marks.exists() else [])
        except NoVerdict:
            raise no_answer(done) from None


def _facts(run: Run, known: Sequence[str]) -> dict[str, Any]:
    """What the log has to agree with, beside the plan."""
    assert run.submitted is not None
    assert run.key is not None
    same = Run.objects.exclude(pk=run.pk).filter(log_digest=run.log_digest).values_list("log_digest", flat=True)
    return {
        "run": run.number,
        "nonce": run.nonce,
        "suite": run.suite,
        "model_digest": run.version.digest,
        "begun_at": clock.stamp(run.begun),
        "received_at": clock.stamp(run.submitted),
        "key": run.key.key,
        "signature": run.signature,
        "known_logs": list(same[:1]),
        "known_marks": list(known),
    }
