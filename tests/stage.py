"""A small community to act in: the log begun, the charter in force, and people with roles; all through the program's own acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stoa.agenda import acts as agenda
from stoa.agenda.models import Question, Round
from stoa.ballots.acts import cast
from stoa.charter.acts import put_in_force
from stoa.charter.queries import in_force
from stoa.charter.text import DEFAULT
from stoa.kit import clock
from stoa.kit.act import CLOCK, OPERATOR, Actor
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.record.acts import start_log
from stoa.record.models import Entry
from tests.scenes import Scene


def begin() -> None:
    """Begin the log and put the charter that ships in force, unless that was done."""
    if not Entry.objects.exists():
        start_log(OPERATOR)
    if in_force() is None:
        put_in_force(OPERATOR, text=DEFAULT.read_text(encoding="utf-8"))


def acting(person: Person, *, second_factor: bool = True) -> Actor:
    """The person, signed in."""
    return Actor("person", person.pk, second_factor=second_factor)


@dataclass
class Stage(Scene):
    """A community with a steward and some members, and a round that one can take through its phases."""

    members: list[Person] = field(default_factory=list)
    steward: Person = field(init=False)

    def __post_init__(self) -> None:
        super().__init__()

    def set(self) -> None:
        """Do the acts that the scene begins with; a scene that begins with more does them after these."""
        begin()
        self.steward = people.admit(OPERATOR, name="Steward", email="steward@example.org", roles=["steward", "member"])

    def admit(self, count: int) -> list[Person]:
        """So many more members, named member-1 …"""
        numbers = range(len(self.members) + 1, len(self.members) + count + 1)
        new = [people.admit(OPERATOR, name=f"member-{n}", email=f"member-{n}@example.org") for n in numbers]
        self.members += new
        return new

    def round(self, slug: str = "2027", *, days: int = 10, discussed_after: int | None = None) -> Round:
        """A round that takes questions from now on, is discussed if asked for, and votes after `days`, for as many again."""
        now = clock.now()
        announced = agenda.announce_round(
            acting(self.steward),
            slug=slug,
            title=f"What should we work on in {slug}?",
            summary="",
            questions_open=now - timedelta(seconds=1),
            vote_opens=now + timedelta(days=days),
            vote_closes=now + timedelta(days=2 * days),
            discussion_opens=None if discussed_after is None else now + timedelta(days=discussed_after),
        )
        return agenda.begin_questions(CLOCK, round=announced)

    def question(self, round: Round, title: str, *, cost: int, by: Person | None = None, hours: int = 0) -> Question:
        """A question with three estimates of `cost` hours, and an offer of `hours` by its author."""
        author = by or self.members[0]
        question = agenda.propose_question(acting(author), round=round, title=title, body="")
        for other in [m for m in self.members if m != author][:3]:
            agenda.estimate_effort(acting(other), question=question, low=cost, high=cost)
        if hours:
            agenda.offer_hours(acting(author), question=question, hours=hours)
        return question

    def vote(self, round: Round) -> Round:
        """Let the vote open; the clock must have been taken there."""
        return agenda.begin_vote(CLOCK, round=round)


def at(instant: datetime) -> object:
    """The clock at that instant and a moment."""
    return clock.travel(instant + timedelta(seconds=1))


def approve(people_: Sequence[Person], round: Round, questions: Sequence[Question]) -> None:
    """Let each of these people cast a ballot for these questions."""
    assert round.ballot is not None
    for person in people_:
        cast(acting(person, second_factor=False), ballot=round.ballot, approved=[q.reference for q in questions])
