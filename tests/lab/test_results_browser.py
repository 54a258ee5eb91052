"""The comparison and a study's picture in a real browser: open to all, legible on a phone, and light enough for a slow line."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, ViewportSize, expect

from stoa.evaluation.catalogue import SUITES
from stoa.lab.models import RunMeasure
from stoa.people.links import make_link
from tests.axe import assert_open_to_all
from tests.cast import Cast
from tests.lab import crowd, studying
from tests.live import LiveStoa

pytestmark = [pytest.mark.slow, pytest.mark.journey]
PHONE: ViewportSize = {"width": 360, "height": 740}
MOST_BYTES = 150_000
WEIGHT = (
    "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
    ".reduce((sum, entry) => sum + entry.encodedBodySize, 0)"
)


def many_results() -> int:
    """Thirty models with results of every suite that grades samples; the first version's number."""
    versions, chance = crowd.model_versions(30), np.random.default_rng(1)
    states = ["reproduced", "reproduced", "claimed", "disputed", "undecided"]
    suites = [suite for suite in SUITES.values() if suite.measures[0].unit == "share"]
    cells = [(v, suite, states[n % 5]) for suite in suites for n, v in enumerate(versions)]
    made = crowd.results(crowd.study(1), Cast().author, cells)
    RunMeasure.objects.bulk_create(
        crowd.measured(one.claim, measure, crowd.yes_or_no(chance, chance.uniform(0.1, 0.9)))
        for one, (_, suite, _) in zip(made, cells, strict=True)
        for measure in suite.measures
    )
    return versions[0].pk


def legible(page: Page) -> None:
    """Open to all, wide and on a phone, without scrolling sideways, and light."""
    assert_open_to_all(page)
    assert page.evaluate(WEIGHT) < MOST_BYTES
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_open_to_all(page)


def test_the_comparison_is_open_to_all(page: Page, live_stoa: LiveStoa) -> None:
    first = many_results()
    page.goto(f"/lab/compare?to={first}", timeout=60_000)
    expect(page.get_by_role("table", name="Models by measures")).to_be_visible()
    legible(page)


def test_a_study_opens_with_its_picture(page: Page, live_stoa: LiveStoa) -> None:
    cast = Cast()
    study = studying.registered(cast.member)
    studying.reproduced(studying.claimed(study, cast.member), cast.author)
    page.goto(study.get_absolute_url(), timeout=60_000)
    expect(page.get_by_role("figure", name="What was found")).to_be_visible()
    legible(page)
    page.set_viewport_size({"width": 320, "height": 740})
    assert page.locator(".measures td:nth-of-type(2)").first.evaluate(
        "cell => cell.getBoundingClientRect().right <= cell.closest('.scroll').getBoundingClientRect().right"
    ), "the interval is cut"


def test_the_last_column_of_what_waits_stands_beside_the_others(page: Page, live_stoa: LiveStoa) -> None:
    cast = Cast()
    studying.employed(cast.member), studying.employed(cast.author)
    studying.claimed(studying.registered(cast.member), cast.member)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(make_link(cast.author, hours=2, once=False, next_address="/lab/tasks"))
    page.get_by_role("button", name="Sign in as").click()
    expect(page.get_by_text("no: You and somebody of the study were at Cabbage University")).to_be_visible()
    assert page.locator(".scroll").evaluate("region => region.scrollWidth <= region.clientWidth")
