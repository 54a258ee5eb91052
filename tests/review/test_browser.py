"""The review desk in a real browser: what is typed saves itself, and says so."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from stoa.people.links import make_link
from stoa.review.models import Review
from tests.live import LiveStoa
from tests.review.test_reviewing import Shared

pytestmark = [pytest.mark.slow, pytest.mark.journey]


def test_a_review_saves_itself_as_it_is_written_and_is_then_given(page: Page, live_stoa: LiveStoa) -> None:
    scene = Shared()
    person = scene.reviewers[0]
    number = scene.own(person).piece.number
    page.goto(make_link(person, hours=2, once=False, next_address=f"/reviews/{scene.panel.pk}/of/{number}"))
    page.get_by_role("button", name="Sign in as").click()
    for words in ("Written once.", "Written on."):
        page.get_by_label("For the author").fill(words)
        expect(page.locator("[data-saved]")).to_contain_text("Saved at")
        page.locator("[data-saved]").evaluate("one => { one.textContent = ''; }")
    assert Review.objects.get().for_author == "Written on."
    page.get_by_label("Fit").select_option("4")
    page.get_by_role("button", name="Give the review").click()
    expect(page.get_by_text(f"Your review of number {number} is given.")).to_be_visible()
    assert "Kept. Nobody else sees it." not in page.content()
    assert Review.objects.get().given is not None
