"""The sample as it stands while its story is told: who is there, and what was made so far."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from stoa.agenda.models import Question, Round, Statement
from stoa.cli.sample import content
from stoa.cli.sample.content import Someone
from stoa.kit import clock
from stoa.kit.act import Actor
from stoa.people.models import Organisation, Person
from stoa.record.sequencer import BATCH, sequence

SEED = 2027
Scene = tuple[float, Callable[[], Any]]
"""A day relative to the loading, and what happens then."""


def publish() -> None:
    """Place all entries that wait, as the worker does every moment."""
    while sequence() == BATCH:
        pass


@dataclass
class World:
    """What the scenes share: the cast by name; rounds, their options on the ballot, questions and statements by key."""

    loading: datetime = field(default_factory=clock.now)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    cast: list[Someone] = field(default_factory=content.everybody)
    people: dict[str, Person] = field(default_factory=dict)
    homes: dict[str, Organisation] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    asked: dict[str, Question] = field(default_factory=dict)
    options: dict[str, frozenset[str]] = field(default_factory=dict)
    claimed: dict[str, Statement] = field(default_factory=dict)

    def instant(self, day: float) -> datetime:
        """Noon UTC of a day relative to the loading; fractions of a day go on from there."""
        noon = datetime.combine(self.loading.date(), time(12), UTC)
        return noon + timedelta(days=day)

    def actor(self, name: str) -> Actor:
        """The person of this name, signed in with a second factor."""
        return Actor("person", self.people[name].pk, second_factor=True)
