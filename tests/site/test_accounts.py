"""Signing in: codes by mail, second factors, other sites; and nothing that tells who has an account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.socialaccount.internal.flows.login import complete_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stoa.kit import clock, outbox
from stoa.kit.act import OPERATOR
from stoa.kit.models import Mail
from stoa.people.acts import admit
from stoa.people.models import Person
from tests.cast import BACKEND
from tests.stage import begin

pytestmark = pytest.mark.django_db
COUNTED = re.compile(r"(?!SELECT\s+unnest)(INSERT|UPDATE|DELETE|SELECT)")
"""Savepoints are told apart by their end, cursors by their number; a task is queued unless one waits already."""
CODE = re.compile(r"^    (\S+)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()
    begin()


@pytest.fixture
def ada() -> Person:
    return admit(OPERATOR, name="Ada", email="ada@example.org")


def ask_code(client: Client, email: str, query: str = "") -> Any:
    return client.post(f"/account/login/code/{query}", {"email": email}, follow=True)


def code_sent() -> str:
    outbox.deliver_due()
    found = CODE.search(str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_a_code_from_the_mail_signs_in_and_leads_back_to_where_one_was(client: Client, ada: Person) -> None:
    client.get("/account/login/")
    before = client.session.session_key
    client.post("/account/login/code/", {"email": "Ada@Example.org", "next": "/agenda"})
    response = client.post("/account/login/code/confirm/", {"code": code_sent(), "next": "/agenda"})
    assert (response.status_code, response["Location"]) == (302, "/agenda")
    assert client.session["_auth_user_id"] == ada.pk
    assert client.session.session_key != before


def test_no_mail_is_sent_within_the_request(client: Client, ada: Person) -> None:
    ask_code(client, "ada@example.org")
    assert mail.outbox == []
    waiting = Mail.objects.get()
    assert (waiting.kind, waiting.to, waiting.person_id) == ("sign-in-code", "ada@example.org", ada.pk)


def test_signing_in_gives_a_person_without_one_a_row_of_their_address(client: Client, ada: Person) -> None:
    ask_code(client, "ada@example.org")
    client.post("/account/login/code/confirm/", {"code": code_sent()})
    assert not ada.has_usable_password()
    assert client.session["_auth_user_id"] == ada.pk
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("ada@example.org", True, True)]


def test_an_address_that_nobody_has_looks_the_same(ada: Person) -> None:
    known, unknown = (ask_code(Client(), email) for email in ("ada@example.org", "eve@example.org"))
    plain = [re.sub(r"ada|eve|value=\"[A-Za-z0-9]{64}\"", "", page.content.decode()) for page in (known, unknown)]
    assert plain[0] == plain[1]
    assert known.redirect_chain == unknown.redirect_chain
    assert list(Mail.objects.values_list("to", flat=True)) == ["ada@example.org"]


def test_no_code_fits_an_address_that_nobody_has(client: Client) -> None:
    ask_code(client, "eve@example.org")
    for code in ("", "None", "0"):
        client.post("/account/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in client.session


def test_after_three_wrong_codes_the_right_one_no_longer_serves(client: Client, ada: Person) -> None:
    ask_code(client, "ada@example.org")
    code = code_sent()
    wrong = [client.post("/account/login/code/confirm/", {"code": "WRONG"}, follow=True) for _ in range(3)]
    assert "This is not the code that was sent last. Look at the mail once more" in wrong[0].content.decode()
    assert "Begin to sign in anew" in wrong[-1].content.decode()
    client.post("/account/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in client.session


def test_a_code_serves_a_quarter_of_an_hour(client: Client, ada: Person) -> None:
    ask_code(client, "ada@example.org")
    code = code_sent()
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        client.post("/account/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in client.session


def test_codes_for_one_address_are_limited(ada: Person) -> None:
    for _ in range(5):
        ask_code(Client(), "ada@example.org")
    assert Mail.objects.count() == 3


def test_who_asks_too_often_gets_a_page_of_ours_that_says_what_to_do(client: Client) -> None:
    answers = [client.post("/account/login/", {"email": f"{n}@example.org"}) for n in range(40)]
    assert answers[-1].status_code == 429
    assert "Wait a few minutes, then try again." in answers[-1].content.decode()
    assert 'id="main"' in answers[-1].content.decode()


def test_for_an_address_that_nobody_has_the_same_work_is_done_and_no_mail_sent(
    ada: Person, django_capture_on_commit_callbacks: Any
) -> None:
    done = {}
    for email in ("ada@example.org", "eve@example.org"):
        client = Client()
        client.get("/account/login/code/")
        with CaptureQueriesContext(connection) as asked, django_capture_on_commit_callbacks(execute=True):
            client.post("/account/login/code/", {"email": email})
        done[email] = sorted(" ".join(query["sql"].split()[:6]) for query in asked if COUNTED.match(query["sql"]))
    assert done["eve@example.org"] == done["ada@example.org"]
    assert sum("kit_mail" in statement for statement in done["eve@example.org"]) == 1
    assert list(Mail.objects.values_list("to", flat=True)) == ["ada@example.org"]


def test_signing_in_never_leads_to_another_server(client: Client, ada: Person) -> None:
    client.post("/account/login/code/", {"email": "ada@example.org", "next": "https://evil.example/"})
    response = client.post("/account/login/code/confirm/", {"code": code_sent(), "next": "//evil.example/"})
    assert response["Location"] == "/"


def test_who_has_left_cannot_sign_in(client: Client, ada: Person) -> None:
    Person.objects.filter(pk=ada.pk).update(is_active=False)
    ask_code(client, "ada@example.org")
    assert not Mail.objects.exists()


def test_nobody_signs_up_and_nobody_has_a_password(client: Client, ada: Person) -> None:
    assert "people join by applying" in client.get("/account/signup/").content.decode()
    for known in ("ada@example.org", "eve@example.org"):
        client.post("/account/signup/", {"email": known})
    assert Person.objects.count() == 1
    client.force_login(ada)
    for page in ("change", "set", "reset", "reset/key/x-y"):
        assert client.get(f"/account/password/{page}/")["Location"] == reverse("account_login")


def sign_in(client: Client, email: str) -> None:
    ask_code(client, email)
    client.post("/account/login/code/confirm/", {"code": code_sent()})


def test_another_address_counts_once_confirmed_and_the_change_is_told(client: Client, ada: Person) -> None:
    sign_in(client, "ada@example.org")
    client.post("/account/email/", {"email": "new@example.org", "action_add": ""})
    outbox.deliver_due()
    link = re.search(r"/account/confirm-email/\S+", str(mail.outbox[-1].body))
    assert link is not None
    client.post("/account/email/", {"email": "new@example.org", "action_primary": ""})
    assert Person.objects.get().email == "ada@example.org"
    client.post(link[0])
    client.post("/account/email/", {"email": "new@example.org", "action_primary": ""})
    outbox.deliver_due()
    assert Person.objects.get().email == "new@example.org"
    assert [(m.to[0], m.subject.partition(" ")[0]) for m in mail.outbox[1:]] == [
        ("new@example.org", "Is"),
        ("ada@example.org", "A"),
    ]


def elsewhere(email: str, *, verified: bool, uid: str = "17") -> tuple[Any, Any]:
    """Somebody comes back from GitHub."""
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    request.session = Client().session
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    login = SocialLogin(
        user=Person(email=email),
        account=SocialAccount(provider="github", uid=uid),
        email_addresses=[EmailAddress(email=email, verified=verified, primary=True)],
    )
    login.state = {}
    with request_context(request):
        response = complete_login(request, login)
    return request, response


@pytest.mark.parametrize("provider", ["orcid", "github"])
@pytest.mark.parametrize("step", ["", "callback/"])
def test_a_way_in_that_is_not_set_up_has_no_page(client: Client, provider: str, step: str) -> None:
    assert client.get(f"/account/{provider}/login/{step}").status_code == 404
    assert client.post(f"/account/{provider}/login/{step}").status_code == 404


def test_ways_in_go_by_the_names_that_their_owners_use(client: Client, ada: Person, settings: Any) -> None:
    app = {"APP": {"client_id": "id", "secret": "secret"}}
    settings.SOCIALACCOUNT_PROVIDERS = {"orcid": app, "github": app}
    page = client.get("/account/login/").content.decode()
    assert "Sign in with ORCID<" in page
    assert "Sign in with GitHub<" in page
    client.force_login(ada, backend=BACKEND)
    assert "Connect ORCID<" in client.get("/account/3rdparty/").content.decode()


def test_an_account_elsewhere_opens_the_account_of_its_confirmed_address(ada: Person, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"github": {"APP": {"client_id": "id", "secret": "secret"}}}
    request, _ = elsewhere("ada@example.org", verified=True)
    assert request.user == ada
    assert SocialAccount.objects.get().user == ada


@pytest.mark.parametrize(("email", "verified"), [("ada@example.org", False), ("eve@example.org", True)])
def test_an_account_elsewhere_makes_no_account_here(ada: Person, email: str, verified: bool) -> None:
    request, response = elsewhere(email, verified=verified)
    assert request.user.is_anonymous
    assert "people join by applying" in response.content.decode()
    assert (Person.objects.count(), SocialAccount.objects.count()) == (1, 0)
