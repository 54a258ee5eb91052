"""Applying in a real browser on a phone: every page open to all, what is typed saves itself, and survives a line that is down."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from stoa.members import acts as members
from stoa.members.models import Application, Draft
from stoa.people.links import make_link
from tests.axe import assert_open_to_all
from tests.cast import Cast
from tests.live import LiveStoa
from tests.members.applying import begin
from tests.members.calling import CALL, opened
from tests.stage import acting

pytestmark = [pytest.mark.slow, pytest.mark.journey]
PHONE = {"width": 360, "height": 740}


def test_somebody_applies_on_a_phone_and_loses_nothing(browser: Browser, live_stoa: LiveStoa) -> None:
    cast = Cast()
    begin(cast.stranger, opened(cast))
    context = browser.new_context(base_url=live_stoa.address, viewport=PHONE, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(40_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in (CALL, f"{CALL}/eligible", "/calls"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert_open_to_all(page)
        _picture(page, path)
    page.goto(make_link(cast.stranger, hours=2, once=False, next_address=f"{CALL}/apply/2"))
    page.get_by_role("button", name="Sign in as Stranger").click()
    assert_open_to_all(page)
    _picture(page, "step")
    page.get_by_label("Why do you apply?").fill("Since I saved myself.")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    assert Draft.objects.get().answers["why"] == "Since I saved myself."
    context.set_offline(True)
    page.get_by_label("Why do you apply?").fill("Typed while the line was down.")
    expect(page.locator("[data-saved]")).to_contain_text("Not saved")
    context.set_offline(False)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_label("Why do you apply?")).to_have_value("Typed while the line was down.")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    page.get_by_label("Why do you apply?").fill("Typed after it had saved itself.")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("More about you")
    for path in (f"{CALL}/apply/about", f"{CALL}/apply/submit"):
        page.goto(path)
        assert_open_to_all(page)
        _picture(page, path)
    page.get_by_role("button", name="Submit the application").click()
    expect(page.get_by_text("Submitted").first).to_be_visible()
    assert_open_to_all(page)
    _picture(page, "mine")
    assert Application.objects.get().answers["why"] == "Typed after it had saved itself."
    assert errors == []
    context.close()


def test_what_was_typed_while_the_line_was_down_outlives_saves_of_other_pages(
    browser: Browser, live_stoa: LiveStoa
) -> None:
    cast = Cast()
    context = browser.new_context(base_url=live_stoa.address, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(40_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    draft = begin(cast.stranger, opened(cast))
    page.goto(make_link(cast.stranger, hours=2, once=False, next_address=f"{CALL}/apply/2"))
    page.get_by_role("button", name="Sign in as Stranger").click()
    page.wait_for_load_state("networkidle")
    why = page.get_by_label("Why do you apply?")
    with _line_down(page):
        why.fill("Typed on the way home.")
        expect(page.locator("[data-saved]")).to_contain_text("Not saved")
    page.goto(f"{CALL}/apply/1")
    page.get_by_label("Organisation", exact=False).first.fill("Another University")
    page.get_by_role("button", name="Save and go on").click()
    expect(why).to_have_value("Typed on the way home.")
    expect(page.get_by_text("What you had typed on this device")).to_be_visible()
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    with _line_down(page):
        why.fill("Typed here.")
        page.get_by_label("Safety").check()
        expect(page.locator("[data-saved]")).to_contain_text("Not saved")
    draft.refresh_from_db()
    answers = {"why": "Saved on another device.", "topics": [0]}
    members.save_draft(acting(cast.stranger, second_factor=False), draft=draft, version=draft.version, answers=answers)
    page.reload()
    beside = page.locator("[data-kept-beside]")
    expect(beside).to_contain_text("Typed here.")
    expect(beside).to_contain_text("Safety")
    expect(why).to_have_value("Saved on another device.")
    page.reload()
    beside.get_by_role("button", name="Put it in").click()
    expect(why).to_have_value("Typed here.")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("More about you")
    assert page.evaluate("Object.keys(localStorage).filter(one => one.startsWith('stoa-keep')).length") == 0
    assert Draft.objects.get().answers["why"] == "Typed here."
    assert errors == []
    context.close()


@contextmanager
def _line_down(page: Page) -> Iterator[None]:
    """The line is down while this lasts, and what the browser asks before one leaves is answered."""
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)
    page.once("dialog", lambda dialog: dialog.accept())


def _picture(page: object, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name.strip('/').replace('/', '-')}.png"), full_page=True)  # type: ignore[attr-defined]
