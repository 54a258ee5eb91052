"""The pages of the discussion: who is asked, what each viewer sees, and what comes of each press."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stoa.agenda.models import Answer, Round, Statement
from stoa.kit import moderated
from stoa.people.models import Person
from tests.agenda.discussing import after_the_close, answer, in_discussion, state
from tests.cast import Cast, browser

pytestmark = pytest.mark.django_db
CLAIM = "Open weights should only be published after a review by others."
HERE = "/agenda/2027/discussion"


class Talk:
    """A community that discusses three statements."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.round: Round = in_discussion(self.cast)
        bodies = (CLAIM, "Fine-tuning removes refusals.", "Data should be listed.")
        self.statements = [state(self.round, body, self.cast.author) for body in bodies]


@pytest.fixture
def talk() -> Talk:
    return Talk()


def text(response: object) -> str:
    content: bytes = response.content  # type: ignore[attr-defined]
    return content.decode()


def press(client: Client, statement: Statement, word: str, **more: str) -> object:
    data = {"statement": statement.pk, "answer": word, **more}
    return client.post(f"{HERE}/answer", data)


def values() -> dict[int, int]:
    return dict(Answer.objects.values_list("statement", "value"))


def test_members_and_trainees_are_asked_and_others_read(talk: Talk) -> None:
    for person, asked in ((talk.cast.member, True), (talk.cast.associate, True), (talk.cast.stranger, False)):
        assert ('name="answer"' in text(browser(person).get(HERE))) is asked
    page = text(browser().get(HERE))
    assert "Sign in to answer" in page
    assert CLAIM in page
    assert 'name="answer"' not in page


@pytest.mark.parametrize(("word", "value"), [("agree", 1), ("disagree", -1), ("skip", 0)])
def test_a_press_saves_at_once_and_leads_on_to_another_statement_with_an_undo(
    talk: Talk, word: str, value: int
) -> None:
    client = browser(talk.cast.member)
    response = press(client, talk.statements[0], word)
    assert values() == {talk.statements[0].pk: value}
    page = text(client.get(response.url))  # type: ignore[attr-defined]
    assert "Undo" in page
    asked = re.search(r'name="statement" value="(\d+)">\s*<blockquote', page)
    assert asked is not None
    assert int(asked[1]) != talk.statements[0].pk


def test_undo_takes_the_answer_back_and_shows_its_statement(talk: Talk) -> None:
    client = browser(talk.cast.member)
    press(client, talk.statements[1], "agree")
    response = client.post(f"{HERE}/take-back", {"statement": talk.statements[1].pk})
    assert values() == {}
    assert f'value="{talk.statements[1].pk}">\n<blockquote' in text(client.get(response.url))


def test_scripts_get_the_part_alone(talk: Talk) -> None:
    client = browser(talk.cast.member)
    data = {"statement": talk.statements[0].pk, "answer": "agree"}
    part = text(client.post(f"{HERE}/answer", data, headers={"HX-Request": "true"}))
    assert part.startswith('<section id="answering"')
    assert "<html" not in part


def test_when_everything_is_answered_the_page_says_so_and_leads_to_ones_answers(talk: Talk) -> None:
    client = browser(talk.cast.member)
    for statement in talk.statements:
        press(client, statement, "skip")
    assert "You have answered every statement" in text(client.get(HERE))
    page = text(client.get(f"{HERE}/answers"))
    assert page.count('value="skip" aria-pressed="true"') == 3
    press(client, talk.statements[0], "disagree", **{"from": "own"})
    assert values()[talk.statements[0].pk] == -1


def test_nobody_sees_the_answers_of_somebody_else(talk: Talk) -> None:
    answer([talk.cast.member], talk.statements[0], 1)
    for person in (talk.cast.author, talk.cast.steward, talk.cast.founder, talk.cast.facilitator):
        assert "You have not answered yet" in text(browser(person).get(f"{HERE}/answers"))
    assert browser().get(f"{HERE}/answers").status_code == 302


@pytest.mark.parametrize("sent", [{}, {"statement": "x"}, {"statement": "999999999999999999999"}, {"statement": "\0"}])
def test_a_press_on_nothing_is_told_so(talk: Talk, sent: dict[str, str]) -> None:
    response = browser(talk.cast.member).post(f"{HERE}/answer", {**sent, "answer": "agree"})
    assert response.status_code == 422
    assert values() == {}


def test_a_statement_is_proposed_after_a_look_at_those_that_say_the_same(talk: Talk) -> None:
    client = browser(talk.cast.member)
    body = "Open weights should be published only after others review them."
    shown = client.post(f"{HERE}/propose", {"body": body})
    page = text(shown)
    assert shown.status_code == 422
    assert "Does one of these say the same?" in page
    assert CLAIM in page
    assert body in page
    assert Statement.objects.count() == 3
    client.post(f"{HERE}/propose", {"body": body, "anyway": "on"})
    assert Statement.objects.latest("pk").author == talk.cast.member
    assert body in text(client.get(HERE))


def test_too_long_a_statement_comes_back_with_its_words(talk: Talk) -> None:
    response = browser(talk.cast.member).post(f"{HERE}/propose", {"body": "long " * 60})
    assert response.status_code == 422
    assert "long long" in text(response)
    assert "280 characters" in text(response)


def test_no_page_names_the_author_of_a_statement_but_to_the_author(talk: Talk) -> None:
    where = talk.statements[0].get_absolute_url()
    for person in (None, talk.cast.member, talk.cast.steward, talk.cast.facilitator):
        for path in (HERE, where):
            page = text(browser(person).get(path))
            assert talk.cast.author.pk not in page
            assert talk.cast.author.name not in page
    assert "Nobody is named with it" in text(browser(talk.cast.author).get(where))


def test_held_statements_are_known_to_author_and_moderators_and_removed_ones_keep_their_words_from_others(
    talk: Talk,
) -> None:
    statement = talk.statements[0]
    where = statement.get_absolute_url()

    def seen(person: Person | None) -> tuple[int, bool]:
        response = browser(person).get(where)
        return response.status_code, CLAIM in text(response)

    moderated.set_state(statement.reference, moderated.State.HELD)
    assert [seen(p) for p in (None, talk.cast.member, talk.cast.author, talk.cast.steward)] == [
        (404, False),
        (404, False),
        (200, True),
        (200, True),
    ]
    assert CLAIM not in text(browser(talk.cast.member).get(HERE))
    moderated.set_state(statement.reference, moderated.State.REMOVED)
    assert [seen(p) for p in (None, talk.cast.author, talk.cast.steward)] == [(200, False), (200, True), (200, True)]


def test_an_author_withdraws_a_statement(talk: Talk) -> None:
    where = talk.statements[0].get_absolute_url()
    assert browser(talk.cast.member).get(f"{where}/withdraw").status_code == 403
    browser(talk.cast.author).post(f"{where}/withdraw")
    talk.statements[0].refresh_from_db()
    assert talk.statements[0].state == "withdrawn"
    page = text(browser(talk.cast.member).get(where))
    assert "Withdrawn" in page
    assert CLAIM not in page


def test_the_line_about_secrecy_stands_under_the_buttons_and_open_data_is_said(talk: Talk) -> None:
    client = browser(talk.cast.member)
    assert "until the link between you and your answers is deleted after the close" in text(client.get(HERE))
    assert "open data" not in text(client.get(HERE))
    other = in_discussion(talk.cast, "open", open_data=True)
    state(other, CLAIM, talk.cast.author)
    assert "Answers become open data" in text(client.get(f"/agenda/{other.slug}/discussion"))


def test_the_proof_is_a_page_and_a_file_until_the_link_is_deleted(talk: Talk) -> None:
    answer([talk.cast.member], talk.statements[0], 1)
    client = browser(talk.cast.member)
    assert "has not ended" in text(client.get(f"{HERE}/proof"))
    with after_the_close(talk.round):
        client = browser(talk.cast.member)
        assert "commits to the answers of all" in text(client.get(f"{HERE}/proof"))
        file = json.loads(client.get(f"{HERE}/proof?format=json").content)
        assert file["row"]["answers"] == {talk.statements[0].reference: "agree"}
        assert "You gave no answers here" in text(browser(talk.cast.author).get(f"{HERE}/proof"))
    with after_the_close(talk.round, days=2):
        client = browser(talk.cast.member)
        for path in ("proof", "answers"):
            assert "These answers are nobody's now" in unescape(text(client.get(f"{HERE}/{path}")))
        assert client.get(f"{HERE}/proof?format=json").status_code == 404


def test_a_round_without_a_discussion_has_no_such_pages(talk: Talk) -> None:
    talk.cast.round("plain")
    for path in ("discussion", "discussion/propose", "discussion/answers", "discussion/proof"):
        assert browser(talk.cast.member).get(f"/agenda/plain/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/answers"])
def test_more_statements_cost_no_more_queries(talk: Talk, path: str) -> None:
    client = browser(talk.cast.member)
    answer([talk.cast.member], talk.statements[0], 1)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(HERE + path).status_code == 200
        return len(queries)

    cost()
    few = cost()
    for n in range(4):
        made = state(talk.round, f"One more claim, number {n}.", talk.cast.members[n])
        answer([talk.cast.member], made, 0)
    assert cost() == few


def test_the_round_leads_to_its_discussion(talk: Talk) -> None:
    assert f'href="{HERE}"' in text(browser().get("/agenda/2027"))
    assert f'href="{HERE}"' in text(browser().get("/agenda"))
