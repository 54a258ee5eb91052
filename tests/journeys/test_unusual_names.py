"""Names and titles as people have them: of one long word, of another script, from right to left; on a phone, large, and forced."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page

from stoa.agenda import acts as agenda
from stoa.agenda.models import Question
from stoa.ballots.models import Ballot
from stoa.charter.acts import describe_community
from stoa.kit.act import OPERATOR
from stoa.people import acts as people
from stoa.people.links import make_link
from stoa.people.models import Person
from stoa.record.sequencer import sequence
from tests.live import LiveStoa
from tests.stage import Stage, acting, at

pytestmark = [pytest.mark.slow]

WORD = "x" * 120
ARABIC = "ليلى (الباحثة) 2027"
PATHS = (
    "/",
    "/agenda",
    "/agenda/2027",
    "/agenda/2027/history",
    "/agenda/2027/vote",
    "/people",
    "/governance",
    "/record",
)


def narrow(browser: Browser, live_stoa: LiveStoa, **how: object) -> Page:
    """A phone of 320 pixels."""
    size = {"width": 320, "height": 640}
    return browser.new_context(base_url=live_stoa.address, viewport=size, **how).new_page()  # type: ignore[arg-type]


def too_wide(page: Page, path: str) -> list[str]:
    """What reaches beyond the window, unless it scrolls in a part of its own."""
    page.goto(path)
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth + 1 ? [] :
            [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1
            && !e.closest(".scroll, pre")).map(e => location.pathname + " " + e.outerHTML.slice(0, 120)).slice(0, 5)"""
    )
    return found


@pytest.fixture
def crowd() -> Person:
    """A round in its vote, proposed and run by people with unusual names; who has the longest of them."""
    stage = Stage()
    describe_community(OPERATOR, name=WORD[:80], operator=WORD, sponsor=WORD, summary=WORD)
    for member, name in zip(stage.admit(4), (WORD, ARABIC, "李 小龍 🧪", WORD[::-1]), strict=True):
        people.edit_profile(acting(member), person=member, name=name, pronouns="", zone="")
    place = people.add_organisation(OPERATOR, name=WORD)
    longest, second = stage.members[:2]
    people.declare_tie(acting(longest), person=longest, organisation=place, kind="employment", start=date(2020, 1, 1))
    round_ = stage.round()
    stage.question(round_, WORD, cost=5, hours=9)
    arabic = agenda.propose_question(acting(second), round=round_, title="ما هو النموذج المفتوح؟", body=WORD * 3)
    for other in (longest, *stage.members[2:]):
        agenda.estimate_effort(acting(other), question=arabic, low=3, high=4)
    with at(round_.vote_opens + timedelta(hours=1)):
        stage.vote(round_)
    while sequence():
        pass
    return longest


def test_nothing_reaches_beyond_a_small_phone_whatever_people_are_called(
    browser: Browser, live_stoa: LiveStoa, crowd: Person
) -> None:
    page = narrow(browser, live_stoa)
    asked = [question.get_absolute_url() for question in Question.objects.order_by("pk")]
    paths = [*PATHS, *asked, crowd.get_absolute_url(), f"/votes/{Ballot.objects.get().pk}/voters"]
    assert [fault for path in paths for fault in too_wide(page, path)] == []
    page.goto(make_link(crowd, hours=1, once=False))
    page.get_by_role("button", name="Sign in as").click()
    assert [fault for path in (*paths, "/people/me", "/people/me/ties") for fault in too_wide(page, path)] == []
    page.context.close()


def test_twice_the_size_of_type_and_forced_colours_lose_nothing(
    browser: Browser, live_stoa: LiveStoa, crowd: Person
) -> None:
    page = narrow(browser, live_stoa, forced_colors="active")
    page.goto(make_link(crowd, hours=1, once=False))
    page.get_by_role("button", name="Sign in as").click()
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => document.documentElement.style.fontSize = '200%')"
    )
    assert [fault for path in (*PATHS, "/people/me") for fault in too_wide(page, path)] == []
    page.goto("/agenda/2027/vote")
    page.get_by_role("checkbox").first.check()
    assert page.get_by_role("button", name="Look it over and cast").is_visible()
    bar = page.locator(".ballot .acts").bounding_box()
    assert bar is not None
    assert bar["height"] <= 640 / 2
    page.context.close()
