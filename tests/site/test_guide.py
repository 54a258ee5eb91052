"""The parts of pages in a real browser: accessible, legible on a phone, usable by keys and without scripts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.axe import violations
from tests.site import guide

pytestmark = pytest.mark.slow
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with guide.serving() as url:
        yield url


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Opens a page of the guide in a context of its own; a breach of the policy or an error of a script fails the test."""
    contexts = []
    faults: list[str] = []

    def open_(path: str = "/", *, width: int = 1440, **options: Any) -> Page:
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": 900},
            locale="en-GB",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize(
    ("path", "width"),
    [("/", 320), ("/", 768), ("/", 1440), ("/agenda", 320), ("/404", 320), ("/403", 320), ("/500", 320)],
)
def test_nothing_shuts_anyone_out_and_nothing_leaves_the_screen(open_page: Open, path: str, width: int) -> None:
    page = open_page(path, width=width)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_word_on_a_phone_has_twelve_pixels(open_page: Open) -> None:
    small = """[...document.querySelectorAll("body *")].filter(e => e.offsetParent && !e.closest("math, sup, sub, .unseen")
        && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
        && parseFloat(getComputedStyle(e).fontSize) < 12).map(e => e.outerHTML.slice(0, 80))"""
    assert open_page(width=320).evaluate(small) == []


def test_what_can_be_pressed_is_large_enough_for_a_thumb(open_page: Open) -> None:
    small = """[...document.querySelectorAll("button:not(.link), a.button, input:not([type=hidden], [type=checkbox], [type=radio]),"
        + "select, textarea, .pages a, .tabs a, .choices label, .bar a, .bar summary")]
        .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 80))"""
    assert open_page(width=320).evaluate(small) == []


def test_the_menu_of_a_phone_opens_without_scripts(open_page: Open) -> None:
    page = open_page("/agenda", width=320, java_script_enabled=False)
    place = page.locator(".menu").get_by_role("link", name="Governance")
    expect(place).to_be_hidden()
    page.get_by_text("Menu", exact=True).click()
    place.click()
    expect(page.get_by_role("heading", name="Plain")).to_be_visible()


def test_the_first_key_skips_to_the_content(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_key_leads_to_the_search_until_it_is_switched_off(open_page: Open) -> None:
    page = open_page("/agenda")
    page.get_by_label("Words").press("/")
    expect(page).to_have_url(re.compile(r"/agenda$"))
    switch = page.get_by_role("button", name="Key")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile(r"/agenda$"))
    page.reload()
    page.get_by_role("button", name="Key").click()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.set_viewport_size({"width": 800, "height": 600})
    page.get_by_role("button", name="Key").focus()
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile(r"/search$"))


def test_the_readers_own_time_stands_beside_an_instant_elsewhere(open_page: Open) -> None:
    local = "time[data-form=full] + .local"
    assert open_page(timezone_id="Europe/Zurich").locator(local).inner_text() == "(28 Nov 2026, 12:59 CET, your time)"
    assert open_page(timezone_id="Etc/GMT+12").locator(local).count() == 0


def test_nothing_moves_when_the_readers_own_time_comes_however_late(open_page: Open) -> None:
    page = open_page(width=320, timezone_id="Europe/Zurich")
    page.add_init_script(
        """window.moved = []; new PerformanceObserver((list) => moved.push(...list.getEntries().map((entry) => entry.value)))
        .observe({ type: "layout-shift", buffered: true });"""
    )

    def late(route: Route) -> None:
        time.sleep(0.5)
        route.continue_()

    page.route("**/times.*", late)
    page.goto("/")
    expect(page.locator("time + .local").first).to_be_visible()
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    assert page.evaluate("moved") == []


def test_a_form_saves_itself_and_says_so(open_page: Open) -> None:
    page = open_page()
    field = page.get_by_label("Question").first
    says = page.locator("[data-saved]")
    field.fill("Is it so?")
    expect(says).to_contain_text("Saved at")
    for again in page.locator("input[name=title]").all():
        again.fill("")
    expect(says).to_have_text("Not saved. Use the button, or check your connection.")


def test_a_list_is_narrowed_sorted_and_paged_without_scripts(open_page: Open) -> None:
    page = open_page("/agenda", java_script_enabled=False)
    page.get_by_label("State").select_option("closed")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Months").click()
    page.get_by_role("link", name="Page 2").click()
    expect(page.get_by_text("11 to 20 of 71")).to_be_visible()
    months = page.locator("tbody td:last-child").all_inner_texts()
    assert months == sorted(months)
    expect(page.get_by_label("State")).to_have_value("closed")
    page.get_by_label("Words").fill("nosuch")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing matches.")).to_be_visible()


def test_paper_shows_the_text_alone(open_page: Open) -> None:
    page = open_page()
    page.emulate_media(media="print", color_scheme="dark")
    for left_out in (".places", ".end", ".filters", ".pages", "article form .buttons"):
        expect(page.locator(left_out).first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
