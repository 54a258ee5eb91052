"""A round that is being discussed, for tests: on the stage's community, with statements and answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from stoa.agenda import acts as agenda
from stoa.agenda.models import Round, Statement
from stoa.agenda.tasks import advance
from stoa.kit import clock
from stoa.people.models import Person
from tests.stage import Stage, acting, at


def in_discussion(stage: Stage, slug: str = "2027", *, open_data: bool = False) -> Round:
    """A round that takes statements and answers now, and votes in five days."""
    now = clock.now()
    agenda.announce_round(
        acting(stage.steward),
        slug=slug,
        title=f"What should we work on in {slug}?",
        summary="",
        questions_open=now - timedelta(days=2),
        discussion_opens=now - timedelta(days=1),
        vote_opens=now + timedelta(days=5),
        vote_closes=now + timedelta(days=9),
        open_data=open_data,
    )
    advance()
    return Round.objects.get(slug=slug)


def state(round: Round, body: str, by: Person) -> Statement:
    """A statement that somebody proposes, whatever others said before."""
    return agenda.propose_statement(acting(by), round=round, body=body, anyway=True)


def answer(people: Sequence[Person], statement: Statement, value: int) -> None:
    """Let each of these people answer the statement alike."""
    for person in people:
        agenda.give_answer(acting(person, second_factor=False), statement=statement, value=value)


@contextmanager
def after_the_close(round: Round, *, days: float = 0) -> Iterator[Round]:
    """The clock when the vote has opened, or so many days later; what was due then is done."""
    with at(round.vote_opens):
        advance()
    with at(round.vote_opens + timedelta(days=days)):
        if days:
            advance()
        yield Round.objects.get(pk=round.pk)
