"""The public figures: what the record has anyway, and of reports only what tells of none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from stoa.forum import acts
from stoa.forum.models import Case, Report
from stoa.forum.queries.figures import months, removed_for, reports_by_year
from stoa.kit import clock
from tests.cast import browser, settle
from tests.forum.moderating import Forum
from tests.stage import acting

pytestmark = pytest.mark.django_db
MAY = datetime(2027, 5, 3, 12, tzinfo=UTC)


@pytest.fixture
def forum() -> Forum:
    return Forum()


def test_nothing_is_counted_before_anything_was_done(forum: Forum) -> None:
    forum.reported(forum.post(forum.author))
    settle()
    assert (months(), {count for _, count in reports_by_year()} - {None}) == ([], set())


def test_what_is_on_the_record_is_counted_by_month_and_reason(forum: Forum) -> None:
    with clock.travel(MAY):
        removed = forum.removed(forum.post(forum.author))
        acts.appeal(acting(forum.author), case=removed, words="No.")
        acts.decide_appeal(acting(forum.founder), case=removed, reverse=True)
        acts.restore(acting(forum.steward), case=forum.removed(forum.post(forum.author)))
        settle()
    with clock.travel(MAY + timedelta(days=31)):
        acts.remove(acting(forum.steward), reference=forum.post(forum.author).reference, reason="duplicate")
        settle()
        june, may = months()
        assert (may.month, may.removed, may.restored, may.appeals, may.reversed, may.released, may.hours) == (
            ("2027-05", 2, 1, 1, 1, 0, None)
        )
        assert (june.month, june.removed, dict(june.reasons)) == ("2027-06", 1, {"duplicate": 1})
        assert removed_for(months()) == [("spam", 2), ("duplicate", 1)]


def report_and_leave(forum: Forum, count: int, hours: int) -> None:
    cases = [forum.reported(forum.post(forum.author, f"Text {n}")) for n in range(count)]
    with clock.travel(clock.now() + timedelta(hours=hours, minutes=-30)):
        for case in cases:
            acts.leave(acting(forum.steward), case=case)


@pytest.mark.parametrize(("left", "hours"), [(3, None), (4, 7)])
def test_the_hours_to_a_decision_are_told_of_months_that_are_over_from_five_on(
    forum: Forum, left: int, hours: int | None
) -> None:
    with clock.travel(MAY):
        report_and_leave(forum, left, 7)
        case = forum.reported(forum.post(forum.author))
        acts.remove(acting(forum.steward), reference=case.subject, reason="spam")
        settle()
        assert [month.hours for month in months()] == [None]
    with clock.travel(MAY + timedelta(days=31)):
        assert [month.hours for month in months()] == [hours]


@pytest.mark.parametrize(("count", "told"), [(0, None), (4, None), (5, 5)])
def test_reports_are_counted_by_years_that_are_over_and_none_is_told_from_four(
    forum: Forum, count: int, told: int | None
) -> None:
    with clock.travel(MAY):
        report_and_leave(forum, count, 1)
        assert 2027 not in dict(reports_by_year())
    with clock.travel(MAY + timedelta(days=300)):
        assert reports_by_year()[0] == (2027, told)
        assert Report.objects.count() == count


def test_the_page_and_its_files_say_the_same_to_everybody(forum: Forum) -> None:
    forum.removed(forum.post(forum.author))
    settle()
    assert Case.objects.count() == 1
    shown = browser().get("/forum/moderation").content.decode()
    assert "Moderation in figures" in shown
    assert "No year is over yet." in shown
    (row,) = json.loads(b"".join(browser().get("/forum/moderation?as=json").streaming_content))  # type: ignore[attr-defined]
    assert (row["removed"], row["appeals"], row["hours"]) == (1, 0, None)
    reasons = b"".join(browser().get("/forum/moderation?r-as=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert reasons.splitlines()[:1] == ["reason,removed"]
