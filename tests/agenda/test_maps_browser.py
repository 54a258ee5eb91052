"""The opinion map in a real browser: open to all, legible on a phone, and light enough for a slow line."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from stoa.agenda.tasks import draw_maps
from tests.agenda.mapped import opinionated
from tests.axe import assert_open_to_all
from tests.live import LiveStoa
from tests.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.journey]
PHONE: ViewportSize = {"width": 360, "height": 740}
MOST_BYTES = 150_000
WEIGHT = (
    "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
    ".reduce((sum, entry) => sum + entry.encodedBodySize, 0)"
)


def test_the_map_is_open_to_all_wide_and_on_a_phone(page: Page, live_stoa: LiveStoa) -> None:
    opinionated(Stage())
    draw_maps()
    page.goto("/agenda/2027/map", timeout=60_000)
    expect(page.get_by_role("img", name="The opinion map")).to_be_visible()
    assert_open_to_all(page)
    assert page.evaluate(WEIGHT) < MOST_BYTES
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    sizes = page.eval_on_selector_all(
        ".crowds span, .stance span, .stances .label",
        "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))",
    )
    assert min(sizes) >= 12
    assert_open_to_all(page)
