"""Reads of rounds. Rounds are public: the viewer changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from stoa.agenda.models import Decision, Question, Round
from stoa.kit.addresses import path_to
from stoa.kit.registry import Rows, numbers

PHASE = Round.Phase
UNDER_WAY = (PHASE.VOTE, PHASE.DISCUSSION, PHASE.QUESTIONS, PHASE.CHECKING, PHASE.ANNOUNCED)
"""Phases of a round that is not over; a page shows them in this order."""


def rounds() -> QuerySet[Round]:
    """Every round with `asked` (questions not withdrawn) and `chosen`, the latest first."""
    asked = Count("questions", filter=~Q(questions__state=Question.State.WITHDRAWN))
    chosen = Count("questions", filter=Q(questions__state=Question.State.CHOSEN))
    return Round.objects.annotate(asked=asked, chosen=chosen).order_by("-vote_closes", "-pk")


def current_rounds() -> list[Round]:
    """The rounds that are not over, those that wait for people first."""
    return sorted(
        rounds().filter(phase__in=UNDER_WAY).select_related("ballot"),
        key=lambda r: UNDER_WAY.index(Round.Phase(r.phase)),
    )


def find_round(slug: str) -> Round | None:
    """The round of this short name."""
    return Round.objects.select_related("ballot", "decision").filter(slug=slug).first()


def next_instant(now: datetime) -> datetime | None:
    """When a phase of any round begins or ends next by the clock, so that pages say something else; None if none does."""
    instants = ("questions_open", "discussion_opens", "vote_opens", "vote_closes")
    ahead = {name: Min(name, filter=Q(**{f"{name}__gt": now})) for name in instants}
    found = Round.objects.filter(vote_closes__gt=now).aggregate(**ahead)
    return min(filter(None, found.values()), default=None)


def latest_decision() -> Decision | None:
    """What the community decided last; votes that came from a file are not its own."""
    return Decision.objects.select_related("round").filter(round__imported=False).order_by("-decided").first()


@dataclass(frozen=True)
class Figures:
    """A round in numbers; `hours` are on offer for questions that may still be chosen, or were."""

    questions: int
    estimated: int
    hours: int


def figures(round: Round, needed: int) -> Figures:
    """How many questions a round has, how many have the estimates needed, and what is offered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE made >= %s), coalesce(sum(hours), 0)::bigint FROM ("
            " SELECT (SELECT count(*) FROM agenda_estimate e WHERE e.question_id = q.id) AS made,"
            " (SELECT sum(hours) FROM agenda_offer o WHERE o.question_id = q.id) AS hours"
            " FROM agenda_question q WHERE q.round_id = %s AND q.state <> %s) standing",
            [needed, round.pk, Question.State.WITHDRAWN],
        )
        return Figures(*cursor.fetchone())


def named_rounds(ids: list[str], viewer_id: str | None) -> QuerySet[Round]:
    """Rounds are public."""
    del viewer_id
    return Round.objects.filter(pk__in=numbers(ids))


ROUNDS = Rows(named_rounds, "title", lambda _, slug: path_to("agenda:round", slug), "slug")
"""How rounds are named elsewhere."""
