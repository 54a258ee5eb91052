"""By keyboard, without a mouse: find a question, follow it, and see on one's home page what became of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from stoa.agenda import acts as agenda
from stoa.kit import clock
from tests.cast import Cast, settle
from tests.journeys.test_moderation import look, signed_in
from tests.live import LiveStoa
from tests.stage import acting

pytestmark = [pytest.mark.slow, pytest.mark.journey]


def test_a_question_is_found_followed_and_heard_of(browser: Browser, live_stoa: LiveStoa) -> None:
    cast = Cast()
    round_ = cast.round()
    question = agenda.propose_question(
        acting(cast.author), round=round_, title="Do watermarks survive paraphrase?", body="Some <b>say</b> so."
    )
    settle()
    with signed_in(browser, live_stoa, cast.member) as keyboard:
        page = keyboard.page
        page.goto("/people")
        page.keyboard.press("/")
        page.keyboard.type("watermark par")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 found.")).to_be_visible()
        look(page, "search-found")
        keyboard.follow("Do watermarks survive paraphrase?")
        page.wait_for_url(f"**{question.get_absolute_url()}")
        keyboard.press("Follow")
        expect(page.get_by_role("button", name="Following")).to_have_attribute("aria-pressed", "true")
        look(page, "question-followed")
        with clock.travel(clock.now() + timedelta(minutes=1)):
            agenda.edit_question(
                acting(cast.author), question=question, title="Do watermarks survive a paraphrase?", body="", version=1
            )
            settle()
        page.goto("/")
        expect(page.get_by_role("heading", name="New in what you follow")).to_be_visible()
        expect(page.locator("ul.waits").last).to_contain_text("Do watermarks survive a paraphrase?")
        look(page, "home-news")
        keyboard.follow("What you follow")
        keyboard.press("Stop following Do watermarks survive a paraphrase?")
        expect(page.get_by_text("You follow nothing yet.")).to_be_visible()
