"""Invariants of the charter: every act has holders, and somebody keeps the process."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from stoa.charter import queries
from stoa.cli.checks import Invariant
from stoa.kit import clock
from stoa.people.models import Role
from stoa.people.queries import holders


def in_force() -> Iterator[str]:
    """A charter is in force."""
    if queries.in_force() is None:
        yield "No charter is in force."


def powerless() -> Iterator[str]:
    """Every act of the program is named by the charter in force."""
    if queries.in_force() is not None:
        yield from (f"Nobody holds the power to {name}." for name in queries.held_by_nobody())


def founders() -> Iterator[str]:
    """Founders' powers end on a date, and when they have ended there is a steward."""
    endless = Role.objects.filter(role="founder", end=None).count()
    if endless:
        yield f"The powers of {endless} founders end on no date."
    ended = Role.objects.filter(Q(role="founder"), end__lte=clock.now())
    if ended.exists() and not holders("founder").exists() and not holders("steward").exists():
        yield "The founders' powers have ended and there is no steward: nobody keeps the process."


INVARIANTS = [
    Invariant("charter.in_force", "A charter is in force", in_force),
    Invariant("charter.powers", "Every act is held by somebody", powerless),
    Invariant("charter.founders", "Founders' powers end, and somebody keeps the process", founders),
]
