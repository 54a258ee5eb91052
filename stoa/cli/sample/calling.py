"""The sample's call: it was announced, a hundred and twenty applied, and its panel is in the middle of reading."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from typing import Any

from stoa.cli.sample import content
from stoa.cli.sample.content import Someone
from stoa.cli.sample.world import SEED, Scene, World
from stoa.kit.act import CLOCK, OPERATOR, Actor
from stoa.members import acts as members
from stoa.members.models import Call
from stoa.members.rules.incoming import Incoming
from stoa.review import acts as review
from stoa.review.acts.reading import Said
from stoa.review.models import Assignment, Seat

STEWARD = "sample-005"
ANNOUNCED, OPENS, CLOSES, DUE = -60, -50, -20, 16
APPLICANTS, REVIEWERS, LOAD, GIVEN = 120, 20, 22, 90


class Calling:
    """The call as its scenes are told. Its chance is its own, so that the rest of the sample stays as it is without it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told = content.read("call")
        self.chance = random.Random(SEED + 1)
        self.homes = [raw["name"] for raw in content.organisations()]
        known = [one for one in world.cast if "member" in one.roles and one.joined < CLOSES and one.until is None]
        self.readers = self.chance.sample(known, REVIEWERS)

    @property
    def call(self) -> Call:
        """The call as it stands."""
        return Call.objects.get(slug=self.told["call"]["slug"])

    def scenes(self) -> Iterator[Scene]:
        """From the announcement to a third of the reviews."""
        yield ANNOUNCED, self.announce
        yield OPENS, lambda: members.open_call(CLOCK, call=self.call)
        yield CLOSES - 0.2, self.apply
        yield CLOSES + 0.1, lambda: members.close_call(CLOCK, call=self.call)
        yield CLOSES + 1, self.begin
        for place, someone in enumerate(self.readers):
            yield CLOSES + 2 + place / 10, partial(self.accept, someone)
        yield CLOSES + 5, self.assign
        for number in range(GIVEN):
            yield CLOSES + 6 + number / 7, self.give

    @property
    def steward(self) -> Any:
        """Who keeps the call."""
        return self.world.actor(STEWARD)

    def announce(self) -> None:
        """A steward drafts the call and announces it."""
        about = dict(self.told["call"])
        opens, closes = self.world.instant(OPENS), self.world.instant(CLOSES)
        slug, title = about.pop("slug"), about.pop("title")
        call = members.draft_call(self.steward, slug=slug, title=title, opens=opens, closes=closes)
        call = members.edit_call(
            self.steward, call=call, version=call.version, changes={**about, "rules": self.told["rules"]}
        )
        members.announce_call(self.steward, call=call)

    def apply(self) -> None:
        """Everybody applies, as the operator takes applications in from a file."""
        incoming = [self.application(number) for number in range(1, APPLICANTS + 1)]
        members.import_applications(OPERATOR, call=self.call, incoming=incoming, digest="0" * 64)

    def application(self, number: int) -> Incoming:
        """One synthetic application."""
        sentences = self.told["sentences"]
        answers = {name: "\n\n".join(self.chance.sample(sentences[name], 3)) for name in ("why", "work")}
        topics = sorted(self.chance.sample(range(5), 2))
        day = self.world.instant(self.chance.uniform(OPENS, CLOSES - 0.3))
        name = f"applicant-{number:03}"
        home = self.chance.choice(self.homes)
        return Incoming(name, name, organisation=home, submitted=day, answers={**answers, "topics": topics})

    def begin(self) -> None:
        """The panel opens, and people are asked to read."""
        call = members.begin_review(self.steward, call=self.call, due=self.world.instant(DUE))
        people = [self.world.people[one.name] for one in self.readers]
        members.invite_reviewers(self.steward, call=call, people=people, load=LOAD)

    def assign(self) -> None:
        """Each application gets its reviewers."""
        panel = self.call.panel
        assert panel is not None
        review.run_assignment(self.steward, panel=panel)

    def accept(self, someone: Someone) -> None:
        """Somebody accepts to read."""
        work = "\n\n".join(self.chance.sample(self.told["sentences"]["work"], 2))
        seat = Seat.objects.get(panel=self.call.panel_id, person=self.world.people[someone.name])
        review.accept(self.world.actor(someone.name), seat=seat, load=LOAD, work=work)

    def give(self) -> None:
        """One of the reviewers gives one of their reviews."""
        waiting = Assignment.objects.filter(piece__panel=self.call.panel_id, state=Assignment.State.TO_READ).order_by(
            "pk"
        )
        assignment = waiting.select_related("piece", "seat__person")[self.chance.randrange(waiting.count())]
        scores = {raw["key"]: self.chance.choice((1, 2, 3, 3, 4, 4, 5)) for raw in self.told["rules"]["criteria"]}
        words = " ".join(self.chance.sample(self.told["sentences"]["review"], 2))
        who = Actor("person", assignment.seat.person_id, second_factor=True)
        review.give_review(who, assignment=assignment, said=Said(scores, "", words))


def calls(world: World) -> Iterator[Scene]:
    """The scenes of the call."""
    yield from Calling(world).scenes()
