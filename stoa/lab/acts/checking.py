"""Acts of the clock on logs that came: taking one up, keeping the verdict, and what it makes of the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from stoa.evaluation.verdicts import Measured, Verdict, faults_in
from stoa.kit import clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed
from stoa.kit.files.acts import forget_if_unused
from stoa.lab import events
from stoa.lab.acts.settling import settle_result
from stoa.lab.models import Run, RunMarks, RunMeasure, packed

TAKEN_UP_FOR = timedelta(minutes=30)
"""After so long a check that was taken up is another's to take up."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(days=1)
"""A check that did not come to its end is begun again after a pause, each twice as long as the one before."""


@act("lab.check.begin", on="run", kind="private")
def take_up(actor: Actor, *, run: Run) -> Run:
    """Take up the check of a log that was sent in."""
    run = locks.exclusive(run)
    stale = run.state == Run.State.CHECKING and run.taken_up is not None and run.taken_up < clock.now() - TAKEN_UP_FOR
    if run.state != Run.State.SUBMITTED and not stale:
        raise Closed("This run waits for no check.")
    run.state, run.taken_up, run.attempts = Run.State.CHECKING, clock.now(), run.attempts + 1
    run.save(update_fields=["state", "taken_up", "attempts"])
    return run


@act("lab.check.put_off", on="run", kind="private")
def put_off(actor: Actor, *, run: Run) -> Run:
    """Let a log wait that can't be checked now, because what checks it is not installed or the worker ended."""
    run = locks.exclusive(run)
    if run.state == Run.State.CHECKING:
        run.state = Run.State.SUBMITTED
        run.save(update_fields=["state"])
    return run


@act("lab.run.check", on="run")
def keep_verdict(actor: Actor, *, run: Run, verdict: Verdict, marks: Sequence[str] = ()) -> Run:
    """Keep what a log was found to say, with every number recomputed; what follows for the result is settled at once.

    A log that holds an endpoint, a key or a place on somebody’s machine is destroyed; its digest stays.
    """
    study = locks.exclusive(run.study)
    run = locks.exclusive(run)
    if run.state != Run.State.CHECKING:
        raise Closed("This run is not being checked.")
    run.study = study
    run.state, run.verdict, run.checked_at = Run.State.CHECKED, verdict.verdict, clock.now()
    run.found = dict(verdict.whole)
    let_go = [run.upload_id] if run.upload_id and tells_secrets(run.found) else []
    if let_go:
        run.upload, run.log_opens = None, None
    run.save()
    forget_if_unused(let_go)
    RunMeasure.objects.bulk_create(_row(run, name, one) for name, one in verdict.measures.items())
    RunMarks.objects.create(run=run, marks=list(marks))
    told = (str(run.pk), run.study_id, run.number, run.verdict, faults_in(run.found))
    tell(events.RunChecked(*told, measures=_as_texts(verdict.measures)))
    settle_result(run)
    return run


def tells_secrets(found: Mapping[str, Any]) -> bool:
    """Whether a log was found to hold what stays on its member’s machine. It is not kept: its member has it."""
    return any(str(kind).startswith("secret.") for kind in found.get("counts") or ())


def _row(run: Run, name: str, one: Measured) -> RunMeasure:
    numbers = {key: getattr(one, key) for key in ("value", "error", "low", "high", "samples", "clusters")}
    sums = dict(one.sums) if one.sums else None
    return RunMeasure(run=run, measure=name, sums=sums, **packed(sums), **numbers)


def _as_texts(measures: Mapping[str, Measured]) -> dict[str, list[str]]:
    """Value, error and samples of each measure, as decimal texts: the record holds no floats."""
    return {name: [f"{one.value:.6f}", f"{one.error:.6f}", str(one.samples)] for name, one in measures.items()}
