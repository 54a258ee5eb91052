"""Words that several pages of the agenda share: amounts in a round's unit, effort as a range, steps with their instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.html import format_html

from stoa.agenda.models import Question, Round
from stoa.kit import instants


def amount(round: Round, units: int | None) -> str:
    """A cost or capacity in words: `120 hours`. Costs are kept in 1/scale of the unit."""
    if units is None:
        return "–"
    one = units == round.scale and round.unit.islower()
    unit = round.unit.removesuffix("s") if one else round.unit
    return f"{figure(round, units)} {unit}"


def figure(round: Round, units: int | None) -> str | None:
    """The same without its unit; None where there is none."""
    if units is None:
        return None
    places = max(2, len(str(round.scale)) - 1) if round.scale > 1 else 0
    return number_format(Decimal(units) / round.scale if places else units, decimal_pos=places, force_grouping=True)


def span(low: int | None, high: int | None) -> str:
    """A range of hours in words: `120–200`."""
    if low is None or high is None:
        return "–"
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 question`, `3 questions`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def by(question: Question) -> str:
    """Who proposed a question, as everybody may know."""
    if not question.signed:
        return "a member"
    return question.author.shown_name if question.author else "from a file"


def zone(round: Round) -> str:
    """The zone in which a round's instants are said."""
    return "AoE" if round.anywhere_on_earth else ""


def checking_ends(round: Round) -> datetime | None:
    """When the time for checking is over; None before the vote was sealed."""
    ballot = round.ballot
    if ballot is None or ballot.sealed is None:
        return None
    return ballot.sealed + timedelta(hours=ballot.window_hours)


@dataclass(frozen=True)
class Step:
    """A phase of a round as a step: `status` is `done`, `now` or `next`."""

    label: str
    status: str
    note: str


ORDER = (Round.Phase.QUESTIONS, Round.Phase.VOTE, Round.Phase.CHECKING, Round.Phase.AGENDA)


def steps(round: Round) -> list[Step]:
    """The phases of a round in order with their instants; a round that failed stops where it ended."""
    if round.imported:
        return []
    said = zone(round)
    notes = {
        Round.Phase.QUESTIONS: format_html(
            "{} to {}",
            instants.in_html(round.questions_open, said, "short"),
            instants.in_html(round.vote_opens, said, "short"),
        ),
        Round.Phase.VOTE: format_html("until {}", instants.in_html(round.vote_closes, said, "short")),
        Round.Phase.CHECKING: _checking(round),
        Round.Phase.AGENDA: "chosen when the ballots are opened",
    }
    labels = {
        Round.Phase.QUESTIONS: "Questions",
        Round.Phase.VOTE: "Vote",
        Round.Phase.CHECKING: "Checking",
        Round.Phase.AGENDA: "Agenda",
    }
    return [Step(labels[phase], _status(round, index), notes[phase]) for index, phase in enumerate(ORDER)]


def _checking(round: Round) -> str:
    ends = checking_ends(round)
    if ends is None:
        return "voters check that their ballots are there"
    return format_html("until {}", instants.in_html(ends, "", "short"))


def _status(round: Round, index: int) -> str:
    if round.phase == Round.Phase.AGENDA:
        return "done"
    if round.phase == Round.Phase.FAILED:
        return "done" if index == 0 else "next"
    present = ORDER.index(Round.Phase(round.phase)) if round.phase in ORDER else -1
    if index == present:
        return "now"
    return "done" if index < present else "next"
