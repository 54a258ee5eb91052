"""`stoa events`: lists, gives out and takes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from stoa.cli import events
from stoa.kit.clock import now
from stoa.notices.models import Event
from tests.cli.command import stoa
from tests.notices.holding import hold
from tests.notices.test_schedules import SCHEDULES
from tests.stage import Stage


@pytest.mark.django_db
def test_a_row_says_where_an_event_stands() -> None:
    event = hold(Stage())
    row = events._row(event)
    assert (row["event"], row["title"], row["state"], row["registered"]) == (event.pk, "First workshop", "ahead", 0)
    event.cancelled = now()
    assert events._row(event)["state"] == "cancelled"


@pytest.mark.slow
def test_events_go_through_the_commands(cloned_db: str, tmp_path: Path) -> None:
    hold(Stage())
    schedule, calendar = SCHEDULES / "frab.json", tmp_path / "all.ics"
    shown = stoa("events", "import", schedule, "--preview", "--json", here=True).json
    assert [row["title"] for row in shown] == ["Opening, with coffee", "Second"]
    assert Event.objects.count() == 1
    assert stoa("events", "import", schedule, "--json", here=True).json["added"] == 2
    assert "2 were there before" in stoa("events", "import", schedule, here=True).out
    assert "3 events." in stoa("events", "list", here=True).out
    assert stoa("events", "export", calendar, "--json", here=True).json["events"] == 3
    assert calendar.read_bytes().count(b"BEGIN:VEVENT") == 3
    assert "no schedule that the program can read" in stoa("events", "import", __file__, here=True).fault
