"""Second factors: enrolled, asked for after the code, demanded by actions, and the way back to where one was."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from stoa.kit import clock, outbox
from stoa.kit.act import OPERATOR
from stoa.people.acts import admit
from stoa.people.links import make_link
from stoa.people.middleware import actor_of
from stoa.people.models import Person
from tests.stage import begin

pytestmark = pytest.mark.slow


@pytest.fixture
def ada(cloned_db: str) -> Person:
    cache.clear()
    mail.outbox = []
    begin()
    return admit(OPERATOR, name="Ada", email="ada@example.org", roles=["steward"])


def authenticator_code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return f"{hotp_value(secret, counter):06}"


def enrol(client: Client) -> str:
    secret: str = client.get("/account/2fa/totp/activate/").context["form"].secret
    response = client.post("/account/2fa/totp/activate/", {"code": authenticator_code(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def has_second_factor(client: Client) -> bool:
    request = RequestFactory().get("/")
    request.session = client.session
    request.user = Person.objects.get(pk=client.session["_auth_user_id"])
    return actor_of(request).second_factor


def sign_in_by_link(client: Client, person: Person, *, console: bool = False) -> str:
    path = make_link(person, hours=1, once=True, console=console).removeprefix("http://stoa.test")
    response = client.post(path)
    return str(response["Location"])


def test_an_authenticator_app_is_enrolled_counts_at_once_and_is_told_by_mail(ada: Person) -> None:
    client = Client()
    client.force_login(ada)
    assert not has_second_factor(client)
    enrol(client)
    assert has_second_factor(client)
    assert set(Authenticator.objects.filter(user=ada).values_list("type", flat=True)) == {"totp", "recovery_codes"}
    outbox.deliver_due()
    assert [m.to for m in mail.outbox] == [["ada@example.org"]]
    assert "An authenticator app was added" in str(mail.outbox[0].body)


def test_after_a_link_from_a_mail_the_second_factor_is_asked_and_then_counts(ada: Person) -> None:
    client = Client()
    client.force_login(ada)
    secret = enrol(client)
    other = Client()
    assert sign_in_by_link(other, ada) == reverse("mfa_authenticate")
    assert "_auth_user_id" not in other.session
    with time_machine.travel(clock.now() + timedelta(seconds=90)):
        other.post("/account/2fa/authenticate/", {"code": authenticator_code(secret)})
    assert other.session["_auth_user_id"] == ada.pk
    assert has_second_factor(other)


def test_wrong_codes_of_the_authenticator_are_limited(ada: Person) -> None:
    client = Client()
    client.force_login(ada)
    secret = enrol(client)
    other = Client()
    sign_in_by_link(other, ada)
    wrong = [other.post("/account/2fa/authenticate/", {"code": "000000"}) for _ in range(6)]
    assert "Type the one that the app shows now" in wrong[0].content.decode()
    assert "wait a few minutes first" in wrong[-1].content.decode()
    with time_machine.travel(clock.now() + timedelta(seconds=90)):
        other.post("/account/2fa/authenticate/", {"code": authenticator_code(secret)})
    assert "_auth_user_id" not in other.session


def test_a_link_from_the_console_stands_for_both_factors_for_twelve_hours(ada: Person) -> None:
    client = Client()
    client.force_login(ada)
    enrol(client)
    other = Client()
    assert sign_in_by_link(other, ada, console=True) == "/"
    assert has_second_factor(other)
    with clock.travel(clock.now() + timedelta(hours=13)):
        assert not has_second_factor(other)


def test_a_page_that_needs_a_second_factor_leads_to_adding_one_and_back(ada: Person) -> None:
    client = Client()
    client.force_login(ada)
    refused = client.get("/setup")
    assert (refused.status_code, "/factor?next=/setup" in refused.content.decode().replace("%2F", "/")) == (403, True)
    assert client.get("/factor?next=/setup")["Location"] == reverse("mfa_index")
    enrol(client)
    assert (
        'You have a second factor. <a href="/factor/onward">'
        in client.get("/account/2fa/recovery-codes/").content.decode()
    )
    assert client.get("/factor/onward")["Location"] == "/setup"
    assert client.get("/setup").status_code == 200


def test_who_has_a_second_factor_shows_it_once_more_and_comes_back(ada: Person) -> None:
    client = Client()
    client.force_login(ada)
    secret = enrol(client)
    other = Client()
    other.force_login(ada)
    ask = other.get("/factor?next=/setup")["Location"]
    assert ask == f"{reverse('mfa_reauthenticate')}?next=%2Fsetup"
    with time_machine.travel(clock.now() + timedelta(seconds=90)):
        response = other.post(ask, {"code": authenticator_code(secret), "next": "/setup"})
        assert response["Location"] == "/setup"
        assert other.get("/setup").status_code == 200


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_way_back_never_leads_to_another_server(ada: Person, there: str) -> None:
    client = Client()
    sign_in_by_link(client, ada, console=True)
    assert client.get("/factor", {"next": there})["Location"] == "/"


def test_a_link_of_a_vote_opens_no_page_on_how_one_signs_in(ada: Person) -> None:
    pages = ("/account/email/", "/account/2fa/totp/activate/", "/account/2fa/webauthn/add/", "/account/3rdparty/")
    for page in pages:
        client = Client()
        client.post(make_link(ada, hours=48, once=False).removeprefix("http://stoa.test"))
        assert client.get("/agenda").status_code == 200
        assert client.get(page)["Location"].startswith("/account/login/?next=")
        assert "_auth_user_id" not in client.session
    invited = Client()
    sign_in_by_link(invited, ada)
    assert [invited.get(page).status_code for page in pages] == [200, 200, 200, 200]


@pytest.mark.parametrize("page", ["mfa_remove_webauthn", "mfa_edit_webauthn"])
def test_somebody_elses_passkey_answers_like_one_that_is_not_there(ada: Person, page: str) -> None:
    hers = Authenticator.objects.create(user=ada, type=Authenticator.Type.WEBAUTHN, data={"name": "Her key"})
    client = Client()
    sign_in_by_link(client, admit(OPERATOR, name="Bob", email="bob@example.org", roles=["member"]))
    for method in (client.get, client.post):
        theirs, nobodys = (method(reverse(page, args=[pk]), {"name": "Mine now"}) for pk in (hers.pk, hers.pk + 1000))
        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert b"Her key" not in theirs.content
    hers.refresh_from_db()
    assert hers.data == {"name": "Her key"}
