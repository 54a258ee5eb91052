"""After a restore: takes studies and runs as far as the recovered entries tell, so that no number is given twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from stoa.lab import events
from stoa.lab.models import ModelVersion, Run, RunKey, Study

LOST = "The server was restored from a backup that did not have it."


def bring_back(leaves: Sequence[Mapping[str, Any]]) -> None:
    """Called inside the act that recovers the log's tail, with its entries.

    Runs that began after the backup stand as failed: their logs are lost. What was said of runs that the backup has is sent in
    and checked anew by their members.
    """
    for leaf in leaves:
        if step := _STEPS.get(leaf["type"]):
            step(leaf, leaf["facts"], datetime.fromisoformat(leaf["at"]))


def _begin(leaf: Mapping[str, Any], facts: Mapping[str, Any], at: datetime) -> None:
    study = Study.objects.filter(pk=facts["study"]).first()
    version = ModelVersion.objects.filter(pk=facts["modelversion"]).first()
    plan = study.plans.filter(digest=facts["plan"]).first() if study else None
    if study is None or version is None or plan is None or facts["number"] <= study.last_run:
        return
    study.last_run = facts["number"]
    study.save(update_fields=["last_run"])
    claim = study.runs.filter(number=facts.get("reproduces", 0)).first()
    Run.objects.create(
        study=study,
        number=facts["number"],
        plan=plan,
        version=version,
        suite=facts["suite"],
        suite_version=facts["suite_version"],
        member_id=str(leaf["actor"]).removeprefix("person:"),
        nonce=facts["nonce"],
        state=Run.State.FAILED,
        reason=LOST,
        kind=Run.Kind.REPRODUCTION if claim else Run.Kind.ORIGINAL,
        reproduces=claim,
        independent=facts.get("independent") if claim else None,
        begun=at,
        ended=at,
    )


def _fail(leaf: Mapping[str, Any], facts: Mapping[str, Any], at: datetime) -> None:
    run = Run.objects.filter(pk=facts["run"], study=facts["study"], number=facts["number"], state=Run.State.BEGUN)
    run.update(state=Run.State.FAILED, reason=LOST, ended=at)


def _end(state: Study.State) -> Any:
    def end(leaf: Mapping[str, Any], facts: Mapping[str, Any], at: datetime) -> None:
        found = Study.objects.filter(pk=facts["study"], state=Study.State.REGISTERED)
        found.update(state=state, ended_at=at, ending=LOST)

    return end


def _end_key(leaf: Mapping[str, Any], facts: Mapping[str, Any], at: datetime) -> None:
    RunKey.objects.filter(key=facts["key"], ended=None).update(ended=at)


_STEPS = {
    events.RunBegun.type: _begin,
    events.RunFailed.type: _fail,
    events.StudyClosed.type: _end(Study.State.CLOSED),
    events.StudyWithdrawn.type: _end(Study.State.WITHDRAWN),
    events.KeyEnded.type: _end_key,
}
