"""Links that open without a password: signing in, and the way out of mails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.people.acts import admit
from stoa.people.links import first_link, make_link
from stoa.people.models import Person, SignInLink
from stoa.people.tasks import forget_what_expired
from tests.stage import begin

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    cache.clear()
    begin()
    return admit(OPERATOR, name="Ada", email="ada@example.org", roles=["steward", "member"])


def path_of(link: str) -> str:
    assert link.startswith("http://stoa.test/")
    return link.removeprefix("http://stoa.test")


def test_opening_a_link_asks_first_and_uses_nothing_up(client: Client, ada: Person) -> None:
    path = path_of(make_link(ada, hours=1, once=True))
    for _ in range(2):
        page = client.get(path)
        assert (page.status_code, page["Cache-Control"]) == (
            200,
            "max-age=0, no-cache, no-store, must-revalidate, private",
        )
        assert "Sign in as Ada?" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_button_signs_in_with_a_session_begun_anew_and_leads_on(client: Client, ada: Person) -> None:
    path = path_of(make_link(ada, hours=1, once=True, next_address="/agenda"))
    client.get("/account/login/")
    before = client.session.session_key
    response = client.post(path)
    assert (response.status_code, response["Location"]) == (302, "/agenda")
    assert client.session["_auth_user_id"] == ada.pk
    assert client.session.session_key != before


def test_a_one_time_link_works_once(client: Client, ada: Person) -> None:
    path = path_of(make_link(ada, hours=1, once=True))
    client.post(path)
    other = Client()
    assert [other.get(path).status_code, other.post(path).status_code] == [410, 410]
    assert "_auth_user_id" not in other.session


def test_a_link_of_a_vote_works_again_until_its_end(ada: Person) -> None:
    path = path_of(make_link(ada, hours=48, once=False, next_address="/agenda"))
    for _ in range(2):
        client = Client()
        client.post(path)
        assert client.session["_auth_user_id"] == ada.pk
        assert client.get(path)["Location"] == "/agenda"
    with clock.travel(clock.now() + timedelta(hours=49)):
        assert Client().post(path).status_code == 410


def test_an_expired_link_tells_how_to_come_in_and_is_forgotten(client: Client, ada: Person) -> None:
    path = path_of(make_link(ada, hours=1, once=True))
    with clock.travel(clock.now() + timedelta(hours=2)):
        page = client.get(path)
        forget_what_expired()
    assert page.status_code == 410
    assert reverse("account_login") in page.content.decode()
    assert not SignInLink.objects.exists()


@pytest.mark.parametrize("token", ["x", "%00", "a" * 3000, "..%2f"])
def test_a_link_that_nobody_gave_out_is_gone(client: Client, ada: Person, token: str) -> None:
    assert client.get(f"/in/{token}").status_code in {404, 410}


def test_only_a_link_from_the_console_counts_as_a_second_factor(ada: Person) -> None:
    for link, expected in ((make_link(ada, hours=1, once=True), 403), (first_link(), 200)):
        client = Client()
        assert link is not None
        client.post(path_of(link))
        assert client.get("/setup").status_code == expected


def test_a_link_for_somebody_else_takes_nothing_over_from_who_was_signed_in(ada: Person) -> None:
    bob = admit(OPERATOR, name="Bob", email="bob@example.org")
    client = Client()
    console = first_link()
    assert console is not None
    client.post(path_of(console))
    path = path_of(make_link(bob, hours=1, once=True))
    assert "Going on signs Ada out here" in client.get(path).content.decode()
    client.post(path)
    assert client.session["_auth_user_id"] == bob.pk
    assert client.get("/setup").status_code == 403
    assert "console_link_until" not in client.session


def test_a_link_leads_to_no_other_server(client: Client, ada: Person) -> None:
    path = path_of(make_link(ada, hours=1, once=True, next_address="https://evil.example/"))
    assert client.post(path)["Location"] == "/"


def test_a_link_of_somebody_who_left_is_gone(client: Client, ada: Person) -> None:
    path = path_of(make_link(ada, hours=1, once=True))
    Person.objects.filter(pk=ada.pk).update(is_active=False)
    assert client.post(path).status_code == 410


def test_looking_at_the_way_out_of_mails_changes_nothing(client: Client, ada: Person) -> None:
    assert client.get(f"/mail/{ada.unsubscribe_token}").status_code == 200
    assert Person.objects.get().wants_mail


def test_a_mail_program_ends_mails_with_one_post_without_cookie(ada: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(f"/mail/{ada.unsubscribe_token}", {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert not Person.objects.get().wants_mail
    client.post(f"/mail/{ada.unsubscribe_token}", {"wants": "yes"})
    assert Person.objects.get().wants_mail


def test_an_unknown_way_out_changes_nothing(client: Client, ada: Person) -> None:
    assert client.post("/mail/unknown", {"List-Unsubscribe": "One-Click"}).status_code == 404
    assert Person.objects.get().wants_mail
