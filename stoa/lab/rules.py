"""Who may see and do what in the lab, who counts as independent, and when a log can be fetched; the acts ask again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from stoa.charter.queries import terms
from stoa.kit import clock
from stoa.kit.act import Actor
from stoa.kit.powers import may
from stoa.lab.models import Result, Run, Study
from stoa.people.models import Tie

SHARED_WITHIN = timedelta(days=3 * 365)
"""Who worked or studied at the same place within so long is not independent, as with reviewers."""
COUNTED = (Tie.Kind.EMPLOYMENT, Tie.Kind.STUDY)
LOG_OPEN_AFTER_DAYS, RUNS_PER_DAY = 30, 200
"""Where the charter in force names no numbers."""


@dataclass(frozen=True)
class Known:
    """What tells whether somebody is independent: with whom they share which place, and which claims' logs they could read."""

    shared: Mapping[str, str]
    read: frozenset[int]


def may_register_models(actor: Actor) -> bool:
    """Whether the actor may register models and versions."""
    return may(actor, "lab.model.register")


def may_import(actor: Actor) -> bool:
    """Whether the actor may bring results of other programs."""
    return may(actor, "lab.result.import")


def may_draft(actor: Actor) -> bool:
    """Whether the actor may draft studies."""
    return may(actor, "lab.study.draft")


def is_author(actor: Actor, study: Study) -> bool:
    """Whether the actor is one of the study's authors."""
    return actor.person_id is not None and "author" in study.standing(actor.person_id)


def takes_runs(study: Study) -> bool:
    """Whether its authors can begin runs now."""
    return study.state == Study.State.REGISTERED


def takes_reproductions(study: Study) -> bool:
    """Whether its results can be reproduced now: also when it is closed."""
    return study.state in {Study.State.REGISTERED, Study.State.CLOSED}


def dependence(person_id: str, claim: Run, known: Known) -> str:
    """Why somebody's reproduction of this run would not count as independent; nothing where it would."""
    if person_id == claim.member_id:
        return "You ran it yourself."
    people = people_of(claim)
    if person_id in people:
        return "You are an author of the study."
    if places := sorted(known.shared[other] for other in people if other in known.shared):
        return f"You and somebody of the study were at {places[0]} within the last three years."
    return "You could read its log before you began." if claim.pk in known.read else ""


def why_dependent(person_id: str, claim: Run) -> str:
    """`dependence` of a single claim."""
    return dependence(person_id, claim, known_of(person_id, [claim]))


def known_of(person_id: str, claims: Sequence[Run]) -> Known:
    """What `dependence` asks of somebody, for all of these claims at once."""
    others = {person for claim in claims for person in people_of(claim)}
    committed = Run.objects.filter(member=person_id, reproduces__in=claims, commitment__isnull=False)
    read = {run.reproduces_id for run in committed if run.reproduces_id is not None}
    return Known(shared_places(person_id, others), frozenset(read | _open_claims(claims)))


def _open_claims(claims: Sequence[Run]) -> set[int]:
    """Of these claims, those whose logs everybody can fetch."""
    old = {claim.pk for claim in claims if claim.log_opens and claim.log_opens <= clock.now()}
    waiting = Result.objects.filter(claim__in=old, state__in=Result.WAITING).values_list("claim", flat=True)
    return old - set(waiting) if old else old


def people_of(claim: Run) -> set[str]:
    """The authors of a claim's study and who ran it."""
    return {claim.member_id, *(author.person_id for author in claim.study.authors.all())}


def shared_places(person_id: str, others: Iterable[str]) -> dict[str, str]:
    """Of these others, those who were at an organisation within the window where this person was too, and its name."""
    since = clock.now().date() - SHARED_WITHIN
    ties = Tie.objects.filter(kind__in=COUNTED).exclude(end__lt=since)
    mine = ties.filter(person=person_id).values("organisation")
    rows = ties.filter(person__in=list(others), organisation__in=mine).order_by("-organisation__name")
    return dict(rows.values_list("person", "organisation__name"))


def log_closed_for() -> timedelta:
    """How long the log of a run is closed, in any case, to who reproduces nothing."""
    return timedelta(days=terms().windows.get("log_open_after_days", LOG_OPEN_AFTER_DAYS))


def may_fetch_log(actor: Actor, run: Run) -> bool:
    """Whether the actor may fetch the log now: it is theirs, it is open, or they committed to a reproduction of the run.

    Who only committed to a reproduction opens the log for themselves alone, since that they did is nobody else's to know.
    """
    if run.log_opens is None or not run.upload_id:
        return False
    if actor.person_id == run.member_id or is_open(run):
        return True
    return run.reproductions.filter(member=actor.person_id or "", commitment__isnull=False).exists()


def is_open(run: Run) -> bool:
    """Whether everybody can fetch the log: it is old enough, and nobody could copy from it any more what decides a result."""
    return run.log_opens is not None and run.log_opens <= clock.now() and not is_awaited(run)


def is_awaited(run: Run) -> bool:
    """Whether a reproduction can still decide the result of this suite on this version: then no log of it is open to all."""
    if run.study.state == Study.State.WITHDRAWN:
        return False
    result = Result.objects.filter(study=run.study_id, version=run.version_id, suite=run.suite).first()
    return result.state in Result.WAITING if result else takes_runs(run.study)
