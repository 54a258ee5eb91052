"""What a checked run makes of a result: the first whose log holds claims it, independent reproductions settle it."""

from __future__ import annotations

from stoa.kit import clock
from stoa.kit.act import tell
from stoa.lab import events
from stoa.lab.models import Result, Run
from stoa.lab.queries.settling import reckoned


def settle_result(run: Run) -> None:
    """Called inside the act that keeps the verdict on a run, which holds the study."""
    if run.verdict != Run.Verdict.FOLLOWS:
        return
    result = Result.objects.filter(study=run.study, version=run.version, suite=run.suite).first()
    if run.kind == Run.Kind.ORIGINAL:
        if result is None:
            _tell(Result.objects.create(study=run.study, version=run.version, suite=run.suite, claim=run))
        return
    if result is not None and run.reproduces_id == result.claim_id:
        _settle(result)


def _settle(result: Result) -> None:
    state, compared = reckoned(result)
    changed = (state, compared) != (result.state, result.compared)
    if not changed:
        return
    before, result.state, result.compared = result.state, state, compared
    if before != state:
        result.settled = clock.now()
        _tell(result)
    result.save()


def _tell(result: Result) -> None:
    claim = result.claim
    tell(events.ResultSettled(str(claim.pk), claim.study_id, claim.number, str(result.state)))
