"""Words that several pages of the agenda share: amounts in a round's unit, effort as a range, steps with their instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.html import format_html

from stoa.agenda.models import Question, Round
from stoa.kit import instants
from stoa.kit.numerals import numeral


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
    return numeral(Decimal(units) / round.scale if places else units, places)


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


PHASE = Round.Phase
ORDER = (PHASE.QUESTIONS, PHASE.DISCUSSION, PHASE.VOTE, PHASE.CHECKING, PHASE.AGENDA)
LABELS = {
    PHASE.QUESTIONS: "Questions",
    PHASE.DISCUSSION: "Discussion",
    PHASE.VOTE: "Vote",
    PHASE.CHECKING: "Checking",
    PHASE.AGENDA: "Agenda",
}


def steps(round: Round) -> list[Step]:
    """The phases of a round in order with their instants; a round that failed stops where it ended."""
    if round.imported:
        return []
    order = [phase for phase in ORDER if phase != PHASE.DISCUSSION or round.discussion_opens]
    notes = _notes(round)
    return [Step(LABELS[phase], _status(round, order, index), notes[phase]) for index, phase in enumerate(order)]


def _notes(round: Round) -> dict[Round.Phase, str]:
    said = zone(round)
    opens, closes = (instants.in_html(at, said, "short") for at in (round.vote_opens, round.vote_closes))
    discussed = round.discussion_opens
    return {
        PHASE.QUESTIONS: format_html("{} to {}", instants.in_html(round.questions_open, said, "short"), opens),
        PHASE.DISCUSSION: format_html("{} to {}", instants.in_html(discussed, said, "short"), opens)
        if discussed
        else "",
        PHASE.VOTE: format_html("until {}", closes),
        PHASE.CHECKING: _checking(round),
        PHASE.AGENDA: "chosen when the ballots are opened",
    }


def _checking(round: Round) -> str:
    ends = checking_ends(round)
    if ends is None:
        return "voters check that their ballots are there"
    return format_html("until {}", instants.in_html(ends, "", "short"))


def _status(round: Round, order: list[Round.Phase], index: int) -> str:
    if round.phase == PHASE.AGENDA:
        return "done"
    if round.phase == PHASE.FAILED:
        return "done" if order[index] in {PHASE.QUESTIONS, PHASE.DISCUSSION} else "next"
    present = order.index(PHASE(round.phase)) if round.phase in order else -1
    if index == present:
        return "now"
    return "done" if index < present else "next"
