"""What is answered while the database is away, by pages and by the API, and when something else breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections
from django.test import Client

from stoa.kit.environment import environment
from stoa.kit.postgres import Postgres
from stoa.people.acts import create_token
from tests.cast import browser
from tests.stage import Stage, acting

pytestmark = pytest.mark.slow


@pytest.fixture
def away(cloned_db: str) -> Iterator[tuple[Client, str]]:
    """The browser and the key of somebody whose server has lost its database."""
    (person,) = Stage().admit(1)
    signed_in, (_, key) = browser(person), create_token(acting(person), person=person, name="test")
    settings = connections.databases["default"]
    connections.close_all()
    settings["NAME"] = "not_there"
    signed_in.raise_request_exception = False
    yield signed_in, key
    connections.close_all()
    settings["NAME"] = cloned_db


@pytest.mark.parametrize("path", ["/", "/agenda", "/record"])
def test_a_page_says_that_it_is_back_in_a_moment(away: tuple[Client, str], path: str) -> None:
    for client in (away[0], Client(raise_request_exception=False)):
        answer = client.get(path)
        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")
        assert "<h1>Back in a moment</h1>" in answer.content.decode()
        assert "What you sent" not in answer.content.decode()
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_whoever_sent_something_is_told_to_look_whether_it_arrived(away: tuple[Client, str]) -> None:
    answer = away[0].post("/agenda/2027/discussion/answer", {"answer": "agree"})
    assert answer.status_code == 503
    assert "What you sent may not have arrived." in answer.content.decode()


def test_a_program_gets_a_fault_with_its_remedy(away: tuple[Client, str]) -> None:
    signed_in, key = away
    asked = [
        signed_in.get("/api/v1/rounds"),
        Client(raise_request_exception=False).get("/api/v1/rounds"),
        Client(raise_request_exception=False).get("/api/v1/rounds", headers={"Authorization": f"Bearer {key}"}),
    ]
    for answer in asked:
        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")
        assert json.loads(answer.content) == {
            "message": "The database does not answer.",
            "remedy": "Try again in 5 seconds.",
            "field": "",
            "code": "unavailable",
            "address": "",
        }


def test_a_program_that_changes_something_is_told_how_not_to_do_it_twice(away: tuple[Client, str]) -> None:
    client = Client(raise_request_exception=False)
    sent = client.put(
        "/api/v1/rounds/2027/statements/1/answer",
        '{"answer": "agree"}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {away[1]}"},
    )
    assert sent.status_code == 503
    assert "under the same Idempotency-Key nothing is done twice" in json.loads(sent.content)["remedy"]


def test_what_else_breaks_is_no_outage(cloned_db: str) -> None:
    with psycopg.connect(Postgres(environment().data).url("owner", cloned_db)) as session:
        session.execute("DROP TABLE agenda_round CASCADE")
    client = Client(raise_request_exception=False)
    page, program = client.get("/agenda"), client.get("/api/v1/rounds")
    assert (page.status_code, program.status_code) == (500, 500)
    assert "Something broke on our side" in page.content.decode()
    assert json.loads(program.content)["code"] == "broken"
    assert "agenda_round" not in page.content.decode() + program.content.decode()
