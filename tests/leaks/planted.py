"""Leaks of eight kinds, planted where a hurried developer would: each a change to one answer by what is in the tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse

from stoa.agenda.models import Answer, Participant, Statement
from stoa.agenda.views.maps import PICTURES
from stoa.people.models import Person
from tests.leaks.scenes import SLUG

Leaking = Callable[[HttpRequest, HttpResponse], HttpResponse]


@dataclass(frozen=True)
class Plant:
    """What leaks, to whom, and where."""

    leak: Leaking
    role: str
    method: str
    path: str


def count(_request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The page says how many people answered."""
    return _with(response, response.content + f"<p>{Participant.objects.count()} people</p>".encode())


def order(_request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Statements stand in the order of how many answered them."""
    busy = Statement.objects.annotate(answered=Count("answers")).order_by("-answered", "pk")
    return _with(response, json.dumps(list(busy.values_list("body", flat=True))).encode())


def search(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The search finds what does not stand."""
    found = Statement.objects.filter(body__icontains=request.GET["q"]).count()
    return _with(response, response.content + (b"<p>Found.</p>" if found else b""))


def error_text(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The form says that nobody has this address."""
    known = Person.objects.filter(email=request.POST["login"]).exists()
    return response if known else HttpResponse("Nobody here has this address.", status=422)


def etag(_request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The page is marked as changed when somebody answered."""
    latest = repr(list(Answer.objects.order_by("pk").values_list("pk", "value")))
    response["ETag"] = hashlib.sha256(latest.encode()).hexdigest()
    return response


def export(_request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The file has a line for everybody who took part."""
    lines = "".join(f"{number},1\r\n" for number in range(Participant.objects.count()))
    return _with(response, response.content + lines.encode())


def id_gap(_request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What is public has its number from where secret rows have theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('agenda_answer', 'id'))")
        return _with(response, f'{{"id": {cursor.fetchone()[0]}}}'.encode())


_kept: dict[str, bytes] = {}


def cached_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Who comes second sees what was shown to who came first."""
    return _with(response, _kept.setdefault(request.path, response.content))


def _with(response: HttpResponse, body: bytes) -> HttpResponse:
    response.content = body
    return response


PLANTS = {
    "count": Plant(count, "visitor", "GET", f"/agenda/{SLUG}"),
    "order": Plant(order, "associate", "GET", f"/api/v1/rounds/{SLUG}/statements"),
    "search": Plant(search, "visitor", "GET", "/search?q=cabbages"),
    "error text": Plant(error_text, "visitor", "POST", "/account/login/"),
    "ETag": Plant(etag, "member", "GET", "/forum/feed"),
    "export": Plant(export, "stranger", "GET", f"/agenda/{SLUG}/map/{next(iter(PICTURES))}.csv"),
    "id gap": Plant(id_gap, "member", "POST", "/api/v1/forum/posts"),
    "cached page": Plant(cached_page, "member", "GET", f"/agenda/{SLUG}/discussion/answers"),
}
growing: Plant | None = None
"""The plant that grows now; tests put it here."""


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Lets the plant of the hour at the answers to its address."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        here = growing is not None and request.method == growing.method
        if growing is None or not here or request.path != growing.path.partition("?")[0]:
            return response
        return growing.leak(request, response)

    return answer


def plant(kind: str | None) -> None:
    """Let this kind of leak grow, and no other; None: let none."""
    global growing  # noqa: PLW0603 - the middleware of the one server under test reads it
    growing = PLANTS[kind] if kind else None
    _kept.clear()
