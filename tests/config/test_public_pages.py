"""Every page that visitors may have from the cache, made by Django: kept, for nobody in particular, and light."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.urls import Resolver404, resolve

from stoa.config.static import static_files
from stoa.config.visitors import ROUTES, Visitors
from stoa.config.wsgi import application as django
from stoa.kit import clock
from stoa.people.models import Person
from tests import postgres
from tests.cast import browser
from tests.config.test_visitors import HERE, Got, apart, ask
from tests.house import House, full_house
from tests.site.test_every_route import addresses

pytestmark = pytest.mark.slow
UNKEPT = {
    "site:search": "each search is its own, and nobody is to learn what another searched for",
    "members:eligible": "its form posts what decides who may apply",
    "members:enter": "its link is for whoever it was mailed to, and its form signs in",
    "agenda:vote": "leads to signing in, and what it says depends on who asks",
}
"""Pages that visitors see and that are left to Django, and why."""

ELSEWHERE = re.compile("/account/|/api/v1/")
"""Below the first, pages have forms that post; below the second are none."""

MOST_KB = 150
PART = re.compile(r'(?:src|href)="(/(?:static|logo|accent)[^"]+)"')


class Public:
    """Every address of a community in which everything is under way, and pages as visitors get them."""

    def __init__(self, house: House) -> None:
        self.wsgi = WSGIMiddleware(django, workers=2)
        self.by_route: dict[str, list[str]] = {}
        for path in addresses(house):
            self.by_route.setdefault(_route(path), []).append(path)

    def get(self, path: str, **headers: str) -> Got:
        return apart(ask(Visitors(self.wsgi, [HERE]), path, **headers))

    @cached_property
    def kept(self) -> list[tuple[str, Got]]:
        """One page of each route."""
        return [
            next((path, got) for path in self.by_route[route] if (got := self.get(path)).answered) for route in ROUTES
        ]


def _route(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


@pytest.fixture(scope="module")
def public(django_db_setup: None, django_db_blocker: Any) -> Iterator[Public]:
    with django_db_blocker.unblock(), postgres.clone(), full_house() as house:
        cache.clear()
        public = Public(house)
        yield public
        public.wsgi.executor.shutdown()


def test_every_route_of_the_list_gives_a_page_that_is_kept(public: Public) -> None:
    assert {route for route in ROUTES if not any(public.get(path).answered for path in public.by_route[route])} == set()


def test_every_page_that_visitors_see_is_kept_or_its_reason_stands_here(public: Public) -> None:
    visitor = browser()
    seen = set()
    for route, paths in public.by_route.items():
        if ELSEWHERE.match(paths[0]):
            continue
        for each in paths:
            answer = visitor.get(each)
            answer.close()  # a file, such as a log, is not read
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                seen.add(route)
    assert seen - ROUTES.keys() == UNKEPT.keys()


def test_a_page_for_visitors_says_nothing_of_them_and_holds_nothing_that_posts(public: Public) -> None:
    for path, got in public.kept:
        page = got.body.decode()
        assert "csrfmiddlewaretoken" not in page, path
        assert 'method="post"' not in page, path
        assert b"set-cookie" not in got.headers, path
        assert "Sign in" in page, path
        assert got.headers[b"content-security-policy"].startswith(b"default-src 'none'"), path


def test_what_a_page_says_does_not_depend_on_the_minute(public: Public) -> None:
    for path, got in public.kept:
        with clock.travel(clock.now() + timedelta(minutes=3)):
            later = public.get(path)
        assert _timeless(later.body) == _timeless(got.body), path


def _timeless(body: bytes) -> bytes:
    """Without the instant from which a thread asks what is new: it says when the page was made."""
    return re.sub(rb"at=[^&\"]+", b"", body)


def test_what_a_page_says_does_not_depend_on_the_browser(public: Public) -> None:
    """What htmx asks for is the whole page too, made by Django; so are the pages of those who don't speak English."""
    for path, got in public.kept:
        asked = browser().get(path, headers={"host": HERE, "accept-language": "de", "hx-request": "true"})
        assert _timeless(asked.content) == _timeless(got.body), path


def test_somebody_who_is_signed_in_gets_pages_that_no_proxy_keeps(public: Public) -> None:
    member = browser(Person.objects.get(email="member-2@example.org"))
    for path, _ in public.kept:
        assert "private" in member.get(path)["Cache-Control"], path


def test_a_page_with_all_its_parts_is_light(public: Public) -> None:
    files = static_files(settings.STATIC_ROOT)
    assert staticfiles_storage.url("site/base.css") in files
    for path, _ in public.kept:
        got = public.get(path, accept_encoding="gzip")
        plain = public.get(path).body.decode()
        parts = set(PART.findall(plain)) & files.keys()
        size = len(got.body) + sum(len(files[part].answer(gzipped=True)[1]) for part in parts)
        assert size < MOST_KB * 1000, (path, size)
        assert len(parts) >= 6, path
