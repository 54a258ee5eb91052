"""The worker has a log checked in a process of its own; where that can't be done the log waits."""

from __future__ import annotations

import sys

import pytest

from stoa.lab.models import Run
from stoa.lab.tasks import check_run, check_what_waits
from tests.cast import Cast, browser
from tests.lab.studying import begun, registered, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_what_is_no_log_is_found_to_be_unreadable(cast: Cast) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    check_run(run.pk)
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.verdict, run.measures.count()) == ("checked", "unreadable", 0)
    assert run.found is not None
    assert run.found["faults"]


def test_a_check_that_ends_without_a_verdict_leaves_the_log_waiting(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    check_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.verdict, run.attempts) == ("submitted", "", 1)


def test_where_nothing_reads_logs_they_wait_without_counting_and_the_lab_says_so(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    monkeypatch.setattr("stoa.lab.apart.find_spec", lambda _: None)
    check_run(run.pk)
    check_what_waits()
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("submitted", 0)
    assert "This server has nothing installed that reads logs" in browser().get("/lab").content.decode()
    monkeypatch.undo()
    page = browser().get("/lab").content.decode()
    assert "1 log waits to be checked." in page
    assert "nothing installed" not in page
