"""Reads of how somebody settles in. Only they themselves are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from stoa.charter.models import Policy
from stoa.charter.queries import policy
from stoa.members.models import Acceptance, Onboarding
from stoa.members.rules.onboarding import CONDUCT, OPTIONAL, STEPS


@dataclass(frozen=True)
class Conduct:
    """The code of conduct in force: its version, and when this person accepted it."""

    policy: Policy
    version: int
    accepted: datetime | None
    before: bool
    """Whether they accepted an earlier version."""


@dataclass(frozen=True)
class Settling:
    """How far somebody is: each step is `done`, `skipped` or empty. Without a code of conduct there is none to accept."""

    conduct: Conduct | None
    steps: dict[str, str]

    @property
    def left(self) -> list[str]:
        """The steps that are open, in their order."""
        return [step for step in STEPS if not self.steps[step]]


def settling(person_id: str) -> Settling:
    """How far this person is on their way in."""
    code = conduct_of(person_id)
    kept = Onboarding.objects.filter(pk=person_id).values_list("steps", flat=True).first() or {}
    steps = {step: kept.get(step, "") for step in OPTIONAL}
    return Settling(code, {CONDUCT: "done" if code is None or code.accepted else "", **steps})


def conduct_of(person_id: str) -> Conduct | None:
    """The code of conduct in force, and whether this person accepted it; None where none was published."""
    latest = policy(Policy.Kind.CONDUCT)
    if latest is None:
        return None
    accepted = dict(Acceptance.objects.filter(person=person_id).values_list("policy", "at"))
    return Conduct(latest, version_of(latest), accepted.get(latest.pk), bool(accepted.keys() - {latest.pk}))


def version_of(code: Policy) -> int:
    """Which version of its kind this is, counted from 1."""
    before = Q(published__lt=code.published) | Q(published=code.published, pk__lte=code.pk)
    return Policy.objects.filter(before, kind=code.kind).count()


def code_not_accepted(person_id: str) -> QuerySet[Policy]:
    """The code of conduct in force, unless this person accepted it: one row or none, as a part of another query."""
    latest = Policy.objects.filter(kind=Policy.Kind.CONDUCT).values("pk")[:1]
    mine = Acceptance.objects.filter(policy=OuterRef("pk"), person=person_id)
    return Policy.objects.filter(~Exists(mine), pk=Subquery(latest))


def settling_under_way(person_id: str) -> QuerySet[Onboarding]:
    """What this person has begun and not ended of settling in: one row or none, as a part of another query."""
    return Onboarding.objects.filter(pk=person_id, over=None)
