"""Whether somebody may begin a run of a study now: asked by the act, and before it by a program that would warm up a model."""

from __future__ import annotations

from datetime import timedelta

from stoa.charter.queries import terms
from stoa.kit import clock
from stoa.kit.act import Actor, authority
from stoa.kit.faults import Closed, Refused, TooFast
from stoa.lab import rules
from stoa.lab.models import Run, Study

MOST_UNREADABLE = 10
"""Within a day."""


def demand_may_begin(actor: Actor, study: Study, reproduces: Run | None) -> None:
    """Raise what says why not, and what would be right: the power, authorship, the state of the study, the pace."""
    authority()(actor, "lab.run.begin", None)
    if reproduces is None:
        if not rules.takes_runs(study):
            raise Closed("This study takes no runs now.", remedy="Its page says where it stands.")
        if not rules.is_author(actor, study):
            raise Refused(
                "You are not an author of this study.",
                remedy="Reproduce one of its runs: that counts as much.",
                code="not-author",
            )
    elif not rules.takes_reproductions(study):
        raise Closed("This study was withdrawn.", remedy="Reproduce another.")
    elif Run.objects.filter(pk=reproduces.pk, set_aside__isnull=False).exists():  # read anew, the study being held
        raise Closed("This run was set aside: it claims nothing.", remedy="Its page says why. Reproduce another.")
    else:
        _check_alone(actor.person_id or "", reproduces)
    _check_pace(actor.person_id or "")


def _check_alone(person_id: str, claim: Run) -> None:
    """One reproduction of a claim at a time, or a second could be made from what a first gave to read."""
    under_way = claim.reproductions.filter(member=person_id, state=Run.State.BEGUN).first()
    if under_way:
        raise Closed(
            f"Your run {under_way.number} reproduces this already.",
            remedy=f"Go on with it, or say that it failed: stoa lab failed {claim.study.number} {under_way.number} REASON",
        )


def _check_pace(person_id: str) -> None:
    """Within the charter's number a day: numbers are for ever, and scripts fast. A log that can't be read may cost minutes."""
    most, today = terms().limits.get("runs_per_day", rules.RUNS_PER_DAY), clock.now() - timedelta(days=1)
    mine = Run.objects.filter(member=person_id)
    if mine.filter(begun__gt=today).count() >= most:
        raise TooFast(f"You began {most} runs within a day.", remedy="Go on tomorrow.")
    if mine.filter(verdict=Run.Verdict.UNREADABLE, checked_at__gt=today).count() >= MOST_UNREADABLE:
        raise TooFast(
            f"{MOST_UNREADABLE} logs of yours could not be read within a day.",
            remedy="Look at one with “stoa lab check”, and go on tomorrow.",
        )
