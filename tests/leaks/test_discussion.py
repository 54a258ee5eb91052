"""In a round that is being discussed nobody can read off anything who answered what, who wrote what, or who reported it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda import tasks
from stoa.agenda.models import AGREE, DISAGREE, SKIP, Answer, Round, Statement
from stoa.forum import acts as forum
from stoa.forum.models import Post
from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.models import Mail
from stoa.people import acts as people
from stoa.people.models import Person
from tests.leaks.worlds import Answer as Answered
from tests.leaks.worlds import Asked, Asking, Told, World, demand_alike, world
from tests.stage import acting, at

pytestmark = pytest.mark.slow
STATEMENTS = 5
ANSWERING = 16
MODERATE = frozenset({"steward", "founder", "scrutineer"})


def what_one_answers(scene: World, statements: list[Statement], some: list[Person]) -> None:
    """How somebody answers a statement."""
    value = DISAGREE if scene.otherwise else AGREE
    agenda.give_answer(acting(some[0]), statement=statements[-1], value=value)


def whether_one_answers(scene: World, statements: list[Statement], some: list[Person]) -> None:
    """Whether somebody answers anything at all."""
    if scene.otherwise:
        agenda.give_answer(acting(some[-1]), statement=statements[0], value=AGREE)


def whether_one_thinks_again(scene: World, statements: list[Statement], some: list[Person]) -> None:
    """Whether somebody changes an answer that is in the published map."""
    if scene.otherwise:
        agenda.give_answer(acting(some[1]), statement=statements[0], value=SKIP)


def whether_one_takes_back(scene: World, statements: list[Statement], some: list[Person]) -> None:
    """Whether somebody takes an answer back that is in the published map."""
    if scene.otherwise:
        agenda.take_answer_back(acting(some[2]), statement=statements[0])


def what_one_follows(scene: World, statements: list[Statement], some: list[Person]) -> None:
    """Whom and what somebody follows, mutes and hides, what they have read and what they are writing."""
    if scene.otherwise:
        me, about = some[3], f"round:{statements[0].round_id}"
        post = Post.objects.get()
        people.start_following(acting(me), person=me, reference=statements[0].reference)
        forum.mute(acting(me), person=me, muted=scene.cast.member)
        forum.hide(acting(me), person=me, reference=post.reference)
        forum.mark_read(acting(me), reader=me, thread=post.thread, up_to=post.pk)
        forum.save_draft(acting(me), place=about, body="I am not sure.", version=0)


def when_one_is_away(scene: World, _statements: list[Statement], some: list[Person]) -> None:
    """Whether somebody said that they are away."""
    if scene.otherwise:
        people.set_absence(acting(some[4]), person=some[4], until=(clock.now() + timedelta(days=9)).date())


def who_wrote_it(scene: World, statements: list[Statement], some: list[Person]) -> None:
    """Which of two people proposed a statement. Those who moderate may see it."""
    author = some[5] if scene.otherwise else some[6]
    agenda.propose_statement(acting(author), round=statements[0].round, body="Logs should be deleted after a month.")


def whether_one_reports(scene: World, statements: list[Statement], some: list[Person]) -> None:
    """Whether somebody reported a post and a statement. Those who moderate are told."""
    if scene.otherwise:
        forum.report(acting(some[7]), reference=Post.objects.get().reference, reason="off-topic", words="")
        forum.report(acting(some[7]), reference=statements[1].reference, reason="spam", words="")


Secret = Callable[[World, list[Statement], list[Person]], None]
FROM_ALL: list[Secret] = [
    what_one_answers,
    whether_one_answers,
    whether_one_thinks_again,
    whether_one_takes_back,
    what_one_follows,
    when_one_is_away,
]
FROM_ALL_BUT_MODERATORS: list[Secret] = [who_wrote_it, whether_one_reports]


def test_a_discussion_gives_nothing_secret_away(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        assert len(demand_alike(told)) > 1000


def told(*, otherwise: bool) -> Told:
    """What everybody but those whose secrets they are gets to see, and the mails to everybody else."""
    with ExitStack() as stack:
        scene = stack.enter_context(world(otherwise=otherwise))
        round_, statements, some = discussed(stack, scene)
        _happen(scene, FROM_ALL, statements, some)
        stack.enter_context(clock.travel(clock.now() + timedelta(hours=2)))
        with scene.step("two hours later"):
            pass_time()
        roles = scene.everybody_else()
        also = [f"/agenda/{round_.slug}", *(statement.get_absolute_url() for statement in statements)]
        answers = _asked(scene, {role: roles[role] for role in MODERATE}, also)
        _happen(scene, FROM_ALL_BUT_MODERATORS, statements, some)
        answers |= _asked(scene, {role: roles[role] for role in roles if role not in MODERATE}, also)
        told_more = [*some, scene.cast.steward, scene.cast.founder, *scene.cast.scrutineers]
        mails = Mail.objects.exclude(to__in=[person.email for person in told_more]).order_by("pk")
        return answers, list(mails.values_list("to", "subject"))


def _happen(scene: World, secrets: list[Secret], statements: list[Statement], some: list[Person]) -> None:
    for secret in secrets:
        with scene.step(secret.__name__):
            secret(scene, statements, some)


def _asked(scene: World, roles: dict[str, Person | None], also: list[str]) -> dict[Asked, Answered]:
    return Asking(scene, roles, also, thorough=frozenset({"visitor"})).everything()


def pass_time() -> None:
    """What the clock does in a discussion: the next statements, the map, and whatever else is due."""
    tasks.advance()
    tasks.weigh()


def discussed(stack: ExitStack, scene: World) -> tuple[Round, list[Statement], list[Person]]:
    """A round in discussion with a published map, its statements, and people whose secrets are to differ."""
    cast = scene.cast
    cast.admit(ANSWERING)
    round_ = cast.round(discussed_after=5)
    cast.question(round_, "What do logs give away?", cost=10, hours=10)
    assert round_.discussion_opens is not None
    stack.enter_context(at(round_.discussion_opens))
    agenda.begin_discussion(CLOCK, round=round_)
    round_.refresh_from_db()
    statements = [
        agenda.propose_statement(acting(cast.author), round=round_, body=body, anyway=True)
        for body in (f"Claim number {n} of {STATEMENTS} about logs." for n in range(1, STATEMENTS + 1))
    ]
    forum.write_post(acting(cast.member), about=f"round:{round_.pk}", body="What about *prompts*?")
    some = cast.members[-ANSWERING:]
    for n, person in enumerate(some[:-1]):
        for m, statement in enumerate(statements[:-1]):
            agenda.give_answer(acting(person), statement=statement, value=AGREE if (n + m) % 3 else DISAGREE)
    with scene.step("the map"):
        pass_time()
    assert Answer.objects.count() == (ANSWERING - 1) * (STATEMENTS - 1)
    return round_, statements, some
