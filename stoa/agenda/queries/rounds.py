"""Reads of rounds. Rounds are public: the viewer changes nothing but which drafted mails there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Min, OuterRef, Q, QuerySet

from stoa.agenda.models import Announcement, Decision, Question, Round
from stoa.agenda.queries.maps import ANSWERED, note_given
from stoa.agenda.rules import sees_drafts
from stoa.kit.act import Actor
from stoa.kit.addresses import path_to
from stoa.kit.counting import counted
from stoa.kit.prepared import prepared
from stoa.kit.registry import Rows
from stoa.people.following import note_follows

PHASE = Round.Phase
UNDER_WAY = (PHASE.VOTE, PHASE.DISCUSSION, PHASE.QUESTIONS, PHASE.CHECKING, PHASE.ANNOUNCED)
"""Phases of a round that is not over; a page shows them in this order."""


def rounds() -> QuerySet[Round]:
    """Every round with `asked` (questions not withdrawn) and `chosen`, the latest first."""
    its = Question.objects.filter(round=OuterRef("pk"))
    asked = counted(its.exclude(state=Question.State.WITHDRAWN), "round")
    chosen = counted(its.filter(state=Question.State.CHOSEN), "round")
    return Round.objects.annotate(asked=asked, chosen=chosen).order_by("-vote_closes", "-pk")


def current_rounds() -> list[Round]:
    """The rounds that are not over, those that wait for people first."""
    return sorted(_under_way(), key=lambda r: UNDER_WAY.index(Round.Phase(r.phase)))


@prepared
def _under_way() -> QuerySet[Round]:
    return rounds().filter(phase__in=UNDER_WAY).select_related("ballot")


def find_round(slug: str) -> Round | None:
    """The round of this short name."""
    return next(iter(_named(slug)), None)


@prepared
def _named(slug: str) -> QuerySet[Round]:
    return Round.objects.select_related("ballot", "decision", "answers_committed").filter(slug=slug)


def next_instant(now: datetime) -> datetime | None:
    """When a phase of any round begins or ends next by the clock, so that pages say something else; None if none does."""
    instants = ("questions_open", "discussion_opens", "vote_opens", "vote_closes")
    ahead = {name: Min(name, filter=Q(**{f"{name}__gt": now})) for name in instants}
    found = Round.objects.filter(vote_closes__gt=now).aggregate(**ahead)
    return min(filter(None, found.values()), default=None)


def latest_decision() -> Decision | None:
    """What the community decided last; votes that came from a file are not its own."""
    return Decision.objects.select_related("round").filter(round__imported=False).order_by("-decided").first()


def mails(viewer: Actor, round: Round) -> QuerySet[Announcement]:
    """Mails to everybody of a round, the latest first: what went out, and of drafts those that are the viewer's to read."""
    found = round.announcements.select_related("drafted_by", "confirmed_by", "round")
    return found if sees_drafts(viewer, round) else found.filter(~Q(confirmed=None) | Q(drafted_by=viewer.person_id))


@dataclass(frozen=True)
class Figures:
    """A round in numbers; `hours` are on offer for questions that may still be chosen, or were."""

    questions: int
    estimated: int
    hours: int
    mine: list[tuple[int, str]]
    """Number and title of those that the viewer proposed: for themselves alone."""


def figures(round: Round, needed: int, viewer_id: str | None) -> Figures:
    """How many questions a round has, how many have the estimates needed, and what is offered.

    Withdrawn ones are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _FIGURES,
            {
                "round": round.pk,
                "withdrawn": Question.State.WITHDRAWN,
                "needed": needed,
                "viewer": viewer_id,
                "reference": round.reference,
            },
        )
        questions, estimated, hours, mine, follows, *given = cursor.fetchone()
    note_follows(viewer_id, round.reference, follows)
    note_given(round.pk, viewer_id, given)
    return Figures(questions, estimated, hours, [(pk, title) for pk, title in mine or ()])


# Questions of a round have numbers near each other: what was said of those of other rounds needs not be read.
_ITS = """question_id BETWEEN (SELECT min(id) FROM agenda_question WHERE round_id = %(round)s)
      AND (SELECT max(id) FROM agenda_question WHERE round_id = %(round)s)"""
_FIGURES = f"""
SELECT (SELECT count(*) FROM agenda_question WHERE round_id = %(round)s AND state <> %(withdrawn)s),
  (SELECT count(*) FROM (
    SELECT question_id FROM agenda_estimate WHERE {_ITS} GROUP BY question_id HAVING count(*) >= %(needed)s) enough
    JOIN agenda_question q ON q.id = enough.question_id WHERE q.round_id = %(round)s AND q.state <> %(withdrawn)s),
  (SELECT coalesce(sum(offered.hours), 0)::bigint FROM (
    SELECT question_id, sum(hours) AS hours FROM agenda_offer WHERE {_ITS} GROUP BY question_id) offered
    JOIN agenda_question q ON q.id = offered.question_id WHERE q.round_id = %(round)s AND q.state <> %(withdrawn)s),
  (SELECT json_agg(json_build_array(id, title) ORDER BY id) FROM agenda_question
    WHERE author_id = %(viewer)s AND round_id = %(round)s AND state <> %(withdrawn)s),
  EXISTS (SELECT FROM people_follow WHERE person_id = %(viewer)s AND reference = %(reference)s AND NOT stopped),
  {ANSWERED}
"""  # noqa: S608 - a constant


def named_rounds(ids: list[int], viewer_id: str | None) -> QuerySet[Round]:
    """Rounds are public."""
    del viewer_id
    return Round.objects.filter(pk__among=ids)


ROUNDS = Rows(named_rounds, "title", lambda _, slug: path_to("agenda:round", slug), "slug")
"""How rounds are named elsewhere."""
