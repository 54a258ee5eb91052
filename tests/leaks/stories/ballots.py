"""What is secret of votes: who votes, what they approve and what they have ticked."""

from __future__ import annotations

from stoa.agenda import acts as agenda
from stoa.ballots import acts as ballots
from stoa.ballots.models import A_BALLOT, A_KEPT_BALLOT, TICKS, WHO_VOTED
from stoa.kit.act import CLOCK
from stoa.kit.models import A_MAIL
from tests.leaks.worlds import World, about
from tests.stage import acting, approve, at


@about(A_BALLOT, A_MAIL)
def what_one_approves(world: World) -> None:
    """Which question a voter approves."""
    approve([world.some[0]], world.round, [world.round.questions.order_by("-pk" if world.otherwise else "pk")[0]])


@about(WHO_VOTED)
def whether_one_votes(world: World) -> None:
    """Whether somebody has voted yet."""
    if world.otherwise:
        approve([world.some[1]], world.round, list(world.round.questions.all()[:1]))


@about(A_BALLOT)
def whether_one_votes_again(world: World) -> None:
    """Whether somebody changed their vote."""
    approve([world.some[2]], world.round, list(world.round.questions.all()[:1]))
    if world.otherwise:
        approve([world.some[2]], world.round, list(world.round.questions.all()[1:]))


@about(TICKS)
def what_one_has_ticked(world: World) -> None:
    """Whether somebody ticked questions without voting."""
    assert world.round.ballot is not None
    if world.otherwise:
        reference = world.round.questions.all()[0].reference
        ballots.save_draft(acting(world.some[3]), ballot=world.round.ballot, approved=[reference])


@about(A_KEPT_BALLOT)
def who_voted_for_which(world: World) -> None:
    """Which of two voters approved which question, of a vote that too few took part in to open its ballots."""
    with at(world.round.vote_opens):
        agenda.begin_vote(CLOCK, round=world.round)
        world.round.refresh_from_db()
        questions = list(world.round.questions.order_by("pk"))
        for person, question in zip(world.some[:2], questions[:: -1 if world.otherwise else 1], strict=True):
            approve([person], world.round, [question])
