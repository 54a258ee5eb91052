"""Every page stands in the same frame, and no template breaks the policy that guards it."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from stoa.site.context import Link, community

STOA = Path(__file__).parents[2] / "stoa"
TEMPLATES = sorted(STOA.glob("**/templates/**/*.html"))
SHEETS = sorted(STOA.glob("**/static/**/*.css"))
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "htmx's own evaluation": re.compile(r"\shx-on\b|\shx-vals='js:|hx-vals=\"js:"),
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)"),
    "an address of a script": re.compile(r"href=\"javascript:"),
    "something from another host": re.compile(r"(?:src=|rel=\"stylesheet\" href=)\"(?:https?:)?//"),
}


@pytest.fixture
def plain_static(settings: Any) -> None:
    """Files under their own names, as nothing was collected."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def guide(settings: Any) -> None:
    """The addresses of the guide alone."""
    settings.ROOT_URLCONF = "tests.site.guide"


def get(path: str) -> HttpRequest:
    return RequestFactory().get(path)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(STOA)))
def test_no_template_breaks_the_policy(path: Path) -> None:
    text = path.read_text()
    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


def test_all_style_sheets_together_stay_small() -> None:
    assert sum(sheet.stat().st_size for sheet in SHEETS) < 60_000


def test_works_of_others_are_named_with_their_licence() -> None:
    folder = STOA / "site/static/site"
    minified = [path.name for path in folder.iterdir() if ".min." in path.name]
    assert [name for name in minified if f"`{name}`" not in (folder / "LICENSES.md").read_text()] == []


@pytest.mark.django_db
def test_places_and_links_appear_where_this_server_answers(guide: None) -> None:
    frame = community(get("/agenda/7"))
    assert frame["places"] == [
        Link("Agenda", "/agenda", current=True),
        Link("Forum", "/forum"),
        Link("People", "/people"),
        Link("Governance", "/governance"),
    ]
    assert frame["search_url"] == "/search"
    footer = frame["footer_links"]
    assert isinstance(footer, list)
    assert Link("Who runs and pays for this", "/governance") in footer
    assert Link("Contact", "/contact") not in footer


@pytest.mark.django_db
def test_a_visitor_is_led_back_after_signing_in(plain_static: None) -> None:
    html = render_to_string("site/base.html", request=get("/agenda?state=open&q=a%20b"))
    assert f'<a href="{reverse("account_login")}?next=%2Fagenda%3Fstate%3Dopen%26q%3Da%2520b" rel="nofollow">' in html


@pytest.mark.parametrize("name", ["500.html", "503.html", "400.html", "403_csrf.html"])
def test_the_last_pages_need_nothing_but_themselves(name: str, plain_static: None) -> None:
    html = render_to_string(name)
    assert "<h1>" in html
    assert '<a href="/">To the front page</a>' in html
