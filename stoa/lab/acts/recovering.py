"""After a restore: takes studies and runs as far as the recovered entries tell, so that no number is given twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from stoa.kit import clock
from stoa.lab import events
from stoa.lab.models import Commitment, ModelVersion, Result, Run, RunKey, Study
from stoa.lab.queries.settling import reckoned

LOST = "The server was restored from a backup that did not have it."


def bring_back(leaves: Sequence[Mapping[str, Any]]) -> None:
    """Called inside the act that recovers the log's tail, with its entries.

    Runs that began after the backup are begun again under their numbers. Logs are lost, and what they were found to say: their
    members send them in anew. What a reproduction was committed to is known where its log was sent in or it failed; a
    commitment of which no entry tells may be made again, and the run says so. So does one whose commitment the backup has, since
    whether somebody committed is told to nobody.
    """
    for leaf in leaves:
        if step := _STEPS.get(leaf["type"]):
            step(leaf, leaf["facts"], datetime.fromisoformat(leaf["at"]))
    told = [leaf["facts"]["run"] for leaf in leaves if leaf["type"] == events.RunSubmitted.type]
    under_way = Run.objects.filter(kind=Run.Kind.REPRODUCTION, state=Run.State.BEGUN)
    under_way.exclude(pk__in=told).update(interrupted=clock.now())


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
        pk=int(facts["run"]),
        study=study,
        number=facts["number"],
        plan=plan,
        version=version,
        suite=facts["suite"],
        suite_version=facts["suite_version"],
        member_id=str(leaf["actor"]).removeprefix("person:"),
        nonce=facts["nonce"],
        kind=Run.Kind.REPRODUCTION if claim else Run.Kind.ORIGINAL,
        reproduces=claim,
        independent=facts.get("independent") if claim else None,
        begun=at,
    )


def _fail(leaf: Mapping[str, Any], facts: Mapping[str, Any], at: datetime) -> None:
    _commit(leaf, facts, at)
    _named(facts).filter(state=Run.State.BEGUN).update(state=Run.State.FAILED, reason=LOST, ended=at)


def _commit(leaf: Mapping[str, Any], facts: Mapping[str, Any], at: datetime) -> None:
    """What a reproduction was committed to, which is told when its log is sent in or it failed."""
    run = _named(facts).filter(kind=Run.Kind.REPRODUCTION).first()
    if run and facts.get("commitment"):
        Commitment.objects.get_or_create(run=run, defaults={"digest": facts["commitment"], "at": at})


def _set_aside(leaf: Mapping[str, Any], facts: Mapping[str, Any], at: datetime) -> None:
    _count(facts, at, set_aside=at, aside=LOST)


def _count_again(leaf: Mapping[str, Any], facts: Mapping[str, Any], at: datetime) -> None:
    _count(facts, at, set_aside=None, aside="")


def _count(facts: Mapping[str, Any], at: datetime, **said: Any) -> None:
    """Whether a run counts; what that makes of its result stands on the record already."""
    if run := _named(facts).filter(verdict=Run.Verdict.FOLLOWS).first():
        Run.objects.filter(pk=run.pk).update(**said)
        for result in Result.objects.filter(claim=run.reproduces or run):
            result.turn(*reckoned(result), at)
            result.save()


def _named(facts: Mapping[str, Any]) -> QuerySet[Run]:
    return Run.objects.filter(pk=facts["run"], study=facts["study"], number=facts["number"])


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
    events.RunSubmitted.type: _commit,
    events.RunSetAside.type: _set_aside,
    events.RunCountsAgain.type: _count_again,
    events.StudyClosed.type: _end(Study.State.CLOSED),
    events.StudyWithdrawn.type: _end(Study.State.WITHDRAWN),
    events.KeyEnded.type: _end_key,
}
