"""Reads of a decision: what was chosen and why, from its result, its explanation and its certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from stoa.agenda.models import Decision, Question
from stoa.kit.prepared import prepared

LONGEST_NAME = 60
"""Characters of a question's title that name a group; a longer one is cut."""

MOST_SHOWN = 100
"""Questions that the picture shows: the chosen, what a majority would have chosen, then the most approved."""


PUT = (Question.State.CHOSEN, Question.State.NOT_CHOSEN)
"""States of the questions that were put to the vote."""


@dataclass(frozen=True)
class Line:
    """A chosen question: its place, the phase that chose it, how many approve of it (None where ballots stay closed)."""

    place: int
    question: Question
    phase: str
    approvals: int | None


@dataclass(frozen=True)
class Group:
    """Voters who approve alike: how many, what marks them, and what their shares paid for most, in percent.

    They are named by the question that marks them most.
    """

    name: str
    size: int
    marks: Sequence[Question]
    paid: Sequence[tuple[Question, int]]


@dataclass(frozen=True)
class Closest:
    """The question left out that came nearest to being paid for: what its supporters had left, beside its cost."""

    question: Question
    left: int
    cost: int


@dataclass(frozen=True)
class Outcome:
    """A decision as its page explains it. Where ballots were kept closed only the chosen questions are known."""

    decision: Decision

    @cached_property
    def is_open(self) -> bool:
        """Whether the ballots were opened."""
        return self.decision.result is not None

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The questions that the page names, by reference: of all that were put to the vote no more than it shows."""
        marks = [i for one in self._clusters for i in [*one["most"], *one["paid"]]]
        named = {*self.pictured(), *self.chosen_ids, *self.majority, *marks}
        found = _put([int(reference.partition(":")[2]) for reference in named])
        for question in found:
            question.round = self.decision.round
        return {question.reference: question for question in found}

    @cached_property
    def put(self) -> int:
        """How many questions were put to the vote."""
        return Question.objects.filter(round=self.decision.round, state__in=PUT).count()

    @cached_property
    def chosen(self) -> list[Line]:
        """The agenda in the order in which it was chosen."""
        lines = self.decision.chosen.select_related("question").order_by("place")
        for line in lines:
            line.question.round = self.decision.round
        return [Line(c.place, c.question, c.phase, self.approvals.get(c.question.reference)) for c in lines]

    @cached_property
    def chosen_ids(self) -> list[str]:
        """The references of the agenda, in order."""
        return [line.question.reference for line in self.chosen]

    @cached_property
    def majority(self) -> list[str]:
        """What a plain majority would have chosen, in order."""
        return list(self.decision.majority or [])

    @cached_property
    def approvals(self) -> Mapping[str, int]:
        """How many approve of each question."""
        approvals: Mapping[str, int] = (self.decision.explanation or {}).get("approvals", {})
        return approvals

    @cached_property
    def backing(self) -> Mapping[str, Sequence[int]]:
        """How many of each group approve of each question."""
        backing: Mapping[str, Sequence[int]] = (self.decision.explanation or {}).get("backing", {})
        return backing

    @cached_property
    def groups(self) -> list[Group]:
        """The groups of voters found in the opened ballots, the largest first."""
        raw = self._clusters
        if len(raw) == 1:
            return [self._group("All voters", raw[0])]
        return [self._group(name, one) for name, one in zip(self._names(raw), raw, strict=True)]

    @property
    def _clusters(self) -> list[dict[str, Any]]:
        clusters: list[dict[str, Any]] = (self.decision.explanation or {}).get("clusters", [])
        return clusters

    @cached_property
    def certificate(self) -> dict[str, Any]:
        """The certificate of the result; empty where ballots were kept closed."""
        certificate: dict[str, Any] = (self.decision.result or {}).get("certificate", {})
        return certificate

    @property
    def voters(self) -> int:
        """How many ballots were counted."""
        return int(self.certificate.get("voters", 0))

    @property
    def share(self) -> Fraction:
        """What each voter's equal share was, in units of the costs."""
        return Fraction(self.certificate["base"]["share"])

    @property
    def final_share(self) -> Fraction:
        """The share after the raising, in units of the costs."""
        return Fraction((self.certificate["final"] or self.certificate["base"])["share"])

    def both(self) -> list[Question]:
        """Chosen, and by a majority too."""
        return [self.questions[i] for i in self.chosen_ids if i in set(self.majority)]

    def only_chosen(self) -> list[Question]:
        """Chosen, though a plain majority would not have."""
        return [self.questions[i] for i in self.chosen_ids if i not in set(self.majority)]

    def only_majority(self) -> list[Question]:
        """What a plain majority would have chosen instead."""
        return [self.questions[i] for i in self.majority if i not in set(self.chosen_ids)]

    def closest(self) -> Closest | None:
        """Of the questions that equal shares alone did not pay for, the one whose supporters lacked least."""
        left: Mapping[str, int] = self.certificate.get("left", {})
        lacking = {int(reference.partition(":")[2]): units for reference, units in left.items() if units}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT q.id, l.units FROM unnest(%s::bigint[], %s::numeric[]) WITH ORDINALITY l (id, units, place)"
                " JOIN agenda_question q USING (id) ORDER BY l.units / greatest(q.cost, 1) DESC, place LIMIT 1",
                [[*lacking], [*lacking.values()]],
            )
            row = cursor.fetchone()
        if row is None:
            return None
        (question,) = _put([row[0]])
        question.round = self.decision.round
        return Closest(question, int(row[1]), question.cost or 0)

    def passed_over(self) -> int:
        """How many questions the audit found whose supporters were passed over by the agenda as it stands."""
        return len(self.certificate["audit"]["outcome"])

    def passed_over_by_shares(self) -> int:
        """The same for what equal shares alone paid for; the rule proves that it is none."""
        return len(self.certificate["audit"]["base"])

    def pictured(self) -> list[str]:
        """The references that the picture shows: the chosen in order, the majority's, then the most approved."""
        rest = sorted(self.approvals, key=lambda i: -self.approvals[i])
        ordered = list(dict.fromkeys([*self.chosen_ids, *self.majority, *rest]))
        decided = len(set(self.chosen_ids) | set(self.majority))
        return ordered[: max(MOST_SHOWN, decided)]

    def _names(self, raw: Sequence[Mapping[str, Any]]) -> list[str]:
        """For each group the question that marks it most and marks no larger group; without one, that they are others."""
        names: list[str] = []
        for one in raw:
            titles = [_quoted(self.questions[i].title) for i in one["most"]]
            names.append(next((title for title in titles if title not in names), "Others"))
        return names

    def _group(self, name: str, raw: Mapping[str, Any]) -> Group:
        paid = sorted(raw["paid"].items(), key=lambda item: -item[1])
        shown = [(self.questions[i], round(100 * share)) for i, share in paid[:4] if share >= 0.005]
        return Group(name, raw["size"], [self.questions[i] for i in raw["most"]], shown)


@prepared
def _put(keys: list[int]) -> QuerySet[Question]:
    return Question.objects.filter(pk__among=keys).order_by("pk")


def _quoted(title: str) -> str:
    """The title between quotation marks; a long one is cut at a word, if one ends there."""
    if len(title) <= LONGEST_NAME:
        return f"“{title}”"
    kept = title[:LONGEST_NAME]
    return f"“{(kept.rpartition(' ')[0] or kept).rstrip(' ,;:–')}…”"
