"""Reads of moderation: the cases that somebody handles, what became of one's own pieces and reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Value

from stoa.forum.models import Case, Hidden, Mute, Report
from stoa.forum.rules.moderation import handlers, is_apart, may_know, offices
from stoa.forum.rules.pace import number
from stoa.forum.words.reasons import reason_words
from stoa.kit import clock, registry
from stoa.kit.registry import Shown

MOST_DECIDED = 500
"""Decided cases that the list of them reaches back over."""

WAITING = Q(decided=None) | Q(appeal__isnull=False, appeal__decided=None)


def cases_waiting(person_id: str) -> list[Case]:
    """The cases and appeals that wait for this person, oldest first. For somebody without such an office: one read of roles."""
    now = offices()
    if person_id not in now.all:
        return []
    return [case for case in _whole(Case.objects.filter(WAITING)) if person_id in handlers(case, now)]


def waiting_count(person_id: str) -> int:
    """How many cases and appeals wait for this person. Two queries at most."""
    now = offices()
    if person_id not in now.all:
        return 0
    reporters = ArrayAgg("reports__reporter", filter=Q(reports__isnull=False), default=Value([]))
    waiting = Case.objects.filter(WAITING).select_related("appeal").annotate(reporters=reporters).order_by()
    return sum(person_id in handlers(case, now) for case in waiting)


def cases_decided(person_id: str) -> list[Case]:
    """The latest cases that were decided and that this person may know of, the last first."""
    now = offices()
    if person_id not in now.all:
        return []
    found = _whole(Case.objects.exclude(WAITING).order_by("-decided", "pk")[:MOST_DECIDED])
    return [case for case in found if may_know(case, person_id, now)]


def cases_for_operator() -> list[Case]:
    """The cases that wait and that nobody here may handle."""
    now = offices()
    return [case for case in _whole(Case.objects.filter(WAITING)) if not handlers(case, now)]


def find_case(case_id: str, person_id: str | None) -> Case | None:
    """A case, if this person may know of it."""
    case = _whole(Case.objects.filter(pk=case_id)).first()
    return case if case is not None and may_know(case, person_id, offices()) else None


def waits_for(case: Case, person_id: str | None) -> bool:
    """Whether the case, or an appeal in it, waits for this person to decide."""
    return is_waiting(case) and person_id in handlers(case, offices())


def is_waiting(case: Case) -> bool:
    """Whether something is to be decided: the case itself, or an appeal."""
    return case.decided is None or appeal_waits(case)


def appeal_waits(case: Case) -> bool:
    """Whether the author appealed and nobody has looked again yet."""
    appeal = getattr(case, "appeal", None)
    return appeal is not None and appeal.decided is None


def _whole(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.select_related("appeal", "concerns", "decided_by").prefetch_related("reports__reporter")


@dataclass(frozen=True)
class Matter:
    """A case as the list of cases shows it."""

    case: Case
    shown: Shown | None
    apart: bool

    @property
    def title(self) -> str:
        """What it is about."""
        return self.shown.title if self.shown else registry.label(self.case.subject.partition(":")[0])

    @property
    def asks(self) -> str:
        """What is to be decided, or was."""
        if appeal_waits(self.case):
            return "appeal"
        if self.case.decided:
            return "put back" if self.case.restored else str(Case.Outcome(self.case.outcome).label)
        if self.case.held:
            return "first post"
        return "complaint" if self.case.is_complaint else "report"

    @property
    def since(self) -> datetime:
        """Since when it waits."""
        return self.case.appeal.made if appeal_waits(self.case) else self.case.opened

    @property
    def reasons(self) -> str:
        """For which reasons it was reported, each once; of what was removed, for which reason."""
        codes = [self.case.reason] if self.case.reason else [report.reason for report in self.case.reports.all()]
        return ", ".join(reason_words(code) for code in dict.fromkeys(codes))


def matters(cases: Sequence[Case], viewer_id: str) -> list[Matter]:
    """Cases with what they are about, as this viewer may see it. One query a kind."""
    shown = registry.show([case.subject for case in cases], viewer_id)
    now = offices()
    return [Matter(case, shown.get(case.subject), is_apart(case, now)) for case in cases]


@dataclass(frozen=True)
class Own:
    """What was decided about something of one's own."""

    case: Case
    shown: Shown | None
    appeal_days: int

    @property
    def reason(self) -> str:
        """For which reason."""
        return reason_words(self.case.reason) if self.case.reason else ""

    @property
    def appeal_until(self) -> datetime | None:
        """Until when one may appeal; None where one can't, or has."""
        case = self.case
        if case.outcome != Case.Outcome.REMOVED or case.restored or hasattr(case, "appeal") or case.decided is None:
            return None
        until = case.decided + timedelta(days=self.appeal_days)
        return until if clock.now() < until else None


def decisions_about(person_id: str) -> list[Own]:
    """What moderators decided about what this person wrote or did, the last first; what they left is not told."""
    told = [Case.Outcome.REMOVED, Case.Outcome.RELEASED, Case.Outcome.UPHELD]
    found = (
        Case.objects.filter(concerns=person_id, outcome__in=told).select_related("appeal").order_by("-decided", "pk")
    )
    cases = list(found)
    shown = registry.show([case.subject for case in cases], person_id)
    days = number("appeal_days")
    return [Own(case, shown.get(case.subject), days) for case in cases]


def reports_by(person_id: str) -> list[tuple[Report, Shown | None]]:
    """What this person reported, the last first, each with its case."""
    made = list(Report.objects.filter(reporter=person_id).select_related("case").order_by("-at", "-pk"))
    shown = registry.show([report.case.subject for report in made], person_id)
    return [(report, shown.get(report.case.subject)) for report in made]


def muted_by(person_id: str) -> QuerySet[Mute]:
    """Whom this person muted, the last first."""
    return Mute.objects.filter(person=person_id).select_related("muted")


def hidden_by(person_id: str) -> list[tuple[Hidden, Shown | None]]:
    """What this person hid, the last first."""
    kept = list(Hidden.objects.filter(person=person_id))
    shown = registry.show([each.reference for each in kept], person_id)
    return [(each, shown.get(each.reference)) for each in kept]
