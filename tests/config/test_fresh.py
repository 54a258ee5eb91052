"""How long a page holds: two seconds, and never past the next instant at which a phase begins or ends by the clock."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda.queries import next_instant
from stoa.config.fresh import holds_until
from stoa.config.visitors import LONGEST
from stoa.kit import clock
from tests.members.calling import announce
from tests.stage import Stage, acting

pytestmark = pytest.mark.django_db


def left() -> float:
    begun = time.monotonic()
    return holds_until() - begun


def test_without_a_round_a_page_holds_for_two_seconds() -> None:
    assert left() == pytest.approx(LONGEST, abs=0.2)


@pytest.mark.parametrize("name", ["questions_open", "discussion_opens", "vote_opens", "vote_closes"])
def test_a_page_holds_until_the_next_instant_of_any_round(name: str) -> None:
    stage, now = Stage(), clock.now()
    round_ = agenda.announce_round(
        acting(stage.steward),
        slug="2027",
        title="What should we work on?",
        summary="",
        questions_open=now + timedelta(days=1),
        discussion_opens=now + timedelta(days=2),
        vote_opens=now + timedelta(days=9),
        vote_closes=now + timedelta(days=12),
    )
    stage.round("2028", days=30)
    instant = getattr(round_, name)
    with clock.travel(instant - timedelta(seconds=1.2)):
        assert 0.2 < left() <= 1.2
    with clock.travel(instant + timedelta(seconds=1)):
        assert left() == pytest.approx(LONGEST, abs=0.2)
    assert next_instant(instant - timedelta(microseconds=1)) == instant
    assert next_instant(instant) != instant


@pytest.mark.parametrize("name", ["opens", "closes", "ends"])
def test_a_page_holds_until_the_next_instant_of_any_call(name: str) -> None:
    call = announce(Stage(), opens=clock.now() + timedelta(days=1))
    instant = getattr(call, name)
    with clock.travel(instant - timedelta(seconds=1.2)):
        assert 0.2 < left() <= 1.2
    with clock.travel(instant + timedelta(seconds=1)):
        assert left() == pytest.approx(LONGEST, abs=0.2)


def test_rounds_that_are_over_have_no_instant_ahead() -> None:
    round_ = Stage().round(days=10)
    assert next_instant(round_.vote_closes) is None
