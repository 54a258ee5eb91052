"""Two worlds that differ in every secret at once answer everybody else alike: pages, API, headers, cookies, counts, mails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from stoa.agenda.models import Round
from stoa.ballots import acts as ballots
from stoa.kit.models import Mail
from stoa.people import acts as people
from stoa.people.models import Person
from tests.leaks.worlds import Asking, Told, World, demand_alike, world
from tests.stage import acting, approve, at

pytestmark = pytest.mark.slow
Secret = Callable[[World, Round, list[Person]], None]


def what_one_approves(scene: World, round_: Round, some: list[Person]) -> None:
    """Which question a voter approves."""
    approve([some[0]], round_, [round_.questions.order_by("-pk" if scene.otherwise else "pk")[0]])


def whether_one_votes(scene: World, round_: Round, some: list[Person]) -> None:
    """Whether somebody has voted yet."""
    if scene.otherwise:
        approve([some[1]], round_, list(round_.questions.all()[:1]))


def whether_one_votes_again(scene: World, round_: Round, some: list[Person]) -> None:
    """Whether somebody changed their vote."""
    approve([some[2]], round_, list(round_.questions.all()[:1]))
    if scene.otherwise:
        approve([some[2]], round_, list(round_.questions.all()[1:]))


def what_one_has_ticked(scene: World, round_: Round, some: list[Person]) -> None:
    """Whether somebody ticked questions without voting."""
    assert round_.ballot is not None
    if scene.otherwise:
        reference = round_.questions.all()[0].reference
        ballots.save_draft(acting(some[3]), ballot=round_.ballot, approved=[reference])


def what_one_has_set(scene: World, _round: Round, some: list[Person]) -> None:
    """Whether somebody wants mails, and whether they made a key for programs."""
    if scene.otherwise:
        people.choose_mail(acting(some[4]), person=some[4], wants=False)
        people.create_token(acting(some[4]), person=some[4], name="notebook")


def what_one_follows(scene: World, round_: Round, some: list[Person]) -> None:
    """Whether somebody follows the round, and whether they are away."""
    if scene.otherwise:
        people.start_following(acting(some[4]), person=some[4], reference=round_.reference)
        people.set_absence(acting(some[4]), person=some[4], until=round_.vote_closes.date())


SECRETS: list[Secret] = [
    what_one_approves,
    whether_one_votes,
    whether_one_votes_again,
    what_one_has_ticked,
    what_one_has_set,
    what_one_follows,
]


def test_while_a_vote_is_open_nothing_gives_away_what_is_secret(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        assert len(demand_alike(told)) > 3000


def told(*, otherwise: bool) -> Told:
    """What everybody but those whose secrets they are gets to see, and the mails to everybody else."""
    with ExitStack() as stack:
        scene = stack.enter_context(world(otherwise=otherwise))
        round_ = voting(stack, scene)
        some = scene.cast.members[2:]
        for secret in SECRETS:
            with scene.step(secret.__name__):
                secret(scene, round_, some)
        answers = Asking(scene, scene.everybody_else(), [f"/votes/{round_.ballot_id}", f"/agenda/{round_.slug}"])
        mails = Mail.objects.exclude(to__in=[person.email for person in some]).order_by("pk")
        return answers.everything(), list(mails.values_list("to", "subject"))


def voting(stack: ExitStack, scene: World) -> Round:
    """A round of three questions whose vote has just opened, and the clock there."""
    scene.cast.admit(2)
    round_ = scene.cast.round()
    for title in ("First", "Second", "Third"):
        scene.cast.question(round_, title, cost=10, hours=10)
    stack.enter_context(at(round_.vote_opens))
    with scene.step("the vote opens"):
        scene.cast.vote(round_)
    round_.refresh_from_db()
    return round_
