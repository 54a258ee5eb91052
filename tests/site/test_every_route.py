"""Every address, as everybody, filled with what belongs to somebody else: nothing breaks, nothing of theirs shows or changes."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from stoa.api.app import api
from stoa.kit.models import Upload
from stoa.people.models import Person
from tests import postgres
from tests.cast import BACKEND, browser
from tests.house import MARK, House, full_house
from tests.leaks.routes import body_for, methods_of

pytestmark = pytest.mark.slow
PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)|\{(\w+)\}")
NOT_ASKED = re.compile(r"^/account/(github|orcid|3rdparty|social)/")
"""Ways in that no operator set up here: tests/site/test_accounts.py asks for them."""

LEADS_NOWHERE = re.compile(
    r"/account/"  # what somebody set up to sign in with, which nobody did here
    r"|/(in|mail|calendar)/<"  # whoever has such a token may do what it is for
    r"|/agenda/<slug:slug>/map/<"  # no opinion map is drawn: too few answered
    r"|/votes/<int:pk>/(scrutiny|private-ballots)"  # of ballots that are kept closed
    r"|/forum/thread/<int:pk>/since"  # needs an instant beside its address
)
NEVER_SHOWN = {f"{MARK}WORDS", f"{MARK}LOG"}
"""What no page shows anybody here: the words of a ballot, and a log whose reproduction is only committed to."""

NOT_THERE = {401, 403, 404, 405, 410, 500}
ANSWERS = {200, 201, 204, 302, 400, 401, 403, 404, 405, 409, 410, 422, 429}
UNSAFE = re.compile(r"unsafe-|\*|https?:|'(?:nonce|sha\d+)-")


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), postgres.clone(), full_house() as house:
        cache.clear()
        yield house


def patterns() -> list[str]:
    """Every address with its parts still to be filled in; those of the API from its description."""

    def walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
        for found in resolver.url_patterns:
            pattern = prefix + str(found.pattern)
            if isinstance(found, URLResolver):
                yield from walk(found, pattern)
            elif isinstance(found, URLPattern) and not pattern.startswith("api/v1/"):
                yield pattern.replace("^", "").replace("$", "")

    return [*walk(get_resolver(), ""), *(path.removeprefix("/") for path in api.get_openapi_schema()["paths"])]


def addresses(house: House) -> list[str]:
    """Every address, filled with what leads to somebody's own; one that needs nothing stands once."""
    return sorted({path for pattern in patterns() for path in addresses_of(pattern, house)})


def addresses_of(pattern: str, house: House) -> list[str]:
    """One address in each way in which its parts can be filled in."""
    paths = dict.fromkeys("/" + filled(pattern, values) for values in house.values_for(pattern))
    return [path for path in paths if "<" not in path and not NOT_ASKED.match(path)]


def filled(pattern: str, values: dict[str, str]) -> str:
    """The address with its parts filled in; `<` stands where there is no value."""
    return PART.sub(lambda part: values.get(part[part.lastindex], "<"), pattern)


def ask(client: Client, method: str, path: str, sent: Mapping[str, Any] | None = None) -> tuple[HttpResponse, str]:
    """One request and its whole body; what is sent goes as a form, to the API as JSON."""
    if method == "POST" and not path.startswith("/api/"):
        response = client.post(path, sent)
    else:
        response = client.generic(method, path, json.dumps(sent) if sent else "", content_type="application/json")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response, body.decode(errors="replace")


def demand_harmless(house: House, asked: tuple[str, str, str], answer: tuple[HttpResponse, str]) -> None:
    """What holds of every answer to somebody whose things these are not; `asked` says by whom, how and for what."""
    response, body = answer
    asked = (*asked, str(response.status_code))
    assert response.status_code in ANSWERS, asked
    assert [secret for secret in house.secrets if secret in body] == [], asked
    if response.status_code == 302:
        assert re.match(r"/(?!/)", response["Location"]), (asked, response["Location"])
    policy = response["Content-Security-Policy"]
    assert not UNSAFE.search(policy), (asked, policy)
    assert policy.startswith("default-src 'none'"), (asked, policy)
    assert (response["X-Content-Type-Options"], response["X-Frame-Options"]) == ("nosniff", "DENY"), asked


def test_every_pattern_is_filled(house: House) -> None:
    asked = addresses(house)
    shapes = [re.compile("/" + PART.sub("[^/]+", pattern) + "$") for pattern in patterns()]
    left = [shape.pattern for shape in shapes if not any(shape.match(path) for path in asked)]
    assert [pattern for pattern in left if not NOT_ASKED.match(pattern)] == []


def test_every_route_leads_whoever_may_see_it_to_something(house: House) -> None:
    """What leads nowhere could hide nothing: each route finds what it is filled with, and what is private stands somewhere."""
    finding = Finding(house)
    logging.disable(logging.ERROR)
    try:
        lost = [pattern for pattern in patterns() if not finding.finds(pattern) and PART.search(pattern)]
    finally:
        logging.disable(logging.NOTSET)
    assert [pattern for pattern in lost if not LEADS_NOWHERE.match(f"/{pattern}")] == []
    assert {one for one in house.secrets if one.startswith(MARK)} - finding.seen == NEVER_SHOWN


class Finding:
    """Asks as those who may see something, each in turn until one gets it; nothing of it lasts."""

    def __init__(self, house: House) -> None:
        self.house, self.seen = house, set[str]()
        cast = house.cast
        self.clients = [browser(person) for person in (house.one, cast.steward, house.hearer, cast.member)]
        self.typed = {"token": house.vouching, "file": house.sheet, "person": cast.member.pk}
        for client in self.clients:
            client.raise_request_exception = False

    def finds(self, pattern: str) -> bool:
        """Whether one of those who may gets one of its addresses, by one of its methods."""
        methods = methods_of(f"/{pattern}") or ("POST",)
        paths = addresses_of(pattern, self.house)
        return any(self._gets(pattern, method, path) for method in ("GET", *methods) for path in paths)

    def _gets(self, pattern: str, method: str, path: str) -> bool:
        for client in self.clients:
            cookies = dict(client.cookies)
            with transaction.atomic():
                response, body = ask(client, method, path, body_for(f"/{pattern}", method, self.typed))
                transaction.set_rollback(True)
            client.cookies.clear()
            client.cookies.update(cookies)
            self.seen |= {secret for secret in self.house.secrets if secret in body}
            if response.status_code not in NOT_THERE:
                return True
        return False


@pytest.mark.parametrize(
    "who", ["visitor", "member", *(pytest.param(who, marks=pytest.mark.prove) for who in ("stranger", "associate"))]
)
def test_nobody_reads_what_is_somebody_elses(house: House, who: str) -> None:
    client = browser(getattr(house.cast, who))
    for path in addresses(house):
        with transaction.atomic():
            demand_harmless(house, (who, "GET", path), ask(client, "GET", path))
            transaction.set_rollback(True)


@pytest.mark.parametrize("who", ["member", pytest.param("visitor", marks=pytest.mark.prove)])
def test_nobody_changes_what_is_somebody_elses(house: House, who: str) -> None:
    person = getattr(house.cast, who)
    sent = {
        "person": house.one.pk, "person_id": house.one.pk, "reference": house.post.reference, "name": "Changed",
        "email": "changed@example.org", "body": "Changed", "title": "Changed", "words": "Changed", "reason": "spam",
        "role": "member", "approved": house.vote.options.first().reference, "value": "agree", "version": "1",
        "statement": str(house.statement.pk), "once": "once",
    }  # fmt: skip
    before = belongings(house.one)
    client = browser(person)
    cookies = dict(client.cookies)
    client.raise_request_exception = False
    for pattern in patterns():
        for path, method in product(addresses_of(pattern, house), methods_of(f"/{pattern}") or ("POST",)):
            told = body_for(f"/{pattern}", method, sent) if path.startswith("/api/") else sent
            with transaction.atomic():
                demand_harmless(house, (who, method, path), ask(client, method, path, told))
                now = belongings(house.one)
                transaction.set_rollback(True)
            client.cookies.clear()
            client.cookies.update(cookies)
            assert before - now == set(), (who, method, path)
            assert [row for row in now - before if person is None or person.pk not in row] == [], (who, method, path)


def belongings(person: Person) -> set[str]:
    """Every row of every table that names this person, in one query; not cases about what they wrote, which others open."""
    tables = []
    for model in apps.get_models():
        if model._meta.app_label in {"people", "forum", "ballots", "agenda", "members", "notices"}:
            links = [f for f in model._meta.fields if f.related_model is Person and f.name != "concerns"]
            tables += [(model._meta.db_table, link.column) for link in links]
    tables += [(Person._meta.db_table, "id"), (Upload._meta.db_table, "owner_id")]
    query = " UNION ALL ".join(f"SELECT t::text FROM {table} t WHERE {column} = %(id)s" for table, column in tables)
    with connection.cursor() as cursor:
        cursor.execute(query, {"id": person.pk})
        return {row for (row,) in cursor.fetchall()}


def test_no_form_is_carried_out_without_this_sites_token(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.cast.member, backend=BACKEND)
    open_to_programs = re.compile(r"^/(mail/|api/)")  # a one-click end of mails; the API has its own demand
    for path in addresses(house):
        if not open_to_programs.match(path):
            status = client.post(path, {"body": "x"}).status_code
            assert status in {403, 404, 405}, (path, status)
    for path in (path for path in addresses(house) if path.startswith("/api/v1/")):
        with transaction.atomic():
            response = client.generic("POST", path, content_type="application/json")
            transaction.set_rollback(True)
        assert response.status_code in {403, 404, 405}, (path, response.status_code)
