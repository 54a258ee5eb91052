"""Who may see and do what in the lab, who counts as independent, and when a log can be fetched; the acts ask again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from stoa.charter.queries import terms
from stoa.kit import clock
from stoa.kit.act import Actor
from stoa.kit.powers import may
from stoa.lab.models import Run, Study
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


def is_author(actor: Actor, study: Study) -> bool:
    """Whether the actor is one of the study's authors."""
    return actor.person_id is not None and "author" in study.standing(actor.person_id)


def takes_runs(study: Study) -> bool:
    """Whether its authors can begin runs now."""
    return study.state == Study.State.REGISTERED


def takes_reproductions(study: Study) -> bool:
    """Whether its results can be reproduced now: also when it is closed."""
    return study.state in {Study.State.REGISTERED, Study.State.CLOSED}


def dependence(person_id: str, study: Study, claim: Run, shared: Mapping[str, str]) -> str:
    """Why somebody's reproduction of this run would not count as independent; nothing where it would.

    `shared` is what `shared_places` gives of the people of the study.
    """
    if person_id == claim.member_id:
        return "You ran it yourself."
    people = people_of(study, claim)
    if person_id in people:
        return "You are an author of the study."
    places = sorted(shared[other] for other in people if other in shared)
    return f"You and somebody of the study were at {places[0]} within the last three years." if places else ""


def people_of(study: Study, claim: Run) -> set[str]:
    """The authors of a study and who ran the claim."""
    return {claim.member_id, *(author.person_id for author in study.authors.all())}


def shared_places(person_id: str, others: Iterable[str]) -> dict[str, str]:
    """Of these others, those who were at an organisation within the window where this person was too, and its name."""
    since = clock.now().date() - SHARED_WITHIN
    ties = Tie.objects.filter(kind__in=COUNTED).exclude(end__lt=since)
    mine = ties.filter(person=person_id).values("organisation")
    rows = ties.filter(person__in=list(others), organisation__in=mine).order_by("-organisation__name")
    return dict(rows.values_list("person", "organisation__name"))


def log_closed_for() -> timedelta:
    """How long after it came the log of a run is closed to who reproduces nothing."""
    return timedelta(days=terms().windows.get("log_open_after_days", LOG_OPEN_AFTER_DAYS))


def may_fetch_log(actor: Actor, run: Run) -> bool:
    """Whether the actor may fetch the log now: it is theirs, it is old enough, or they or others have reproduced the run.

    Who only committed to a reproduction opens the log for themselves alone, since that they did is nobody else's to know.
    """
    if run.log_opens is None or not run.upload_id:
        return False
    if actor.person_id == run.member_id:
        return True
    if not run.verdict:
        return False  # it may hold a key: nobody else reads it before it was looked at
    if run.log_opens <= clock.now():
        return True
    shown = run.reproductions.filter(submitted__isnull=False)
    mine = run.reproductions.filter(member=actor.person_id or "", commitment__isnull=False)
    return shown.exists() or mine.exists()
