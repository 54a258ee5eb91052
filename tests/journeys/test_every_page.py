"""Every page of the server, met with the sample: it answers, shuts nobody out and is not wider than its window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import QuerySet
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, Error, Page
from rich.progress import Progress

from stoa.agenda.models import Announcement, Question, Round, Statement
from stoa.ballots.models import Ballot
from stoa.cli.sample import load
from stoa.evaluation.catalogue import SUITES
from stoa.forum.models import Case, Post, Thread
from stoa.lab.models import ModelVersion, Study
from stoa.lab.views.drafting import STEPS
from stoa.members.models import Application, Call, Enquiry
from stoa.notices.models import Announcement as Notice
from stoa.notices.models import Event
from stoa.people.links import make_link
from stoa.people.models import Organisation, Person, Suspension
from stoa.review.models import Panel
from tests.axe import violations
from tests.lab.studying import drafted
from tests.live import LiveStoa

pytestmark = pytest.mark.slow

NO_PAGE = {"people:link", "people:unsubscribe", "people:no_digest", "site:onward"}
"""Routes that take a token, which only their own tests know, or lead to where one came from."""

PHONE = {"width": 360, "height": 780}
WIDE = {"width": 1280, "height": 900}


def routes() -> Iterator[tuple[str, str]]:
    """Name and pattern of every route of our own pages."""

    def walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[tuple[str, str]]:
        for found in resolver.url_patterns:
            if isinstance(found, URLResolver):
                yield from walk(found, prefix + str(found.pattern), found.namespace or space)
            elif isinstance(found, URLPattern) and found.name and space not in {"", "api"}:
                yield f"{space}:{found.name}", prefix + str(found.pattern)

    return walk(get_resolver(), "", "")


def addresses_of(pattern: str, person: Person) -> list[str]:
    """The addresses under which a route is visited: what belongs to a round, in each round of the sample."""
    known = {
        "<str:person_id>": person.pk,
        "<int:position>": "12",
        "<str:reference>": Question.objects.order_by("pk")[0].reference,
        "<str:case_id>": next(iter(Case.objects.values_list("pk", flat=True)), "1"),
        "suspensions/<str:pk>": f"suspensions/{Suspension.objects.values_list('pk', flat=True)[0]}",
        "<str:application>": Application.objects.order_by("pk").values_list("pk", flat=True)[0],
    }
    for part, value in known.items():
        pattern = pattern.replace(part, str(value))
    if pattern.startswith("lab"):
        return [f"/{path}" for path in _of_the_lab(pattern) if "<" not in path]
    kind: type[Round | Call] = Call if pattern.startswith("calls/") else Round
    rounds = kind.objects.order_by("slug") if "<slug:slug>" in pattern else [None]
    return sorted({f"/{path}" for round_ in rounds for path in _filled(pattern, round_) if "<" not in path})


def _filled(pattern: str, round_: Round | Call | None) -> list[str]:
    """The route with the round and the numbers of what it shows; none where the sample has nothing of the kind."""
    pattern = pattern.replace("<slug:slug>", round_.slug if round_ else "")
    if pattern.startswith("events/<int:number>"):
        return [pattern.replace("<int:number>", str(event.pk)) for event in Event.objects.all()]
    if pattern.startswith("announcements/<int:number>"):
        return [pattern.replace("<int:number>", str(one.number)) for one in Notice.objects.all()]
    if "<int:pk>" not in pattern:
        return [pattern]
    return [pattern.replace("<int:pk>", str(pk)) for pk in _numbers(pattern, round_)]


def _of_the_lab(pattern: str) -> list[str]:
    """The route with the model, the first study with each of its runs, the draft and its steps, and each suite."""
    version = ModelVersion.objects.get()
    known = {"models/<int:number>": f"models/{version.model_id}", "<int:pk>": version.pk, "<int:number>": 1}
    known |= {"<str:draft>": Study.objects.get(state=Study.State.DRAFT).pk}
    for part, value in known.items():
        pattern = pattern.replace(part, str(value))
    many = {
        "<int:run>": ["1", "2", "4"],
        "<slug:step>": list(STEPS),
        "<slug:suite>": [name.partition("/")[2].replace("_", "-") for name in SUITES],
    }
    part = next((part for part in many if part in pattern), "")
    return [pattern.replace(part, value) for value in many[part]] if part else [pattern]


def _numbers(pattern: str, round_: Round | Call | None) -> list[int]:
    kinds: dict[str, QuerySet[Any]] = {
        "reviews/": Panel.objects.all(),
        "organisations/": Organisation.objects.all(),
        "votes/": Ballot.objects.all(),
        "thread/": Thread.objects.all(),
        "post/": Post.objects.all(),
    }
    if isinstance(round_, Call):
        kinds["questions/"] = Enquiry.objects.filter(call=round_)
    if isinstance(round_, Round):
        kinds["statement/"] = Statement.objects.filter(round=round_)
        kinds["mails/"] = Announcement.objects.filter(round=round_)
        kinds["questions/"] = Question.objects.filter(round=round_)
    found = next((rows for part, rows in kinds.items() if f"{part}<int:pk>" in pattern), None)
    most = 3 if pattern.startswith("votes/") else 1
    return [] if found is None else list(found.order_by("pk").values_list("pk", flat=True)[:most])


@pytest.fixture
def addresses(live_stoa: LiveStoa) -> list[str]:
    """All of them, on a server with the sample."""
    with Progress(disable=True) as progress:
        load(progress)
    person = Person.objects.get(name="sample-031")
    drafted(person, ModelVersion.objects.get())
    found = [a for name, pattern in routes() if name not in NO_PAGE for a in addresses_of(pattern, person)]
    return [
        *found,
        "/account/login/",
        "/account/email/",
        "/account/2fa/",
        "/api/docs",
        "/api/docs/events",
        "/nothing-here",
    ]


@pytest.mark.parametrize(
    ("who", "size"), [("", PHONE), ("sample-031", WIDE), ("sample-005", PHONE)], ids=["visitor", "member", "steward"]
)
def test_every_page_is_open_to_all(
    browser: Browser, live_stoa: LiveStoa, addresses: list[str], who: str, size: dict[str, int]
) -> None:
    context = browser.new_context(base_url=live_stoa.address, viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    if who:
        page.goto(make_link(Person.objects.get(name=who), hours=1, once=False, console=True))
        page.get_by_role("button", name=f"Sign in as {who}").click()
    seen: set[str] = set()
    assert [fault for each in addresses for fault in faults(page, each, seen)] == []
    assert errors == []
    context.close()


def faults(page: Page, path: str, seen: set[str]) -> list[str]:
    """What is wrong with one page, in words; files, and a page that another address led to before, are passed over."""
    try:
        answer = page.goto(path)
    except Error:  # a file, or an answer without a page
        answer = None
    status = page.request.get(path).status if answer is None else answer.status
    found = [f"{path} answered {status}"] if status >= 500 else []
    is_page = answer and status != 405 and answer.headers.get("content-type", "").startswith("text/html")
    arrived = page.url.partition("?")[0]
    if not is_page or arrived in seen:
        return found
    seen.add(arrived)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        found.append(f"{path} is wider than its window")
    return found + [f"{path}, {scheme}: {rule} in {element[:200]}" for scheme, rule, element in violations(page)]
