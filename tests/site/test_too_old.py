"""A form without this site's token does nothing; what somebody typed in one of our own is offered back to them alone."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from stoa.agenda.models import Question
from tests.cast import BACKEND, Cast

pytestmark = pytest.mark.django_db
PATH = "/agenda/2027/propose"
HERE = {"Origin": "http://testserver"}
TYPED = {"title": 'What "leaks" & <how>?', "body": "One\n\ntwo", "once": "k1", "csrfmiddlewaretoken": "stale"}


@pytest.fixture
def client(cast: Cast) -> Client:
    cast.round()
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.member, backend=BACKEND)
    return client


def send(client: Client, headers: dict[str, str], typed: dict[str, str] = TYPED) -> tuple[Any, str]:
    answer = client.post(PATH, typed, headers=headers)
    return answer, answer.content.decode()


def offered(page: str) -> dict[str, str]:
    """The hidden fields of the form that can be sent again."""
    found = re.findall(r'<input type="hidden" name="(.+?)" value="(.*?)">', page, re.DOTALL)
    return {name: unescape(value) for name, value in found}


@pytest.mark.parametrize("headers", [HERE, {"Referer": f"http://testserver{PATH}"}])
def test_what_was_typed_in_our_own_form_can_be_sent_again_with_one_button(
    client: Client, headers: dict[str, str]
) -> None:
    answer, page = send(client, headers)
    assert (answer.status_code, Question.objects.count()) == (403, 0)
    assert "no-store" in answer["Cache-Control"]
    assert "<how>" not in page
    again = offered(page)
    assert {name: again[name].replace("\r\n", "\n") for name in ("title", "body", "once")} == {
        name: TYPED[name] for name in ("title", "body", "once")
    }
    assert again["csrfmiddlewaretoken"] != "stale"
    assert send(client, HERE, again)[0].status_code == 302
    assert Question.objects.get().title == TYPED["title"]


def test_who_is_no_longer_signed_in_is_led_to_sign_in_with_what_they_typed(client: Client, cast: Cast) -> None:
    client.cookies.clear()
    again = offered(send(client, HERE)[1])
    answer, _ = send(client, HERE, again)
    assert "What you typed or chose is kept" in client.get(answer["Location"]).content.decode()
    assert "is kept" not in client.get("/account/login/?next=/forum").content.decode()
    client.force_login(cast.member, backend=BACKEND)
    assert TYPED["title"] in unescape(client.get(PATH).content.decode())


def test_who_typed_more_than_is_kept_while_they_sign_in_is_told_before(client: Client) -> None:
    client.cookies.clear()
    again = offered(send(client, HERE)[1]) | {"body": "x" * 100_001}
    answer, _ = send(client, HERE, again)
    page = client.get(answer["Location"]).content.decode()
    assert "too long to be kept" in page
    assert "or chose is kept" not in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example", "Referer": "http://testserver/"},
        {"Referer": "https://evil.example/testserver"},
        {"Referer": "//testserver/"},
        {"Referer": ""},
    ],
)
def test_nothing_that_another_site_sent_is_shown_or_can_be_sent_on(client: Client, headers: dict[str, str]) -> None:
    answer, page = send(client, headers)
    assert answer.status_code == 403
    assert "leaks" not in page
    assert "<form" not in page


def test_a_browser_that_says_nothing_is_shown_the_text_and_no_button(client: Client) -> None:
    _, page = send(client, {})
    assert "leaks" in page
    assert "<form" not in page


def test_no_more_is_offered_back_than_is_kept_elsewhere(client: Client) -> None:
    _, page = send(client, HERE, TYPED | {"body": "x" * 100_001})
    assert "xxx" not in page
    assert "Go back with your browser" in page
