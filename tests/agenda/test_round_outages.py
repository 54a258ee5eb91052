"""A phase whose end fell into an outage ends later by its length, with all that lies behind it, on the record, once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda.models import Question, Round
from stoa.agenda.tasks import advance, tick
from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed
from stoa.record.models import Entry
from tests.cast import Cast, browser, settle
from tests.stage import approve

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
INSTANTS = ("discussion_opens", "vote_opens", "vote_closes")


def down(round_: Round, end: str, hours: int = 6) -> None:
    """The worker is there two hours before an instant, and then again so many hours later."""
    at = getattr(round_, end)
    with clock.travel(at - 2 * HOUR):
        tick()
    with clock.travel(at - 2 * HOUR + hours * HOUR):
        tick()
        tick()


def moved(round_: Round) -> list[float | None]:
    """By how many hours each instant lies later now."""
    now = Round.objects.get(pk=round_.pk)
    pairs = [(getattr(round_, name), getattr(now, name)) for name in INSTANTS]
    return [None if before is None else round((after - before) / HOUR, 2) for before, after in pairs]


def extended() -> list[dict[str, object]]:
    return [json.loads(bytes(entry.body)) for entry in Entry.objects.filter(type="agenda.round.extended")]


def test_questions_can_be_asked_for_as_long_as_the_server_was_down_and_no_later_phase_is_shorter() -> None:
    cast = Cast()
    round_ = cast.round("2027", discussed_after=5)
    down(round_, "discussion_opens")
    assert moved(round_) == [6, 6, 6]
    (entry,) = extended()
    assert entry["actor"] == "clock"
    assert round(entry["facts"]["outage_seconds"] / 3600, 2) == 6  # type: ignore[index]
    settle()
    page = browser().get("/agenda/2027").content.decode()
    assert "The server was down near the end of a phase." in page
    assert "since the server was down" in page
    cast.question(Round.objects.get(), "Still in time?", cost=10, hours=5)


def test_an_outage_over_the_opening_of_the_vote_leaves_the_discussion_where_it_was() -> None:
    round_ = Cast().round("2027", discussed_after=5)
    with clock.travel(round_.discussion_opens + HOUR):  # type: ignore[operator]
        tick()
    down(round_, "vote_opens", 30)
    assert moved(round_)[0] == 0
    assert moved(round_)[1] == moved(round_)[2] >= 24


def voting(cast: Cast) -> tuple[Round, Question]:
    round_ = cast.round("2027")
    question = cast.question(round_, "What leaks?", cost=10, hours=10)
    with clock.travel(round_.vote_opens):
        advance()
    return round_, question


def test_a_vote_near_whose_end_the_server_was_down_closes_later() -> None:
    cast = Cast()
    round_, question = voting(cast)
    for hours in (8, 2, 2):
        with clock.travel(round_.vote_closes - hours * HOUR):
            tick()
    assert moved(round_) == [None, 0, 6]
    now = Round.objects.get()
    assert now.ballot is not None
    assert (now.phase, now.ballot.closes) == (Round.Phase.VOTE, now.vote_closes)
    for minutes in range(3):  # one that is there moves nothing more
        with clock.travel(round_.vote_closes - 2 * HOUR + timedelta(minutes=minutes)):
            tick()
    assert len(extended()) == 1
    with clock.travel(now.vote_closes - HOUR):
        approve([cast.member], now, [question])


def test_a_vote_that_closed_while_the_server_was_down_is_not_opened_again() -> None:
    round_, _ = voting(Cast())
    down(round_, "vote_closes")
    assert (moved(round_), Round.objects.get().phase) == ([None, 0, 0], Round.Phase.CHECKING)


def test_an_outage_in_the_middle_of_a_phase_moves_nothing() -> None:
    round_ = Cast().round("2027")
    for instant in (round_.questions_open + HOUR, round_.questions_open + 9 * HOUR):
        with clock.travel(instant):
            tick()
    assert moved(round_) == [None, 0, 0]
    with pytest.raises(Closed, match="no outage"):
        agenda.make_up_round_outage(CLOCK, round=round_)
