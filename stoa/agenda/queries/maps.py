"""Reads of the published opinion map: public as it stands, but for where one lies oneself and when one is shown it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL

from stoa.agenda.models import PublishedMap, Question, Round, Statement
from stoa.agenda.queries.statements import with_round
from stoa.kit.act import Actor
from stoa.kit.looking import kept_in_look
from stoa.kit.powers import may
from stoa.kit.prepared import prepared
from stoa.methods.coarse_map import place_of

SHOWN_AFTER = 10
"""Answers of one's own after which those who may answer are shown the map, so that it does not lead them."""
LETTERS = "ABCDE"


@dataclass(frozen=True)
class Said:
    """How a group answered a statement, in hundredths; None where fewer than five of it did."""

    agree: int
    disagree: int
    people: int


@dataclass(frozen=True)
class Line:
    """A statement on the map with how each group answered it, in the order of the groups."""

    statement: Statement
    said: Sequence[Said | None]
    sign: int = 0


@dataclass(frozen=True)
class Counts:
    """How each group answered the statement of this number."""

    number: int
    said: Sequence[Said | None]


@dataclass(frozen=True)
class OpinionMap:
    """A published map; what was removed since is left out. `statements` are those that it names, not all that it counts."""

    round: Round
    published: PublishedMap
    statements: Mapping[int, Statement]

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """What is public of it: `stoa.methods.coarse_map`."""
        data: Mapping[str, Any] = self.published.data
        return data

    @cached_property
    def groups(self) -> Sequence[tuple[str, str, int]]:
        """Each group's letter, the statement that marks it most, in words, and its size, in fives; empty if none are clear."""
        return [
            (LETTERS[place], self._marked(group["marks"]), group["size"])
            for place, group in enumerate(self.data["groups"])
        ]

    @cached_property
    def shared(self) -> list[Line]:
        """What all agree on, or disagree with."""
        return [self.line(mark["statement"], mark["sign"]) for mark in self.data["shared"] if self._stands(mark)]

    @cached_property
    def dividing(self) -> list[Line]:
        """What divides people most."""
        return [self.line(key) for key in self.data["dividing"] if key in self.statements]

    @cached_property
    def counts(self) -> list[Counts]:
        """The counts of all statements that stand. One query, of one row however many there are."""
        gone = set(_gone([*self._rows]))
        return [Counts(key, [_said(row) for row in rows]) for key, rows in self._rows.items() if key not in gone]

    def lines(self, counts: Sequence[Counts]) -> list[Line]:
        """These with their statements. One query."""
        found = _by_number([one.number for one in counts], self.round)
        return [Line(found[one.number], one.said) for one in counts if one.number in found]

    def containing(self, counts: Sequence[Counts], words: str) -> list[Counts]:
        """Of these, those in whose statement these words stand."""
        rows = Statement.objects.filter(pk__in=[one.number for one in counts], body__icontains=words)
        found = set(rows.values_list("pk", flat=True))
        return [one for one in counts if one.number in found]

    def about(self, question: Question) -> list[Line]:
        """What the discussion said about a question: what is shared first, then what divides."""
        return [line for line in [*self.shared, *self.dividing] if line.statement.question_id == question.pk]

    def line(self, key: int, sign: int = 0) -> Line:
        """A statement with its counts."""
        return Line(self.statements[key], [_said(row) for row in self._rows[key]], sign)

    @cached_property
    def _rows(self) -> Mapping[int, Sequence[Sequence[int] | None]]:
        return {each["id"]: each["counts"] for each in self.data["statements"]}

    def _stands(self, mark: Mapping[str, int]) -> bool:
        return mark["statement"] in self.statements

    def _marked(self, marks: Sequence[Mapping[str, int]]) -> str:
        for mark in marks:
            if self._stands(mark):
                verb = "agrees" if mark["sign"] > 0 else "disagrees"
                return f"{verb}: {self.statements[mark['statement']].body}"
        return ""


def _said(row: Sequence[int] | None) -> Said | None:
    if row is None:
        return None
    agree, disagree, people = row
    return Said(100 * agree // people, 100 * disagree // people, people)


def opinion_map(round: Round) -> OpinionMap | None:
    """The map of a round as it was published last."""
    published = next(iter(_published(round)), None)
    if published is None:
        return None
    named = [_named(row, round) for row in published.named or ()]
    return OpinionMap(round, published, {statement.pk: statement for statement in named})


@prepared
def _published(round: Round) -> QuerySet[Any, Any]:
    """The map with the statements that it names, as far as they stand: what is shared, what divides, what marks a group."""
    return PublishedMap.objects.filter(round=round).annotate(named=RawSQL(_NAMED, (), JSONField()))  # noqa: S611 - constant


_NAMED = """
SELECT jsonb_agg(jsonb_build_array(s.id, s.body, q.id, q.title, q.state))
  FROM agenda_statement s LEFT JOIN agenda_question q ON q.id = s.question_id
 WHERE s.state = 'standing' AND s.id IN (
   SELECT (mark ->> 'statement')::bigint FROM jsonb_array_elements(agenda_publishedmap.data -> 'shared') mark
   UNION SELECT number::bigint FROM jsonb_array_elements_text(agenda_publishedmap.data -> 'dividing') number
   UNION SELECT (mark ->> 'statement')::bigint
     FROM jsonb_array_elements(agenda_publishedmap.data -> 'groups') one, jsonb_array_elements(one -> 'marks') mark)
"""


def _named(row: Sequence[Any], round: Round) -> Statement:
    pk, body, question, title, state = row
    about = Question(pk=question, round=round, title=title or "", state=state or "") if question else None
    return Statement(pk=pk, body=body, round=round, question=about, state=Statement.State.STANDING)


def _by_number(keys: list[int], round: Round) -> dict[int, Statement]:
    return {statement.pk: statement for statement in with_round(_standing(keys), round)}


def _gone(keys: list[int]) -> list[int]:
    """Of these statements, the numbers of those that stand no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(array_agg(id), '{}') FROM agenda_statement WHERE id = ANY(%s) AND state <> 'standing'",
            [keys],
        )
        (gone,) = cursor.fetchone()
    return list(gone)


@prepared
def _standing(keys: list[int]) -> QuerySet[Statement]:
    rows = Statement.objects.filter(pk__among=keys, state=Statement.State.STANDING).select_related("question")
    return rows.only("body", "round_id", "question__title", "question__state", "question__round_id")


def own_place(found: OpinionMap, person_id: str | None) -> tuple[int, int] | None:
    """Where somebody's own answers lie on the map: for themselves alone. It is computed from what is public of the map."""
    if person_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(array_agg(a.statement_id), '{}'), coalesce(array_agg(a.value), '{}') FROM agenda_answer a"
            " JOIN agenda_participant p ON p.id = a.participant_id WHERE p.round_id = %s AND p.person_id = %s",
            [found.published.round_id, person_id],
        )
        statements, values = cursor.fetchone()
    return place_of(found.data, dict(zip(statements, values, strict=True)))


def answers_to_go(round: Round, actor: Actor) -> int:
    """How many statements this person should answer before the map is shown to them; 0 for who can't answer, or no more."""
    if actor.person_id is None or round.phase != Round.Phase.DISCUSSION or not may(actor, "agenda.answer.give"):
        return 0
    given, standing = _given(round.pk, actor.person_id)
    return 0 if given >= SHOWN_AFTER else max(0, min(SHOWN_AFTER, standing) - given)


def _given(round_id: int, person_id: str) -> tuple[int, int]:
    """How many standing statements somebody answered, and how many there are; as far as it takes to show the map."""
    kept = kept_in_look(("given", person_id))
    if str(round_id) not in kept:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {ANSWERED}", {"round": round_id, "viewer": person_id})
            note_given(round_id, person_id, cursor.fetchone(), kept)
    found: tuple[int, int] = kept[str(round_id)]
    return found


def note_given(round_id: int, person_id: str | None, counts: Any, kept: dict[str, Any] | None = None) -> None:
    """What a page has read with other things, so that this need not be asked."""
    (kept_in_look(("given", person_id)) if kept is None else kept)[str(round_id)] = counts


ANSWERED = f"""
(SELECT count(*) FROM (
  SELECT FROM agenda_answer a JOIN agenda_participant p ON p.id = a.participant_id
    JOIN agenda_statement s ON s.id = a.statement_id
   WHERE p.round_id = %(round)s AND p.person_id = %(viewer)s AND s.state = 'standing' LIMIT {SHOWN_AFTER}) given),
(SELECT count(*) FROM (
  SELECT FROM agenda_statement WHERE round_id = %(round)s AND state = 'standing' LIMIT {SHOWN_AFTER}) standing)
"""  # noqa: S608 - a constant
"""Two columns: the standing statements that the viewer answered, and all there are, as far as it takes to show the map."""
