"""What pages ask of the database: twelve statements at most for whoever is signed in, and no more rows the more there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from stoa.agenda import acts as agenda
from stoa.agenda.tasks import advance, draw_maps
from stoa.kit import clock
from tests import crowd
from tests.agenda.discussing import in_discussion, state
from tests.agenda.mapped import give
from tests.agenda.test_pages_result import Decided
from tests.asked import asked
from tests.cast import Cast, browser, settle
from tests.forum.talking import write
from tests.scenes import Scene
from tests.stage import acting, at

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST, MOST_ROWS = 12, 400
SOME, MORE = 300, 400


class Discussed(Scene):
    """A round under discussion with all that its pages show: a question, statements, answers, posts, a map."""

    def set(self) -> None:
        self.cast = Cast()
        self.cast.admit(20)
        self.round = in_discussion(self.cast)
        self.question = self.cast.question(self.round, "What leaks?", cost=20, hours=5, by=self.cast.author)
        authors = self.cast.members
        self.statements = [state(self.round, f"Claim {n}.", authors[n]) for n in range(12)]
        for person in self.cast.members:
            give(self.round, person, dict.fromkeys(self.statements[:11], 1))
        for reference in (self.round.reference, self.question.reference):
            self.post = write(self.cast.author, reference, "Much leaks.")


def pages(scene: Discussed) -> list[str]:
    here = scene.round.get_absolute_url()
    return [
        "/",
        "/agenda",
        here,
        scene.question.get_absolute_url(),
        f"{here}/discussion",
        f"{here}/map",
        scene.post.thread.get_absolute_url(),
        "/governance",
        "/record",
    ]


@pytest.fixture
def discussed() -> Discussed:
    scene = Discussed()
    settle()
    return scene


def grow(scene: Discussed, count: int) -> None:
    """So many more of everything that these pages list."""
    people = crowd.people(count)
    crowd.questions(scene.round, people, count)
    crowd.efforts(scene.question, people)
    more = crowd.statements(scene.round, people, count, about=scene.question)
    crowd.answered(scene.round, [scene.cast.member, scene.cast.steward], more[: count // 2])
    for reference in (scene.round.reference, scene.question.reference):
        crowd.posts(reference, people, count)
        crowd.entries(reference, count)


def seen(client: Client, paths: list[str]) -> dict[str, tuple[int, int]]:
    return {path: asked(client, path) for path in paths}


def over(found: dict[str, tuple[int, int]]) -> dict[str, int]:
    return {path: statements for path, (statements, _) in found.items() if statements > MOST}


@pytest.mark.parametrize("who", ["member", "steward"])
def test_a_page_asks_twelve_times_at_most_and_reads_no_more_rows_the_more_there_are(
    discussed: Discussed, who: str
) -> None:
    person = getattr(discussed.cast, who)
    give(discussed.round, person, dict.fromkeys(discussed.statements[:11], 1))
    client = browser(person)
    with clock.travel(clock.now() + timedelta(hours=2)):
        draw_maps()
        assert over(seen(client, pages(discussed))) == {}
        grow(discussed, SOME)
        many = seen(client, pages(discussed))
        assert over(many) == {}
        grow(discussed, MORE)
        more = seen(client, pages(discussed))
        assert max(rows for _, rows in more.values()) <= MOST_ROWS
        del more["/record"], many["/record"]  # its picture has the more points the longer the log is, up to 200
        assert more == many


@pytest.mark.parametrize("who", ["member", "steward"])
def test_the_same_while_a_vote_is_open(who: str) -> None:
    cast = Cast()
    cast.admit(5)
    round = cast.round()
    question = cast.question(round, "What leaks?", cost=20, hours=5, by=cast.author)
    write(cast.author, round.reference)
    write(cast.author, question.reference)
    settle()
    with at(round.vote_opens):
        advance()
        round.refresh_from_db()
        here, client = round.get_absolute_url(), browser(getattr(cast, who))
        paths = ["/", here, question.get_absolute_url(), f"{here}/vote"]
        assert over(seen(client, paths)) == {}
        people = crowd.people(SOME)
        crowd.questions(round, people, SOME)
        crowd.voters(round, people)
        many = seen(client, paths)
        assert over(many) == {}
        crowd.questions(round, people, MORE)
        crowd.voters(round, crowd.people(MORE))
        assert seen(client, paths) == many


@pytest.mark.parametrize("who", ["member", "steward"])
def test_the_same_of_a_result(who: str) -> None:
    decided = Decided()
    settle()
    with at(decided.round.vote_closes + timedelta(hours=26)):
        client, path = browser(getattr(decided.cast, who)), "/agenda/2027/result"
        few = asked(client, path)
        assert few[0] <= MOST
        crowd.entries(decided.round.reference, SOME)
        assert asked(client, path)[0] == few[0]


@pytest.mark.parametrize("who", ["member", "steward"])
def test_the_same_while_questions_are_taken(who: str) -> None:
    cast = Cast()
    cast.admit(5)
    round = cast.round()
    question = agenda.propose_question(acting(cast.author), round=round, title="What leaks?", body="")
    write(cast.author, question.reference)
    settle()
    client = browser(getattr(cast, who))
    assert over(seen(client, ["/", round.get_absolute_url(), question.get_absolute_url()])) == {}
