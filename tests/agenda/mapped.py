"""A discussion with opinions in it, for tests: two camps that differ on half of the statements and share the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from stoa.agenda.models import AGREE, DISAGREE, Answer, Participant, Round, Statement
from stoa.agenda.tasks import draw_maps
from stoa.kit import clock
from stoa.people.models import Person
from tests.agenda.discussing import in_discussion, state
from tests.stage import Stage

STATEMENTS = 12


def opinionated(stage: Stage, people: int = 24) -> tuple[Round, list[Statement]]:
    """A round whose members answered: the odd against the even on the first six statements, all alike on the others."""
    stage.admit(people)
    round = in_discussion(stage)
    authors = stage.members
    statements = [state(round, f"Claim number {n} about models.", authors[n]) for n in range(STATEMENTS)]
    for place, person in enumerate(stage.members):
        give(round, person, {s: value_of(place, n) for n, s in enumerate(statements)})
    return round, statements


def value_of(place: int, number: int) -> int:
    """How the person at this place answers the statement of this number; a few think otherwise here and there."""
    against = (number < STATEMENTS // 2 and place % 2 == 1) != ((place * 7 + number * 3) % 23 == 0)
    return DISAGREE if against else AGREE


def give(round: Round, person: Person, values: dict[Statement, int]) -> None:
    """Somebody's answers, all at once, as if given now."""
    participant, _ = Participant.objects.update_or_create(round=round, person=person, defaults={"changed": clock.now()})
    Answer.objects.filter(participant=participant, statement__in=values).delete()
    Answer.objects.bulk_create(
        Answer(participant=participant, statement=statement, value=value, at=clock.now())
        for statement, value in values.items()
    )


@contextmanager
def later(minutes: float) -> Iterator[None]:
    """So much later; the map is drawn if it is due."""
    with clock.travel(clock.now() + timedelta(minutes=minutes)):
        draw_maps()
        yield
