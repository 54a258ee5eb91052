"""Outages are noted when the worker comes back, and a deadline near which one lay is moved by its length."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stoa.kit import clock, outages
from stoa.kit.models import Outage

pytestmark = pytest.mark.django_db
DEADLINE = datetime(2027, 3, 31, 12, 0, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
GRACE = HOUR


def at_work(*instants: datetime) -> None:
    """The worker notes at these instants that it is there."""
    for instant in instants:
        with clock.travel(instant):
            outages.note()


def moved_by() -> timedelta:
    """By how much the deadline is moved."""
    found = outages.made_up(DEADLINE, ends=DEADLINE + GRACE, after=DEADLINE - timedelta(days=30))
    return found[0] - DEADLINE if found else timedelta(0)


def test_a_worker_that_is_always_there_has_no_outage() -> None:
    at_work(*(DEADLINE + n * outages.RHYTHM for n in range(5)))
    assert not Outage.objects.exists()


def test_a_restart_is_no_outage_and_two_minutes_are_one() -> None:
    at_work(DEADLINE, DEADLINE + outages.LEAST - SECOND)
    assert not Outage.objects.exists()
    at_work(DEADLINE + 2 * outages.LEAST)
    assert Outage.objects.count() == 1


def test_a_clock_that_is_put_back_is_no_outage_and_is_followed() -> None:
    at_work(DEADLINE, DEADLINE - HOUR, DEADLINE - HOUR + outages.RHYTHM * 2)
    assert not Outage.objects.exists()


def test_a_clock_that_is_put_forward_is_no_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    outages.note()
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + HOUR)  # set, while no time passes
    outages.note()
    assert not Outage.objects.exists()


@pytest.mark.parametrize(
    ("began", "ended", "hours"),
    [
        (-3, -1, 2),  # before the deadline
        (-1, 5, 6),  # over it
        (0.5, 2.5, 2),  # in the grace
        (1, 3, 0),  # it began when the grace was over
        (-30, -25, 0),  # long before
        (-30, -20, 4),  # of which only what was near counts
    ],
)
def test_an_outage_near_a_deadline_moves_it_by_its_length(began: float, ended: float, hours: float) -> None:
    Outage.objects.create(began=DEADLINE + began * HOUR, ended=DEADLINE + ended * HOUR)
    assert round(moved_by() / HOUR, 2) == hours


def test_a_second_outage_before_the_moved_deadline_moves_it_again() -> None:
    Outage.objects.create(began=DEADLINE - HOUR, ended=DEADLINE + HOUR)
    Outage.objects.create(began=DEADLINE + 2 * HOUR + timedelta(minutes=30), ended=DEADLINE + 4 * HOUR)
    assert moved_by() == 3.5 * HOUR


def test_what_was_made_up_is_not_made_up_again() -> None:
    Outage.objects.create(began=DEADLINE - HOUR, ended=DEADLINE + HOUR)
    found = outages.made_up(DEADLINE, ends=DEADLINE + GRACE, after=DEADLINE - timedelta(days=1))
    assert found is not None
    assert outages.made_up(found[0], ends=found[0] + GRACE, after=found[1]) is None
