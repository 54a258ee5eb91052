"""Reads of the published opinion map: public as it stands, but for where one lies oneself and when one is shown it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from stoa.agenda.models import Answer, PublishedMap, Question, Round, Statement
from stoa.kit.act import Actor
from stoa.kit.powers import may
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
class OpinionMap:
    """A published map with its statements; those that were removed since are left out."""

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

    @property
    def lines(self) -> list[Line]:
        """All statements with their counts."""
        return [self.line(key) for key in self._rows if key in self.statements]

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
    published = PublishedMap.objects.filter(round=round).first()
    if published is None:
        return None
    keys = [each["id"] for each in published.data["statements"]]
    rows = Statement.objects.select_related("round", "question__round").filter(state=Statement.State.STANDING)
    return OpinionMap(published, rows.in_bulk(keys))


def own_place(found: OpinionMap, person_id: str | None) -> tuple[int, int] | None:
    """Where somebody's own answers lie on the map: for themselves alone. It is computed from what is public of the map."""
    if person_id is None:
        return None
    mine = Answer.objects.filter(participant__round=found.published.round_id, participant__person_id=person_id)
    return place_of(found.data, dict(mine.values_list("statement_id", "value")))


def answers_to_go(round: Round, actor: Actor) -> int:
    """How many statements this person should answer before the map is shown to them; 0 for who can't answer, or no more."""
    if actor.person_id is None or round.phase != Round.Phase.DISCUSSION or not may(actor, "agenda.answer.give"):
        return 0
    standing = round.statements.filter(state=Statement.State.STANDING)
    mine = Answer.objects.filter(participant__round=round, participant__person_id=actor.person_id)
    given = mine.filter(statement__in=standing).count()
    return 0 if given >= SHOWN_AFTER else max(0, min(SHOWN_AFTER, standing.count()) - given)
