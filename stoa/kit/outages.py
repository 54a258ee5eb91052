"""Outages: the worker notes every few seconds that it is there, and when it comes back, from when to when it was not.

A deadline near which the server was down is moved by that length. What owns the deadline does so in an act of its own,
with `made_up` from here, after `note` and before it lets the deadline pass.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from stoa.kit import clock
from stoa.kit.models import Beat, Outage

RHYTHM = timedelta(seconds=5)
LEAST = timedelta(minutes=2)
"""A shorter absence, such as a restart, is no outage."""

NEAR = timedelta(hours=24)
"""Before a deadline, an outage counts from this long."""


def note() -> Outage | None:
    """Note that the worker is at work; the outage that has just ended, if there was one."""
    now = clock.now()
    with transaction.atomic():
        last = Beat.objects.select_for_update().filter(pk=1).first()
        if last is not None and timedelta(0) <= now - last.at < RHYTHM:
            return None
        steady = clock.steady()
        Beat.objects.update_or_create(pk=1, defaults={"at": now, "steady": steady})
        if last is None or now - last.at < LEAST or _was_set(last, steady):
            return None
        return Outage.objects.create(began=last.at, ended=now)


def _was_set(last: Beat, steady: float) -> bool:
    """Whether the worker was there a moment ago on this machine, so that its clock was put forward and no time passed."""
    return last.steady is not None and 0 <= steady - last.steady < LEAST.total_seconds()


def made_up(deadline: datetime, *, ends: datetime, after: datetime) -> tuple[datetime, datetime] | None:
    """The deadline moved by the outages near it that ended after `after`, and up to when they are made up; None without any.

    `ends` is when the grace behind the deadline is over: an outage that began later came too late to keep anybody out.
    """
    grace, moved, last = ends - deadline, deadline, after
    for outage in Outage.objects.filter(ended__gt=after).order_by("began"):
        near = max(outage.began, moved - NEAR)
        if outage.began < moved + grace and outage.ended > near:
            moved += outage.ended - near
            last = outage.ended
    return None if moved == deadline else (moved, last)
