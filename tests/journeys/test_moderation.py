"""A case by keyboard: a member reports a post, a steward removes it, its author appeals, somebody else decides."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from stoa.forum.models import Case, Post
from stoa.people.links import make_link
from stoa.people.models import Person
from tests.axe import SCHEMES, violations
from tests.forum.moderating import Forum
from tests.journeys.keyboard import Keyboard
from tests.live import LiveStoa

pytestmark = [pytest.mark.slow, pytest.mark.journey]

PICTURES = os.environ.get("STOA_TESTS_PICTURES", "")
"""A folder for pictures of the pages; none are made without it."""


@contextmanager
def signed_in(browser: Browser, live: LiveStoa, person: Person) -> Iterator[Keyboard]:
    """A browser of this person's own, with a second factor. Any error in its console fails the test."""
    context = browser.new_context(base_url=live.address, locale="en-GB", timezone_id="UTC", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(make_link(person, hours=2, once=False, console=True))
    page.get_by_role("button", name=f"Sign in as {person.name}").click()
    yield Keyboard(page)
    context.close()
    assert errors == []


def look(page: Page, name: str) -> None:
    """axe finds nothing on the page, it fits a phone and a wide window; where asked for, a picture of each."""
    assert [(name, *broken) for broken in violations(page)] == []
    for width in (375, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"), name
        if PICTURES:
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}-{scheme}.png"), full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def choose(keyboard: Keyboard, label: str) -> None:
    """Reach the group of choices by Tab and go by arrows to the one whose label begins so."""
    wanted = keyboard.page.get_by_role("radio", name=label)
    group = wanted.get_attribute("name")
    keyboard.reach(keyboard.page.locator(f'input[name="{group}"]').first)
    keyboard.page.keyboard.press("Space")
    for _ in range(keyboard.page.locator(f'input[name="{group}"]').count()):
        if wanted.is_checked():
            return
        keyboard.page.keyboard.press("ArrowDown")
    raise AssertionError(f"no arrow leads to {label}")


def test_a_post_is_reported_removed_appealed_and_put_back(browser: Browser, live_stoa: LiveStoa) -> None:
    forum = Forum()
    post = forum.post(forum.author, "Only fools measure refusals like that, and you know who you are.")
    live_stoa.settle()
    with signed_in(browser, live_stoa, forum.member) as member:
        report(member, post)
    with signed_in(browser, live_stoa, forum.steward) as steward:
        remove(steward)
    assert Post.objects.get().state == "removed"
    live_stoa.settle()
    with signed_in(browser, live_stoa, forum.author) as author:
        appeal(author, post)
    with signed_in(browser, live_stoa, forum.founder) as founder:
        decide(founder)
    assert Post.objects.get().state == "standing"
    live_stoa.settle()
    figures(browser, live_stoa)
    with signed_in(browser, live_stoa, forum.member) as member:
        member.page.goto("/forum/mine/reports")
        expect(member.page.get_by_role("main")).to_contain_text("Removed, and put back later.")
        look(member.page, "my-reports")
        put_away(member, post)


def report(member: Keyboard, post: Post) -> None:
    """From the thread to the report."""
    page = member.page
    page.goto(post.thread.get_absolute_url())
    member.reach(page.locator("details.more > summary").first)
    page.keyboard.press("Enter")
    look(page, "thread")
    member.follow("Report")
    look(page, "report")
    choose(member, "personal attack")
    member.write("What those who look should know", "It is about people, not about the measure.")
    member.press("Report it")
    expect(page.get_by_role("main")).to_contain_text("Thank you. Those who handle it will look.")


def remove(steward: Keyboard) -> None:
    """From home to the case, its reports, and the removal."""
    page = steward.page
    page.goto("/")
    steward.follow("Decide 1 case of moderation", exact=False)
    look(page, "queue")
    steward.follow("post", exact=False)
    look(page, "case")
    steward.press("Read the reports")
    expect(page.get_by_role("main")).to_contain_text("It is about people, not about the measure.")
    look(page, "case-read")
    choose(steward, "Remove it")
    steward.reach(page.get_by_label("Reason"))
    page.keyboard.type("personal")
    steward.write("Your words", "Say what is wrong with the measure.")
    steward.press("Decide")
    expect(page.get_by_role("main")).to_contain_text("It is decided.")


def appeal(author: Keyboard, post: Post) -> None:
    """From the place of the post to the reason and the appeal."""
    page = author.page
    page.goto(post.thread.get_absolute_url())
    expect(page.get_by_role("main")).to_contain_text("Removed by the moderators: personal attack.")
    author.follow("Why, and how to appeal")
    expect(page.get_by_role("main")).to_contain_text("Say what is wrong with the measure.")
    look(page, "mine")
    author.follow("Appeal", exact=False)
    look(page, "appeal")
    author.write("Why it should be put back", "I meant nobody who is here.")
    author.press("Appeal")
    expect(page.get_by_role("main")).to_contain_text("It waits for somebody who did not take the decision.")


def decide(founder: Keyboard) -> None:
    """Somebody else decides the appeal."""
    page = founder.page
    page.goto("/forum/moderation/cases")
    founder.follow("post", exact=False)
    expect(page.get_by_role("main")).to_contain_text("I meant nobody who is here.")
    look(page, "case-appeal")
    choose(founder, "Put it back")
    founder.write("To its author", "It is close, and within the rules.")
    founder.press("Decide the appeal")
    page.goto(f"/forum/moderation/cases/{Case.objects.get().pk}")
    look(page, "case-decided")


def figures(browser: Browser, live: LiveStoa) -> None:
    """What a visitor reads of it."""
    context = browser.new_context(base_url=live.address, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/governance")
    page.get_by_role("link", name="Moderation in figures").click()
    expect(page.get_by_role("main")).to_contain_text("personal attack")
    look(page, "figures")
    context.close()


def put_away(member: Keyboard, post: Post) -> None:
    """Mute somebody where they write, read it all the same, and end it."""
    page = member.page
    page.goto(post.thread.get_absolute_url())
    member.reach(page.locator("details.more > summary").first)
    page.keyboard.press("Enter")
    member.press("Mute member-1")
    member.reach(page.get_by_text("Muted by you – show"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Only fools measure refusals")).to_be_visible()
    look(page, "muted")
    page.goto("/forum/mine/put-away")
    look(page, "put-away")
    member.press("Show again", exact=False)
    expect(page.get_by_role("main")).to_contain_text("You have muted nobody.")
