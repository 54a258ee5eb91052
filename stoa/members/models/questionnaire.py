"""What a call asks: facts that decide who may apply, fields of the form, criteria by which answers are read.

They are kept as JSON with the call, since they are one document: shown as a whole, committed to as a whole, and fixed as a
whole from the instant at which the call opens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import Any, Literal, TypeVar, get_args

KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")
FactKind = Literal["yes", "choice", "number", "date"]
FieldKind = Literal["short", "long", "choice", "several", "number", "date", "link", "file"]
"""Kinds of fields. Whoever adds one gives it a control in forms/answering.py and its check in rules/answers.py."""

FACT_KINDS: tuple[FactKind, ...] = get_args(FactKind)
FIELD_KINDS: tuple[FieldKind, ...] = get_args(FieldKind)
SCALE = (1, 5)
"""Scores that a criterion takes."""

LEAST_EXAMPLE, MOST_EXAMPLE = 2, 4
"""The scores that the two examples of a criterion stand for."""


@dataclass(frozen=True)
class Fact:
    """A question that decides who may apply, asked before anything is written.

    `yes` must be answered so; of a `choice` one of `good` (places in `options`); a `number` lies between `least` and `most`; a
    `date` (ISO) likewise. `why` is what somebody reads who may not apply.
    """

    key: str
    label: str
    kind: FactKind = "yes"
    help: str = ""
    options: tuple[str, ...] = ()
    good: tuple[int, ...] = ()
    least: str = ""
    most: str = ""
    why: str = ""

    def admits(self, answer: Any) -> bool:
        """Whether somebody with this answer may apply."""
        if self.kind == "yes":
            return answer is True
        if self.kind == "choice":
            return answer in self.good
        return self._within(answer)

    def _within(self, answer: Any) -> bool:
        parse = float if self.kind == "number" else date.fromisoformat
        try:
            given = parse(str(answer))
            least, most = (parse(bound) if bound else given for bound in (self.least, self.most))
        except ValueError:
            return False
        return bool(least <= given <= most)  # type: ignore[operator]  # all three are of one type


@dataclass(frozen=True)
class Field:
    """A field of the form. `step` is the page of the form it stands on; what more a kind needs stands in `settings`."""

    key: str
    label: str
    kind: FieldKind = "long"
    help: str = ""
    step: str = "Your application"
    required: bool = True
    options: tuple[str, ...] = ()
    most: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Criterion:
    """What answers are read by: a rubric, and two examples, of what earns a 2 and what earns a 4 of 5."""

    key: str
    label: str
    rubric: str = ""
    low: str = ""
    high: str = ""
    weight: int = 1


@dataclass(frozen=True)
class Extra:
    """A question that a call adds to what applicants say of themselves, apart from their application and as they like."""

    key: str
    label: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Questionnaire:
    """All that a call asks."""

    facts: tuple[Fact, ...] = ()
    fields: tuple[Field, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    about: tuple[Extra, ...] = ()

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """The pages of the form, in the order in which its fields first name them."""
        return tuple(dict.fromkeys(one.step for one in self.fields))

    def on_step(self, step: str) -> list[Field]:
        """The fields of one page."""
        return [one for one in self.fields if one.step == step]

    def shut_out(self, answers: Mapping[str, Any]) -> list[Fact]:
        """The facts by which somebody with these answers may not apply; one that was not answered is among them."""
        return [fact for fact in self.facts if not fact.admits(answers.get(fact.key))]

    def as_json(self) -> dict[str, Any]:
        """As it is kept, and as the API gives it."""
        return {part.name: [_plain(one) for one in getattr(self, part.name)] for part in fields(self)}


PARTS: dict[str, type[Any]] = {"facts": Fact, "fields": Field, "criteria": Criterion, "about": Extra}
"""The parts of a questionnaire, and what each consists of."""

T = TypeVar("T")


def _plain(item: Any) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(item).items()}


def read(kept: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire that was kept; what is missing is empty. Raises TypeError for a name that nothing has."""
    return Questionnaire(**{name: _items(kind, kept.get(name, ())) for name, kind in PARTS.items()})


def _items(kind: type[T], rows: Sequence[Mapping[str, Any]]) -> tuple[T, ...]:
    return tuple(
        kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})
        for row in rows
    )
