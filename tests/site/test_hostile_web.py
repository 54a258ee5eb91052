"""What hostile pages, visitors and texts try on the site as a whole, beyond what each part's own tests try."""

from __future__ import annotations

import ast
import gzip
import socket
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from stoa.agenda import acts as agenda
from stoa.forum import acts as forum
from stoa.kit import outbox
from stoa.kit.models import Mail
from stoa.people import acts as people
from tests.agenda.discussing import in_discussion
from tests.api.calling import Program
from tests.cast import Cast, browser
from tests.stage import acting

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2] / "stoa"
SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
RUNS = ("<script>alert", "<img src=x", "onerror=alert(1)>")
MAY_CONNECT = {
    "stoa/cli/up.py", "stoa/cli/published.py", "stoa/kit/postgres.py", "stoa/kit/outbox.py", "stoa/verify/web.py",
    "stoa/evaluation/llama.py", "stoa/evaluation/serving.py", "stoa/evaluation/runner/endpoint.py",
    "stoa/evaluation/runner/server.py", "stoa/kit/embeddings.py",
}  # fmt: skip
"""Its own server at the start; the published record after a restore; the database's socket; the mail server; another's record,
as asked; on a member's own machine their model and the server that they run for; and the server of embeddings that the operator
set, whose address nobody else can choose."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "address",
    [
        "/search?q={}", "/search?kind={}", "/record?q={}", "/record?type={}&actor={}", "/people?q={}", "/forum?kind={}",
        "/agenda/2027?q={}&state={}", "/account/login/?next={}", "/account/login/code/?next={}", "/agenda?{}={}",
        "/live?topic={}", "/in/{}", "/people/{}", "/record/blob/{}", "/forum/about/{}", "/{}",
    ],
)  # fmt: skip
def test_nothing_in_an_address_comes_back_as_a_script(cast: Cast, address: str) -> None:
    cast.round()
    for who in (None, cast.member):
        answer = browser(who).get(address.replace("{}", SCRIPT))
        page = answer.content.decode()
        assert answer.status_code < 500
        assert not any(bad in page for bad in RUNS) or answer["Content-Type"].startswith("text/plain"), address


@pytest.mark.slow
def test_nothing_that_somebody_wrote_runs_on_any_page(cast: Cast) -> None:
    people.edit_profile(acting(cast.author), person=cast.author, name=SCRIPT[:60], pronouns=SCRIPT[:20])
    round_ = cast.round()
    question = agenda.propose_question(acting(cast.author), round=round_, title=SCRIPT, body=SCRIPT)
    discussed = in_discussion(cast, "2030")
    statement = agenda.propose_statement(acting(cast.author), round=discussed, body=SCRIPT)
    post = forum.write_post(acting(cast.author), about=question.reference, body=SCRIPT)
    pages = [
        "/", "/people", f"/people/{cast.author.pk}", "/agenda", "/agenda/2027", f"/agenda/2027/questions/{question.pk}",
        "/agenda/2030/discussion", statement.get_absolute_url(), "/forum", f"/forum/thread/{post.thread_id}",
        "/search?q=alert", "/governance", f"/agenda/2027/questions/{question.pk}/edit", "/agenda/2027?format=csv",
    ]  # fmt: skip
    for who in (None, cast.author, cast.steward):
        for path in pages:
            answer = browser(who).get(path)
            assert not any(bad in answer.content.decode() for bad in RUNS), (path, who)
            assert "unsafe" not in answer["Content-Security-Policy"]


def test_no_text_or_address_makes_the_server_ask_another(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links, pictures, names and feeds are never fetched: nothing a member writes opens a connection."""
    opened: list[Any] = []
    honest = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX:
            opened.append(address)
        return honest(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    inside = "http://169.254.169.254/latest http://127.0.0.1:5432 ![p](http://localhost/p.png) [l](file:///etc/passwd)"
    about = cast.question(cast.round(), "What leaks?", cost=10, by=cast.author).reference
    program = Program.of(cast.member)
    program.post("/forum/posts", {"about": about, "body": inside})
    program.post("/forum/preview", {"body": inside}, status=200)
    program.post("/rounds/2027/questions", {"title": "http://127.0.0.1/", "body": inside})
    program.post("/organisations", {"name": "http://127.0.0.1/", "country": "CH"}, status=201)
    browser(cast.member).get("/account/login/?next=http://127.0.0.1/")
    outbox.deliver_due()
    assert opened == []


@pytest.mark.slow
def test_only_what_is_listed_can_open_a_connection() -> None:
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            if {"httpx", "urllib.request", "requests", "http.client", "ftplib", "smtplib", "socket"} & set(names):
                found.add(str(path.relative_to(ROOT.parent)))
    assert found <= MAY_CONNECT, found - MAY_CONNECT


def test_a_packed_body_is_not_unpacked(cast: Cast) -> None:
    bomb = gzip.compress(b'{"body": "' + b"a" * 20_000_000 + b'"}')
    sent = {"Authorization": f"Bearer {Program.of(cast.member).key}", "Content-Encoding": "gzip"}
    answer = Client().generic("POST", "/api/v1/forum/preview", bomb, "application/json", headers=sent)
    assert answer.status_code == 400


def test_a_body_nested_without_end_is_refused_in_words(cast: Cast) -> None:
    answer = Program.of(cast.member).send("POST", "/forum/preview", b"[" * 1_000_000)
    assert answer.status_code in {400, 422}


def test_codes_are_limited_by_where_they_are_asked_from(cast: Cast) -> None:
    """Many accounts from one place: after so many codes in a minute none is sent any more, whoever's it would be."""
    cache.clear()
    for person in cast.admit(25):
        Client(REMOTE_ADDR="192.0.2.1").post(reverse("account_request_login_code"), {"email": person.email})
    asked = [Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")]
    email = {"email": cast.member.email}
    statuses = [client.post(reverse("account_request_login_code"), email).status_code for client in asked]
    assert statuses == [200, 302], "the first stays on the form, which says why; from elsewhere it goes on"
    assert Mail.objects.filter(kind="sign-in-code").count() == 20 + 1


def test_a_session_that_somebody_prepared_is_not_taken_over(cast: Cast) -> None:
    """The id of the session that a victim is given before signing in is worth nothing afterwards."""
    victim, attacker = Client(), Client()
    victim.get("/account/login/")
    session = victim.session
    session["planted"] = "1"
    session.save()
    attacker.cookies["sessionid"] = victim.cookies["sessionid"] = session.session_key
    from stoa.people.links import make_link

    victim.post(make_link(cast.member, hours=1, once=True).removeprefix("http://stoa.test"))
    assert victim.session["_auth_user_id"] == cast.member.pk
    assert "_auth_user_id" not in attacker.session
    assert attacker.get("/people/me").status_code == 302


@pytest.mark.parametrize("name", ["Eve\r\nBcc: all@example.org", "Eve\nSubject: x", "Eve\x00"])
def test_no_name_reaches_into_the_head_of_a_mail(cast: Cast, name: str) -> None:
    program = Program.of(cast.member)
    program.send("PUT", "/me", {"name": name})
    browser(cast.member).post("/people/me", {"name": name})
    Client().post(reverse("account_request_login_code"), {"email": cast.member.email})
    outbox.deliver_due()
    for sent in mail.outbox:
        head = str(sent.message()).split("\n\n", 1)[0]
        assert "Bcc" not in head
        assert sent.to == [sent.to[0]]
