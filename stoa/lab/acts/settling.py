"""What a checked run makes of a result: the first whose log holds claims it, independent reproductions settle it."""

from __future__ import annotations

from stoa.evaluation.catalogue import suite_of
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
        if result is None and says_what_counts(run):
            _tell(Result.objects.create(study=run.study, version=run.version, suite=run.suite, claim=run))
        return
    if result is not None and run.reproduces_id == result.claim_id:
        _settle(result)


def settle_anew(run: Run) -> None:
    """Settle what a run claims or reproduces. Called inside the acts that let it count no more, or again; they hold the study."""
    result = Result.objects.filter(claim=run.reproduces or run).first()
    if result is not None:
        _settle(result)


def says_what_counts(run: Run) -> bool:
    """Whether the log measures what its plan is about: the primary measure or, of another suite, the one that it reports first."""
    primary, known = run.plan.plan["primary"], suite_of(run.suite, run.suite_version)
    foremost = known.measures[0].name if known else ""
    wanted = primary["measure"] if run.suite == primary["suite"] else foremost
    return run.measures.filter(measure=wanted).exists()


def _settle(result: Result) -> None:
    state, compared = reckoned(result)
    changed = (state, compared) != (result.state, result.compared)
    if not changed:
        return
    before, now = result.state, clock.now()
    result.turn(state, compared, now)
    if before != state:
        result.settled = now
        _tell(result)
    result.save()


def _tell(result: Result) -> None:
    claim = result.claim
    tell(events.ResultSettled(str(claim.pk), claim.study_id, claim.number, str(result.state)))
