"""The discussion of a round: statements by the real act, everybody's answers at once, and the map that follows from them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.db import connection

from stoa.agenda import acts as agenda
from stoa.agenda.models import Participant
from stoa.cli.sample import content
from stoa.cli.sample.content import Claim, Someone
from stoa.cli.sample.opinions import Position, answer, inclination, position, sittings
from stoa.cli.sample.world import SEED, Scene, World
from stoa.kit.act import CLOCK

LAST_SITTING = -0.9
DRAWN = -0.7
SECONDS_AN_ANSWER = 9
MOST_OF_ONE = 3
DAY = 86_400
COPY = "COPY agenda_answer (participant_id, statement_id, value, at) FROM STDIN"
Given = tuple[int, int, datetime]
"""A statement's number, the answer, and when it was given."""


@dataclass
class Discussion:
    """Who stands where, when each statement is proposed, and who answers what. Its chance is its own."""

    world: World
    round_key: str
    chance: random.Random = field(default_factory=lambda: random.Random(SEED + 1))

    @cached_property
    def habits(self) -> dict[str, Any]:
        """How people answer."""
        return dict(content.read("discussion")["answering"])

    @cached_property
    def positions(self) -> list[tuple[Someone, Position]]:
        """Everybody who takes part, with what they think."""
        camps = content.read("discussion")["camp"]
        taking_part = [someone for someone in self.world.cast if {"member", "associate"} & set(someone.roles)]
        return [(someone, position(someone.leaning, camps, self.habits, self.chance)) for someone in taking_part]

    @cached_property
    def claims(self) -> list[tuple[float, Claim]]:
        """The statements in order, each with its day: many on the first, then fewer and fewer."""
        days = content.read("discussion")["statements"]
        first, last, early = days["first_day"], days["last_day"], days["by_first_evening"]
        claims = content.claims()
        later = len(claims) - early
        return [
            (first + 0.3 * place / early, claim)
            if place < early
            else (first + 0.4 + (last - first - 0.4) * ((place - early) / later) ** 1.5, claim)
            for place, claim in enumerate(claims)
        ]

    def scenes(self) -> Iterator[Scene]:
        """Everything that happens in the discussion until now."""
        left = {someone.name: MOST_OF_ONE for someone, _ in self.positions}
        for day, claim in self.claims:
            author = self.author(claim, left)
            left[author] -= 1
            yield day, partial(self.propose, claim, author)
        yield DRAWN, self.answer_all
        yield DRAWN, self.draw

    def author(self, claim: Claim, left: dict[str, int]) -> str:
        """Of a few people drawn by lot, the one who would agree most and may still propose."""
        able = [(someone.name, place) for someone, place in self.positions if left[someone.name]]
        drawn = self.chance.sample(able, 12)
        return max(drawn, key=lambda one: inclination(one[1], claim))[0]

    def propose(self, claim: Claim, author: str) -> None:
        """Somebody proposes a statement about a question."""
        world = self.world
        proposed = agenda.propose_statement(
            world.actor(author),
            round=world.rounds[self.round_key],
            body=claim.text,
            question=world.asked[claim.about],
            anyway=True,
        )
        world.claimed[claim.text] = proposed
        if claim.key:
            world.claimed[claim.key] = proposed

    def answer_all(self) -> None:
        """Give everybody's answers: as rows, since one by one they would take minutes, and answering leaves nothing else."""
        round = self.world.rounds[self.round_key]
        participants, answers = [], []
        for someone, place in self.positions:
            given = list(self.answers(place))
            last = max(at for _, _, at in given)
            participant = Participant(round=round, person=self.world.people[someone.name], changed=last)
            participants.append(participant)
            answers += [(participant.pk, *one) for one in given]
        Participant.objects.bulk_create(participants)
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            for row in answers:
                copy.write_row(row)

    def answers(self, place: Position) -> Iterator[Given]:
        """What one person answers, sitting by sitting, of the statements that are there by then."""
        met: set[str] = set()
        for day, wanted in sittings(self.habits, self.claims[0][0] + 0.5, LAST_SITTING, self.chance):
            there = [claim for proposed, claim in self.claims if proposed < day and claim.text not in met]
            for number, claim in enumerate(self.chance.sample(there, min(wanted, len(there)))):
                met.add(claim.text)
                value = answer(place, claim, self.habits["noise"], self.chance)
                at = self.world.instant(day + number * SECONDS_AN_ANSWER / DAY)
                yield self.world.claimed[claim.text].pk, value, at

    def draw(self) -> None:
        """The program draws the map and weighs which statements to show next, as it does at any hour."""
        round = self.world.rounds[self.round_key]
        agenda.publish_map(CLOCK, round=round)
        agenda.weigh_statements(CLOCK, round=round)
