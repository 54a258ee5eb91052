"""Who may see and do what in the lab, who counts as independent, and when a log can be fetched; the acts ask again."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from stoa.charter.queries import terms
from stoa.kit import clock
from stoa.kit.act import Actor
from stoa.kit.looking import kept_in_look
from stoa.kit.powers import may
from stoa.lab.models import Result, Run, Study
from stoa.people.models import Tie

SHARED_WITHIN = timedelta(days=3 * 365)
"""Who worked or studied at the same place within so long is not independent, as with reviewers."""
COUNTED = (Tie.Kind.EMPLOYMENT, Tie.Kind.STUDY)
LOG_OPEN_AFTER_DAYS, RUNS_PER_DAY = 30, 200
"""Where the charter in force names no numbers."""


def may_register_models(actor: Actor) -> bool:
    """Whether the actor may register models and versions."""
    return may(actor, "lab.model.register")


def may_import(actor: Actor) -> bool:
    """Whether the actor may bring results of other programs."""
    return may(actor, "lab.result.import")


def may_draft(actor: Actor) -> bool:
    """Whether the actor may draft studies."""
    return may(actor, "lab.study.draft")


def may_run(actor: Actor) -> bool:
    """Whether the actor may begin runs at all."""
    return may(actor, "lab.run.begin")


def is_author(actor: Actor, study: Study) -> bool:
    """Whether the actor is one of the study's authors."""
    return actor.person_id is not None and "author" in study.standing(actor.person_id)


def takes_runs(study: Study) -> bool:
    """Whether its authors can begin runs now."""
    return study.state == Study.State.REGISTERED


def takes_reproductions(study: Study) -> bool:
    """Whether its results can be reproduced now: also when it is closed."""
    return study.state in {Study.State.REGISTERED, Study.State.CLOSED}


def dependence(person_id: str, study: Study, claim: Run, place: str | None, *, read: bool) -> str:
    """Why somebody's reproduction of this run would not count as independent; nothing where it would.

    `place` is where they and somebody of the study were within the window, if anywhere: the first by name of `places_shared`.
    `read`: whether they could read the run's log: since they committed to a reproduction of it, or since everybody can.
    """
    if person_id == claim.member_id:
        return "You ran it yourself."
    if person_id in people_of(study, claim):
        return "You are an author of the study."
    if place:
        return f"You and somebody of the study were at {place} within the last three years."
    return "You could read its log before you began." if read else ""


def why_dependent(person_id: str, claim: Run) -> str:
    """`dependence`, where what it asks was not read with something else."""
    shared = places_shared(person_id).filter(person__in=people_of(claim.study, claim))
    place = shared.values_list("organisation__name", flat=True).first()
    committed = Run.objects.filter(member=person_id, reproduces=claim, commitment__isnull=False).exists()
    return dependence(person_id, claim.study, claim, place, read=committed or (is_old(claim) and not is_awaited(claim)))


def waits(result: Result) -> bool:
    """Whether a reproduction of it would tell something: nobody independent found the same, and it was not set aside."""
    decided = {Result.State.REPRODUCED, Result.State.ASIDE}
    return result.state not in decided and takes_reproductions(result.study)


def counts(run: Run) -> bool:
    """Whether a run counts: it claims a result or is an independent reproduction, its log holds, and nobody set it aside."""
    decides = run.independent if run.reproduces_id else hasattr(run, "result")
    return bool(decides) and run.verdict == Run.Verdict.FOLLOWS and run.set_aside is None


def is_party(actor: Actor, run: Run) -> bool:
    """Whether what a run decides is the actor's own matter: they ran it, or what it reproduces, or are an author."""
    claim = run.reproduces
    return actor.person_id is not None and actor.person_id in {run.member_id, *people_of(run.study, claim or run)}


def is_old(run: Run) -> bool:
    """Whether the time is over for which a log is kept closed; one on which something waits is kept longer."""
    return run.log_opens is not None and run.log_opens <= clock.now()


def people_of(study: Study, claim: Run) -> set[str]:
    """The authors of a study and who ran the claim."""
    return {claim.member_id, *(author.person_id for author in study.authors.all())}


def places_shared(person_id: str) -> QuerySet[Tie]:
    """The ties of everybody who was at an organisation within the window where this person was too, by its name."""
    since = clock.now().date() - SHARED_WITHIN
    ties = Tie.objects.filter(kind__in=COUNTED).exclude(end__lt=since)
    mine = ties.filter(person=person_id).values("organisation")
    return ties.filter(organisation__in=mine).order_by("organisation__name", "pk")


def log_closed_for() -> timedelta:
    """How long the log of a run is closed, in any case, to who reproduces nothing."""
    return timedelta(days=terms().windows.get("log_open_after_days", LOG_OPEN_AFTER_DAYS))


def may_fetch_log(actor: Actor, run: Run) -> bool:
    """Whether the actor may fetch the log now: it is theirs, it is open, or they committed to a reproduction of the run.

    Who only committed to a reproduction opens the log for themselves alone, since that they did is nobody else's to know.
    """
    if run.log_opens is None or not run.upload_id:
        return False
    if actor.person_id == run.member_id:
        return True
    if not run.verdict:
        return False  # it may hold a key: nobody else reads it before it was looked at
    if is_open(run):
        return True
    return run.reproductions.filter(member=actor.person_id or "", commitment__isnull=False).exists()


def is_open(run: Run) -> bool:
    """Whether everybody can fetch the log: it is old enough, and nobody could copy from it any more what decides a result."""
    return run.log_opens is not None and run.log_opens <= clock.now() and not is_awaited(run)


def is_awaited(run: Run) -> bool:
    """Whether a reproduction can still decide the result of this suite on this version: then no log of it is open to all."""
    if run.study.state == Study.State.WITHDRAWN:
        return False
    kept, key = kept_in_look("results of the lab"), f"{run.study_id} {run.version_id} {run.suite}"
    if key not in kept:
        kept[key] = Result.objects.filter(study=run.study_id, version=run.version_id, suite=run.suite).first()
    result = kept[key]
    return result.keeps_logs_closed if result else takes_runs(run.study)
