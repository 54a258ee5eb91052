"""Answering statements in a real browser: by keyboard, by thumb on a phone, without scripts, and open to all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from stoa.agenda.models import Answer, Participant, Round
from stoa.people.links import make_link
from stoa.people.models import Person
from tests.agenda.discussing import in_discussion, state
from tests.axe import assert_open_to_all
from tests.live import LiveStoa
from tests.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.journey]

CLAIMS = [
    "Before a refined model is released, the developer should publish how its refusals changed.",
    "Open weights should only be published after a review by others.",
    "Results should count only after someone else has reproduced them.",
    "Fine-tuning removes what a model learned to refuse.",
    "Memorised personal data is the first thing to study.",
    "Evaluations of safety should be run by the developer, who knows the model best.",
    "Small groups can do red-teaming that matters.",
    "We need fewer benchmarks and better ones.",
    "Training data should be listed in full.",
    "Unlearning does not work yet.",
    "Watermarks are not worth our hours.",
    "Jailbreaks should be published as soon as they are found.",
]
PHONE = {"width": 375, "height": 667}


@contextmanager
def signed_in(browser: Browser, live: LiveStoa, person: Person, **profile: object) -> Iterator[Page]:
    """A browser of this person's own. Any error in its console fails the test."""
    context = browser.new_context(base_url=live.address, locale="en-GB", reduced_motion="reduce", **profile)  # type: ignore[arg-type]  # keywords of Playwright
    context.set_default_timeout(10_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if _is_fault(message) else None)
    page.goto(make_link(person, hours=2, once=False))
    page.get_by_role("button", name=f"Sign in as {person.name}").click()
    yield page
    context.close()
    assert errors == []


def _is_fault(message: ConsoleMessage) -> bool:
    """A form that comes back with what was wrong is none."""
    return message.type == "error" and "422" not in message.text


def staged() -> tuple[Round, Person]:
    stage = Stage()
    authors = stage.admit(4)
    round_ = in_discussion(stage)
    for number, claim in enumerate(CLAIMS):
        state(round_, claim, authors[number % 3])
    return round_, authors[3]


def given(person: Person) -> dict[str, int]:
    participant = Participant.objects.filter(person=person).first()
    return dict(Answer.objects.filter(participant=participant).values_list("statement__body", "value"))


def test_ten_statements_by_keyboard_with_an_undo_and_the_keys_off_where_nothing_is_focused(
    browser: Browser, live_stoa: LiveStoa
) -> None:
    round_, person = staged()
    with signed_in(browser, live_stoa, person) as page:
        page.goto(f"/agenda/{round_.slug}/discussion")
        statement = page.locator("[data-statement]")
        page.keyboard.press("a")
        assert given(person) == {}
        assert_open_to_all(page)
        statement.focus()
        seen: dict[str, int] = {}
        for key, value in zip("adsadsadsa", (1, -1, 0, 1, -1, 0, 1, -1, 0, 1), strict=True):
            said = statement.inner_text()
            seen[said] = value
            page.keyboard.press(key)
            expect(statement).not_to_have_text(said)
            expect(statement).to_be_focused()
        assert given(person) == seen
        last = list(seen)[-1]
        page.get_by_role("button", name="Undo").focus()
        page.keyboard.press("Enter")
        expect(statement).to_have_text(last)
        assert given(person) == dict(list(seen.items())[:-1])
        page.get_by_role("button", name=re.compile("Keys")).click()
        statement.focus()
        page.keyboard.press("d")
        page.wait_for_timeout(300)
        assert last not in given(person)
        assert_open_to_all(page)


def test_on_a_phone_the_buttons_stand_at_the_thumb_and_stay_there(browser: Browser, live_stoa: LiveStoa) -> None:
    round_, person = staged()
    with signed_in(browser, live_stoa, person, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        page.goto(f"/agenda/{round_.slug}/discussion")
        places = set()
        for _ in range(4):
            said = page.locator("[data-statement]").inner_text()
            buttons = [page.get_by_role("button", name=name, exact=True) for name in ("Agree", "Disagree", "Skip")]
            boxes = [button.bounding_box() for button in buttons]
            assert all(box and box["height"] >= 44 and box["y"] + box["height"] <= PHONE["height"] for box in boxes)
            assert all(box and box["y"] > PHONE["height"] / 3 for box in boxes)
            assert len({round(box["width"]) for box in boxes if box}) == 1
            places.add(tuple(round(box["y"]) for box in boxes if box))
            buttons[0].tap()
            expect(page.locator("[data-statement]")).not_to_have_text(said)
        assert len(given(person)) == 4
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert_open_to_all(page)
        assert len(places) <= 2  # the first press brings Undo


def test_without_scripts_one_answers_undoes_changes_and_proposes(browser: Browser, live_stoa: LiveStoa) -> None:
    round_, person = staged()
    with signed_in(browser, live_stoa, person, java_script_enabled=False) as page:
        page.goto(f"/agenda/{round_.slug}/discussion")
        said = page.locator("[data-statement]").inner_text()
        page.get_by_role("button", name="Disagree").click()
        assert given(person) == {said: -1}
        page.get_by_role("button", name="Undo").click()
        assert given(person) == {}
        page.get_by_role("button", name="Skip").click()
        page.get_by_role("link", name="Your answers").click()
        page.get_by_role("button", name="Agree", exact=True).click()
        assert given(person) == {said: 1}
        page.goto(f"/agenda/{round_.slug}/discussion")
        page.get_by_label("Your statement").fill("Open weights should be published only after others review them.")
        page.get_by_role("button", name="Propose the statement").click()
        page.get_by_role("heading", name="Does one of these say the same?").wait_for()
        page.get_by_role("button", name="Propose it anyway").click()
        assert round_.statements.filter(author=person).count() == 1


def test_every_page_of_the_discussion_is_open_to_all(browser: Browser, live_stoa: LiveStoa) -> None:
    round_, person = staged()
    with signed_in(browser, live_stoa, person) as page:
        page.goto(f"/agenda/{round_.slug}/discussion")
        page.get_by_role("button", name="Skip").click()
        page.get_by_role("button", name="Undo").wait_for()
        page.goto(f"/agenda/{round_.slug}/discussion/propose")
        page.get_by_label("Your statement").fill("Open weights should be published only after others review them.")
        page.get_by_role("button", name="Propose the statement").click()
        page.get_by_role("heading", name="Does one of these say the same?").wait_for()
        assert_open_to_all(page)
        statement = round_.statements.earliest("pk")
        for path in ("discussion/answers", "discussion/proof", f"statement/{statement.pk}"):
            page.goto(f"/agenda/{round_.slug}/{path}")
            assert_open_to_all(page)
