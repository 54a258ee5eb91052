"""Every page of the server, met with the sample: it answers, shuts nobody out and is not wider than its window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, Page
from rich.progress import Progress

from stoa.agenda.models import Question, Round
from stoa.cli.sample import load
from stoa.people.links import make_link
from stoa.people.models import Organisation, Person
from tests.axe import SCHEMES, violations
from tests.live import LiveStoa

pytestmark = [pytest.mark.slow]

NO_PAGE = {
    "site:logo", "site:accent", "site:onward", "people:end_role", "people:link", "people:unsubscribe", "people:end_tie",
    "people:revoke_key", "people:see_address", "people:no_digest", "people:follow", "record:feed",
    "record:growth_svg", "record:growth_csv", "record:entry_raw", "record:entry_proof", "record:checkpoint", "record:vkey",
    "record:tile", "record:blob", "ledger:charter_text", "agenda:save", "agenda:cast", "agenda:download", "agenda:announcement",
    "ballots:receipt_file", "ballots:fetch_bundle", "ballots:proof",
}  # fmt: skip
"""Routes that answer with a file, to a POST alone, or to a token that only its own test knows."""

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


def address(pattern: str, finished: Round, voting: Round, person: Person) -> list[str]:
    """The addresses under which a route is visited: for rounds, both the finished one and the one that votes."""
    question = Question.objects.filter(round=finished).order_by("pk")[0]
    values = {
        "<str:person_id>": person.pk,
        "people/organisations/<int:pk>": f"people/organisations/{Organisation.objects.order_by('pk')[0].pk}",
        "<int:position>": "12",
    }
    for part, value in values.items():
        pattern = pattern.replace(part, value)
    rounds = [(finished, question)] if "<int:pk>" in pattern else [(finished, question), (voting, question)]
    found = []
    for round_, asked in rounds:
        assert round_.ballot is not None
        pk = round_.ballot.pk if pattern.startswith("votes/") else asked.pk
        found.append("/" + pattern.replace("<slug:slug>", round_.slug).replace("<int:pk>", str(pk)))
    return sorted(set(found))


@pytest.fixture
def addresses(live_stoa: LiveStoa) -> list[str]:
    """All of them, on a server with the sample."""
    with Progress(disable=True) as progress:
        load(progress)
    finished, voting = Round.objects.get(slug="2026"), Round.objects.get(slug="2027")
    person = Person.objects.get(name="sample-031")
    found = [a for name, pattern in routes() if name not in NO_PAGE for a in address(pattern, finished, voting, person)]
    return [*found, "/account/login/", "/account/email/", "/account/2fa/", "/api/docs", "/nothing-here"]


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
        page.goto(make_link(Person.objects.get(name=who), hours=1, once=False))
        page.get_by_role("button", name=f"Sign in as {who}").click()
    seen: set[str] = set()
    assert [fault for each in addresses for fault in faults(page, each, seen)] == []
    assert errors == []
    context.close()


def faults(page: Page, path: str, seen: set[str]) -> list[str]:
    """What is wrong with one page, in words; a page that another address led to before is not looked at again."""
    answer = page.goto(path)
    assert answer is not None
    found = [f"{path} answered {answer.status}"] if answer.status >= 500 else []
    arrived = page.url.partition("?")[0]
    if arrived in seen:
        return found
    seen.add(arrived)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        found.append(f"{path} is wider than its window")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found += [f"{path}, {scheme}: {rule} in {element[:200]}" for rule, element in violations(page)]
    return found
