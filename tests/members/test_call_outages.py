"""A call whose end fell into an outage closes later by its length, on the record, and only once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed
from stoa.members import acts as members
from stoa.members.tasks import tick
from stoa.record.models import Entry
from tests.members.calling import opened
from tests.stage import Stage

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_call_whose_end_fell_into_an_outage_is_open_again_when_the_server_is_back() -> None:
    stage = Stage()
    call = opened(stage)
    closes, ends = call.closes, call.ends
    with clock.travel(closes - 2 * HOUR):
        tick()
    with clock.travel(ends + 3 * HOUR):  # six hours later
        tick()
        tick()
    call.refresh_from_db()
    assert call.phase == "open"
    assert round((call.closes - closes) / HOUR, 2) == 6
    (entry,) = Entry.objects.filter(type="members.call.extended")
    told = json.loads(bytes(entry.body))
    assert (told["actor"], round(told["facts"]["outage_seconds"] / 3600, 2)) == ("clock", 6)
    for minutes in range(30):
        with clock.travel(ends + 3 * HOUR + timedelta(minutes=minutes)):
            tick()
    call.refresh_from_db()
    assert (call.phase, Entry.objects.filter(type="members.call.extended").count()) == ("open", 1)
    with clock.travel(call.ends):
        members.close_call(CLOCK, call=call)


def test_an_outage_long_before_the_end_moves_nothing() -> None:
    stage = Stage()
    call = opened(stage)
    for instant in (call.opens + HOUR, call.opens + 9 * HOUR):
        with clock.travel(instant):
            tick()
    before = call.closes
    call.refresh_from_db()
    assert call.closes == before
    with pytest.raises(Closed, match="no outage"):
        members.make_up_outage(CLOCK, call=call)
