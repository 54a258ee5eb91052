"""Each day's sealed acts are put on the record once the day is over, also when there were none and when the server was down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.people.acts import admit, see_private
from stoa.record.models import Entry
from stoa.record.queries import STRAGGLERS, days_to_seal
from stoa.record.tasks import seal_past_days
from tests.stage import acting, begin

pytestmark = pytest.mark.django_db
EVENING = datetime(2031, 5, 1, 20, 0, tzinfo=UTC)
MIDNIGHT = datetime(2031, 5, 2, tzinfo=UTC)


def sealed() -> list[str]:
    return list(Entry.objects.filter(type="record.day.sealed").order_by("pk").values_list("subject", flat=True))


def test_a_day_is_sealed_once_it_is_over_and_stragglers_are_in() -> None:
    with clock.travel(EVENING):
        begin()
        seal_past_days()
    with clock.travel(MIDNIGHT + STRAGGLERS - timedelta(seconds=5)):
        seal_past_days()
        assert sealed() == []
    with clock.travel(MIDNIGHT + STRAGGLERS + timedelta(seconds=5)):
        seal_past_days()
        seal_past_days()
    assert sealed() == ["day:2031-05-01"]


def test_days_on_which_the_server_was_down_are_sealed_in_order() -> None:
    with clock.travel(EVENING):
        begin()
    with clock.travel(EVENING + timedelta(days=3)):
        assert [day.isoformat() for day in days_to_seal()] == ["2031-05-01", "2031-05-02", "2031-05-03"]
        seal_past_days()
        assert days_to_seal() == []
    assert sealed() == ["day:2031-05-01", "day:2031-05-02", "day:2031-05-03"]


def test_before_the_log_begins_there_is_nothing_to_seal() -> None:
    assert days_to_seal() == []


def test_a_day_with_looks_at_private_things_reads_like_one_without() -> None:
    bodies = []
    for looks in (0, 3):
        start = EVENING + timedelta(days=10 * looks)
        with clock.travel(start):
            begin()
            steward = admit(OPERATOR, name="S", email=f"s{looks}@example.org", roles=["steward"])
            for _ in range(looks):
                see_private(acting(steward), person=steward, what="address")
        with clock.travel(start + timedelta(days=1)):
            seal_past_days()
        bodies.append(bytes(Entry.objects.filter(type="record.day.sealed").latest("pk").body))
    assert len(bodies[0]) == len(bodies[1])
    assert b'"padded":64' in bodies[1]
