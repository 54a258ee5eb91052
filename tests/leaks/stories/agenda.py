"""What is secret of rounds: who answered how, who asked and who wrote, and what is only drafted."""

from __future__ import annotations

from stoa.agenda import acts as agenda
from stoa.agenda.models import AGREE, DISAGREE, SKIP, PublishedMap
from stoa.agenda.models.discussion import AN_ANSWER, AN_AUTHOR
from stoa.agenda.models.maps import HOW_MANY
from stoa.agenda.models.rounds import A_DRAFTED_MAIL, AN_ASKER, Round
from stoa.forum.models.moderation import WHO_WROTE
from stoa.record.models import A_TEXT
from tests.leaks.worlds import World, about
from tests.stage import acting


@about(AN_ANSWER)
def what_one_answers(world: World) -> None:
    """How somebody answers a statement."""
    value = DISAGREE if world.otherwise else AGREE
    agenda.give_answer(acting(world.some[0]), statement=world.statements[-1], value=value)


@about(AN_ANSWER)
def whether_one_answers(world: World) -> None:
    """Whether somebody answers anything at all."""
    if world.otherwise:
        for statement in world.statements[:2]:
            agenda.give_answer(acting(world.some[-1]), statement=statement, value=AGREE)


@about(AN_ANSWER)
def whether_one_thinks_again(world: World) -> None:
    """Whether somebody changes an answer that is in the published map."""
    if world.otherwise:
        agenda.give_answer(acting(world.some[1]), statement=world.statements[0], value=SKIP)


@about(AN_ANSWER)
def whether_one_takes_back(world: World) -> None:
    """Whether somebody takes an answer back that is in the published map."""
    if world.otherwise:
        agenda.take_answer_back(acting(world.some[2]), statement=world.statements[1])


@about(HOW_MANY)
def how_many_answered(world: World) -> None:
    """How many people the map was drawn from, where rounding hides it."""
    PublishedMap.objects.update(people=16 if world.otherwise else 15)


@about(AN_ASKER)
def who_asks_unsigned(world: World) -> None:
    """Which of two people put an unsigned question to the next round."""
    author = world.some[8] if world.otherwise else world.some[9]
    coming = Round.objects.get(slug="2028")
    agenda.propose_question(acting(author), round=coming, title="Who asks?", body="", signed=False)


@about(A_DRAFTED_MAIL, A_TEXT)
def what_is_drafted_to_all(world: World) -> None:
    """What a mail to everybody will say that waits for a second person."""
    words = "The round is late." if world.otherwise else "The hall is cold."
    agenda.draft_announcement(acting(world.cast.founder), round=world.round, subject=words, body=words)


@about(AN_AUTHOR, WHO_WROTE)
def who_wrote_it(world: World) -> None:
    """Which of two people proposed a statement."""
    author = world.some[5] if world.otherwise else world.some[6]
    agenda.propose_statement(acting(author), round=world.round, body="Logs should be deleted after a month.")


@about(AN_ANSWER)
def who_answered_how(world: World) -> None:
    """Which of two people agrees with a statement, and which does not."""
    values = (DISAGREE, AGREE) if world.otherwise else (AGREE, DISAGREE)
    for person, value in zip(world.some[:2], values, strict=True):
        agenda.give_answer(acting(person), statement=world.statements[0], value=value)
