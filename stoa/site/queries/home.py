"""What the home page shows of the community: its rounds, questions, decisions, and who runs and pays for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from stoa.agenda.models import Decision, Question, Round
from stoa.agenda.queries import current_rounds
from stoa.charter.models import Declaration
from stoa.charter.queries import declarations
from stoa.kit.prepared import prepared
from stoa.record.events import DaySealed
from stoa.record.models import Placement
from stoa.record.queries import placements
from stoa.site.queries import Community

MOST, MOST_ACTS = 5, 10
STATES = {
    Round.Phase.ANNOUNCED: ("Announced", "takes questions from", "questions_open"),
    Round.Phase.QUESTIONS: ("Questions", "then the vote, from", "vote_opens"),
    Round.Phase.DISCUSSION: ("Discussion", "open until", "vote_opens"),
    Round.Phase.VOTE: ("Vote", "open until", "vote_closes"),
    Round.Phase.CHECKING: ("Being checked", "the vote closed", "vote_closes"),
}
"""Of each phase under way: its word, what comes next, and the instant of that."""


@dataclass(frozen=True)
class Today:
    """A round under way: its state in words, and what comes next and when."""

    round: Round
    word: str
    next: str
    at: datetime


def rounds_today(rounds: Iterable[Round] | None = None) -> list[Today]:
    """These rounds as they stand; without any given those that are not over, those that wait for people first."""
    shown = current_rounds() if rounds is None else rounds
    return [Today(r, word, then, getattr(r, instant)) for r in shown for word, then, instant in [_state(r)]]


def _state(round: Round) -> tuple[str, str, str]:
    if round.phase == Round.Phase.QUESTIONS and round.discussion_opens:
        return "Questions", "then the discussion, from", "discussion_opens"
    return STATES[Round.Phase(round.phase)]


def questions_today(rounds: Sequence[Today]) -> list[Question]:
    """The questions put last to the rounds under way: five at most."""
    return _questions([today.round.pk for today in rounds])


@prepared
def _questions(rounds: list[int]) -> QuerySet[Question]:
    open_ = Question.objects.filter(
        round__pk__among=rounds, state__in=[Question.State.PROPOSED, Question.State.ON_BALLOT]
    )
    return open_.select_related("round", "author").order_by("-proposed", "-pk")[:MOST]


@prepared
def decisions() -> QuerySet[Decision]:
    """The latest decisions, five at most, with `picked`, how many questions were chosen."""
    return Decision.objects.select_related("round").annotate(picked=Count("chosen")).order_by("-decided")[:MOST]


def latest_acts(most: int) -> list[Placement]:
    """What was put on the record last, but for the daily seals: ten acts at most."""
    return _latest_acts()[:most]


@prepared
def _latest_acts() -> QuerySet[Placement]:
    return placements().exclude(entry__type=DaySealed.type)[:MOST_ACTS]


def who_runs_and_pays(community: Community) -> str:
    """One line: who runs the server, who sponsors it, and what was declared as given."""
    runs = f"Run by {community.operator}" if community.operator else "Who runs it is not said yet"
    pays = f"sponsored by {community.sponsor}" if community.sponsor else "no sponsor named"
    return f"{runs}; {pays}. {_given()}"


def _given() -> str:
    latest = {kind: found[0] for kind, found in declarations().items() if found}
    given = [Declaration.Kind(kind).label for kind, last in latest.items() if not last.none]
    if given:
        return f"Support declared: {', '.join(given)}."
    return "Support declared: none." if latest else "No support is declared yet."
