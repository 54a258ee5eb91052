"""The whole way in, by keyboard: a call, an application on a phone on a slow line, reviews, decisions, an appeal, settling in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from stoa.charter.acts import publish_policy
from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.models import Acceptance, Application, Call, Draft
from stoa.members.tasks import advance
from stoa.people.links import make_link
from stoa.people.models import Person
from stoa.people.queries import roles_everywhere
from stoa.review import acts as review
from stoa.review.acts.reading import Said
from stoa.review.models import Assignment, Panel, Seat
from tests.axe import violations
from tests.cast import Cast
from tests.journeys.keyboard import Keyboard
from tests.live import LiveStoa
from tests.members.applying import apply
from tests.members.calling import opened
from tests.stage import acting

pytestmark = [pytest.mark.slow, pytest.mark.journey]

CALL = "/calls/members-2027"
PHONE = {"width": 360, "height": 740}
SLOW = {"offline": False, "latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 25_000}
"""Milliseconds, and bytes a second: a slow mobile line."""
PICTURES = os.environ.get("STOA_TESTS_PICTURES", "")


@contextmanager
def browsing(browser: Browser, live: LiveStoa, width: int = 1280) -> Iterator[tuple[BrowserContext, Keyboard]]:
    """A browser of one person's own. Any error of a script fails the test."""
    size = PHONE if width == PHONE["width"] else {"width": width, "height": 900}
    context = browser.new_context(base_url=live.address, viewport=size, locale="en-GB", reduced_motion="reduce")  # type: ignore[arg-type]  # the size is a plain mapping
    context.set_default_timeout(40_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield context, Keyboard(page)
    context.close()
    assert errors == []


class Browsers:
    """A browser of each person's own, in which they are signed in from when they are first asked for, until the stack ends."""

    def __init__(self, browser: Browser, live: LiveStoa, stack: ExitStack) -> None:
        self._browser, self._live, self._stack = browser, live, stack
        self._open: dict[str, Keyboard] = {}

    def of(self, person: Person) -> Keyboard:
        """Theirs; they signed in by a link from the console, with a second factor."""
        if person.pk not in self._open:
            _, keyboard = self._stack.enter_context(browsing(self._browser, self._live))
            keyboard.page.goto(make_link(person, hours=2, once=False, console=True))
            keyboard.press(f"Sign in as {person.name}")
            self._open[person.pk] = keyboard
        return self._open[person.pk]


def look(page: Page, name: str) -> None:
    """axe finds nothing on the page, and it does not scroll sideways; where asked for, a picture."""
    assert [(name, *broken) for broken in violations(page)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"), name
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"joining-{name}.png"), full_page=True)


def test_somebody_comes_in_through_a_call(browser: Browser, live_stoa: LiveStoa) -> None:
    cast = Cast()
    publish_policy(OPERATOR, kind="conduct", text="Be kind, and say what you know.")
    call = opened(cast, days=1)
    for other in cast.members[:2]:
        apply(other, call)
    with browsing(browser, live_stoa, PHONE["width"]) as (context, stranger):
        write(context, stranger, cast.stranger)
    with clock.travel(call.ends), ExitStack() as stack:
        advance()
        live_stoa.settle()
        browsers = Browsers(browser, live_stoa, stack)
        read(browsers, cast, call)
        decide(browsers, cast)
        live_stoa.settle()
        appeal(browsers.of(cast.stranger))
        other = browsers.of(cast.scrutineers[0])
        other.page.goto(f"{CALL}/appeals")
        expect(other.page.get_by_role("heading", level=1)).not_to_have_text("Appeals")
        grant(browsers.of(second_founder(cast)))
        assert "member" in roles_everywhere(cast.stranger.pk)
        live_stoa.settle()
        settle_in(browsers.of(cast.stranger))
    assert Acceptance.objects.filter(person=cast.stranger).exists()
    assert list(cast.stranger.interests.values_list("topic", flat=True)) != []


def write(context: BrowserContext, stranger: Keyboard, person: Person) -> None:
    """From the page of the call to the receipt: the line breaks in the middle, and the session ends unnoticed."""
    page = stranger.page
    line = context.new_cdp_session(page)
    line.send("Network.emulateNetworkConditions", SLOW)
    page.goto(CALL)
    look(page, "call")
    stranger.follow("See whether you may apply")
    look(page, "eligible")
    choose(stranger, "yes")
    choose(stranger, "Security")
    stranger.write("Years since your doctorate", "4")
    stranger.press("Go on")
    look(page, "address")
    stranger.follow("sign in")
    sign_in(stranger, person)
    look(page, "begin")
    stranger.press("Begin")
    look(page, "who")
    stranger.write("Organisation", "Example University")
    stranger.press("Save and go on")
    look(page, "reasons")
    line.send("Network.emulateNetworkConditions", {**SLOW, "offline": True})
    stranger.write("Why do you apply?", "Typed while the line was down.")
    expect(page.locator("[data-saved]")).to_contain_text("Not saved")
    line.send("Network.emulateNetworkConditions", SLOW)
    context.clear_cookies(name="sessionid")
    stranger.tick("Privacy")
    stranger.press("Save and go on")
    sign_in(stranger, person)
    look(page, "back")
    expect(page.get_by_label("Why do you apply?")).to_have_value("Typed while the line was down.")
    look(page, "reasons-again")
    stranger.press("Save and go on")
    look(page, "more")
    stranger.press("Save and go on")
    look(page, "apart")
    stranger.follow("Go on without")
    look(page, "submit")
    stranger.press("Submit the application")
    expect(page.get_by_role("main")).to_contain_text("Submitted")
    look(page, "mine")
    assert Application.objects.get(person=person).answers["why"] == "Typed while the line was down."
    assert Draft.objects.get(person=person).answers["topics"] == [0]


def sign_in(keyboard: Keyboard, person: Person) -> None:
    """By a code from the mail."""
    page = keyboard.page
    keyboard.write("Your e-mail address", person.email or "")
    keyboard.enter()
    body = Mail.objects.filter(to=person.email, kind="sign-in-code").latest("created").body
    code = re.search(r"^ {4}(\S+)$", body, re.MULTILINE)
    assert code is not None
    look(page, "code")
    keyboard.write("Code", code[1])
    keyboard.enter()


def choose(keyboard: Keyboard, label: str) -> None:
    """Reach the group of choices by Tab, and go by arrows to the one of this label."""
    wanted = keyboard.page.get_by_role("radio", name=label)
    group = keyboard.page.locator(f'input[name="{wanted.get_attribute("name")}"]')
    keyboard.reach(group.first)
    keyboard.page.keyboard.press("Space")
    for _ in range(group.count()):
        if wanted.is_checked():
            return
        keyboard.page.keyboard.press("ArrowDown")
    raise AssertionError(f"no arrow leads to {label}")


def read(browsers: Browsers, cast: Cast, call: Call) -> None:
    """The steward lets it be read by three members, one of whom reads in the browser; then the panel's work ends."""
    readers = cast.members[2:5]
    steward = browsers.of(cast.steward)
    page = steward.page
    page.goto(CALL)
    steward.follow("Decide")
    look(page, "deciding")
    steward.follow("Let the applications be read")
    look(page, "begin-reading")
    steward.press("Begin the reading")
    for person in readers:
        steward.tick(f"Ask {person.name}")
    steward.write("How many each of them reads at most", "9")
    look(page, "who-reads")
    steward.press("Ask them to read")
    expect(page.get_by_role("main")).to_contain_text("Asked: 3")
    panel = Panel.objects.get()
    for seat in Seat.objects.filter(person__in=readers[1:]).select_related("panel", "person"):
        review.accept(acting(seat.person), seat=seat, load=9)
    reader = browsers.of(readers[0])
    reader.page.goto("/")
    reader.follow("Will you review?", exact=False)
    look(reader.page, "asked")
    reader.press("Accept")
    look(reader.page, "desk-empty")
    page.goto(f"/reviews/{panel.pk}/panel")
    steward.press("Assign reviewers")
    look(page, "panel")
    give_reviews(reader, panel)
    give_bar(reader)
    for one in Assignment.objects.exclude(seat__person=readers[0]).select_related("seat__person", "piece__panel"):
        said = Said({"experience": score(one.piece.title)}, "", "By the criteria.")
        review.give_review(acting(one.seat.person), assignment=one, said=said)
    for person in readers[1:]:
        members.give_bar(acting(person), call=Call.objects.get(pk=call.pk), value=300)
    page.goto(f"/reviews/{panel.pk}/panel")
    look(page, "panel-read")
    steward.press("End the panel’s work")


def score(title: str) -> int:
    """The stranger stays below the bar."""
    return 2 if "Stranger" in title else 4


def give_reviews(reader: Keyboard, panel: Panel) -> None:
    """All that is on the desk, one after the other."""
    page = reader.page
    page.goto(f"/reviews/{panel.pk}")
    look(page, "desk")
    reader.follow("Read the next", exact=False)
    for number in range(3):
        if not number:
            look(page, "piece")
        title = page.get_by_role("heading", level=1).inner_text()
        reader.reach(page.get_by_label("Experience"))
        page.keyboard.type(str(score(title)))
        reader.write("For the author", "By the criteria.")
        reader.press("Give the review")
    expect(page.get_by_role("main")).to_contain_text("All 3 are done: nothing is left to read.")


def give_bar(reader: Keyboard) -> None:
    """From the page of the call."""
    page = reader.page
    page.goto(CALL)
    reader.follow("Give your bar")
    look(page, "bar")
    reader.write("From which score on would you admit?", "3")
    reader.press("Give my bar")


def decide(browsers: Browsers, cast: Cast) -> None:
    """The steward sets the bar, orders, gives reasons and drafts letters; a founder releases them."""
    steward = browsers.of(cast.steward)
    page = steward.page
    page.goto(f"{CALL}/decide")
    steward.follow("Set the bar")
    look(page, "set-bar")
    steward.press("Set the bar")
    steward.press("Put them in order")
    look(page, "ordered")
    for number, name in enumerate(Application.objects.values_list("name", flat=True)):
        steward.follow(name)
        steward.write("Reason", "By the criteria of the call.")
        if not number:
            look(page, "reason")
        steward.press("Keep the reason")
    steward.follow("Write the letters")
    look(page, "letters")
    steward.press("Draft the letters")
    expect(page.get_by_role("main")).to_contain_text("Somebody who did not draft them")
    founder = browsers.of(cast.founder)
    founder.page.goto("/")
    founder.follow("Confirm decisions", exact=False)
    look(founder.page, "release")
    founder.press("Release the decisions")
    look(founder.page, "decided")


def appeal(declined: Keyboard) -> None:
    """Whoever was not admitted reads why, how the call went, and appeals."""
    page = declined.page
    page.goto(f"{CALL}/mine")
    expect(page.get_by_role("main")).to_contain_text("By the criteria of the call.")
    look(page, "declined")
    declined.follow("Appeal")
    look(page, "make-appeal")
    declined.write("What should be looked at again", "The study that I led was not seen.")
    declined.press("Appeal")
    expect(page.get_by_role("main")).to_contain_text("It waits for people who had no part in the decision.")


def second_founder(cast: Cast) -> Person:
    """Somebody who may judge appeals and had no part in the decision."""
    return cast._play("Second founder", "steward", "member")


def grant(judge: Keyboard) -> None:
    """From home to the answer."""
    page = judge.page
    page.goto("/")
    judge.follow("Decide 1 appeal", exact=False)
    look(page, "appeals")
    judge.follow("Stranger")
    look(page, "appeal")
    choose(judge, "It is changed: they are admitted")
    judge.write("Your answer", "We missed the study. You are in.")
    judge.press("Decide the appeal")


def settle_in(newcomer: Keyboard) -> None:
    """From home through the code of conduct to a page of one's own."""
    page = newcomer.page
    page.goto("/")
    newcomer.follow("Read and accept the code of conduct", exact=False)
    look(page, "conduct")
    newcomer.tick("I have read it and will keep to it")
    newcomer.press("Accept the code of conduct")
    look(page, "profile")
    newcomer.press("Keep this and go on")
    look(page, "topics")
    newcomer.reach(page.get_by_role("checkbox").first)
    page.keyboard.press("Space")
    newcomer.press("Keep this and go on")
    look(page, "introduction")
    newcomer.write("Your introduction", "I study forgetting.")
    newcomer.press("Keep this and go on")
    expect(page.get_by_role("main")).to_contain_text("You have settled in")
    look(page, "home")
