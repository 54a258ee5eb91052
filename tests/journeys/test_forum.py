"""Talking, by keyboard and on a phone: read, write, answer, name somebody, edit, follow a permanent link, see it live."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from stoa.forum import acts
from stoa.forum.models import Draft, Post
from stoa.people.links import make_link
from stoa.people.models import Person
from tests.axe import assert_open_to_all
from tests.cast import Cast, settle
from tests.journeys.keyboard import Keyboard
from tests.live import LiveStoa
from tests.stage import acting

pytestmark = [pytest.mark.slow, pytest.mark.journey]
PHONE = {"width": 375, "height": 700}


@contextmanager
def browsing(browser: Browser, live: LiveStoa, who: Person | None = None, **more: object) -> Iterator[Page]:
    """A browser of one person's own, signed in; what its console has against the pages fails the test."""
    options = {"locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce", **more}
    context = browser.new_context(base_url=live.address, **options)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    if who is not None:
        page.goto(make_link(who, hours=2, once=False))
        page.get_by_role("button", name=re.compile("^Sign in as")).click()
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def cast(live_stoa: LiveStoa) -> Cast:
    return Cast()


@pytest.fixture
def about(cast: Cast) -> str:
    return cast.question(cast.round(), "What leaks?", cost=10, by=cast.author).reference


def test_two_people_talk_by_keyboard_and_see_each_other_live(
    browser: Browser, live_stoa: LiveStoa, cast: Cast, about: str
) -> None:
    question = f"/agenda/2027/questions/{about.partition(':')[2]}"
    settle()
    with browsing(browser, live_stoa, cast.member) as mine, browsing(browser, live_stoa, cast.author) as theirs:
        keys = Keyboard(mine)
        mine.goto(question)
        mine.get_by_text("Write about it").focus()
        mine.keyboard.press("Enter")
        keys.write("Your post", "# Bounded\n\nA *bound* of $p < 0.05$.")
        expect(mine.locator("#preview em")).to_have_text("bound")
        expect(mine.locator("#preview math")).to_be_visible()
        expect(mine.get_by_text("Saved at")).to_be_visible()
        keys.press("Post")
        post = Post.objects.get()
        mine.wait_for_url(f"**/forum/thread/{post.thread_id}#post-{post.pk}")
        assert not Draft.objects.exists()
        assert_open_to_all(mine)

        theirs.goto(f"/forum/thread/{post.thread_id}")
        theirs.wait_for_load_state("networkidle")
        keys.follow("Answer")
        keys.write("Your post", "Thanks, @stew")
        mine.keyboard.press("End")
        mine.keyboard.type("a")
        mine.keyboard.press("Backspace")
        expect(mine.get_by_role("option", name="Steward")).to_be_visible()
        assert_open_to_all(mine)
        mine.keyboard.press("Enter")
        expect(mine.get_by_label("Your post")).to_have_value("Thanks, @Steward ")
        keys.press("Post")
        answer = Post.objects.latest("pk")
        assert (answer.answers, answer.body) == (post, f"Thanks, @[{cast.steward.pk}]")

        show = theirs.get_by_role("link", name="1 new post: show")
        expect(show).to_be_visible()
        expect(theirs.locator(f"#post-{answer.pk}")).to_have_count(0)
        assert_open_to_all(theirs)
        show.focus()
        theirs.keyboard.press("Enter")
        expect(theirs.locator(f"#post-{answer.pk}")).to_be_visible()
        expect(theirs.get_by_role("link", name="@Steward")).to_be_visible()
        expect(show).to_have_count(0)

        mine.goto(f"/forum/post/{answer.pk}/edit")
        keys.write("Your post", "Many thanks, @Steward")
        keys.press("Change the post")
        mine.wait_for_url(f"**#post-{answer.pk}")
        changed = theirs.get_by_role("link", name="1 post changed: show")
        expect(changed).to_be_visible()
        changed.focus()
        theirs.keyboard.press("Enter")
        expect(theirs.get_by_text("Many thanks,")).to_be_visible()
        Keyboard(theirs).follow("edited")
        expect(theirs.get_by_role("heading", name="Version 1")).to_be_visible()
        assert_open_to_all(theirs)

        Keyboard(theirs).follow("To the post")
        theirs.wait_for_url(f"**/forum/thread/{post.thread_id}#post-{answer.pk}")


def test_a_visitor_reads_on_a_phone_and_without_scripts(
    browser: Browser, live_stoa: LiveStoa, cast: Cast, about: str
) -> None:
    wide = (
        "| a | b |\n|---|---|\n| "
        + "long " * 40
        + " | x |\n\n```python\n"
        + "x = 1; " * 60
        + "\n```\n\nhttps://e.org/"
        + "y" * 300
    )
    posts = [acts.write_post(acting(cast.member), about=about, body=f"Post {n}.\n\n{wide}") for n in range(3)]
    settle()
    for scripts in (True, False):
        with browsing(browser, live_stoa, viewport=PHONE, java_script_enabled=scripts) as page:
            for path in ("/forum", f"/forum/thread/{posts[0].thread_id}", f"/forum/post/{posts[0].pk}/history"):
                page.goto(path)
                width = (
                    page.locator("main").evaluate("main => document.documentElement.scrollWidth") if scripts else 375
                )
                assert width <= 375, path
            page.goto(f"/forum/post/{posts[2].pk}")
            expect(page.locator(f"#post-{posts[2].pk}")).to_be_in_viewport()
            if scripts:
                assert_open_to_all(page)


def test_without_scripts_a_member_writes_with_a_look_before(
    browser: Browser, live_stoa: LiveStoa, cast: Cast, about: str
) -> None:
    with browsing(browser, live_stoa, cast.member, java_script_enabled=False) as page:
        page.goto(f"/forum/about/{about}")
        page.get_by_label("Your post").fill("A **word**.")
        page.get_by_role("button", name="Show how it looks").click()
        expect(page.locator("#preview strong")).to_have_text("word")
        page.get_by_role("button", name="Keep as a draft").click()
        expect(page.get_by_text("Your draft is kept.")).to_be_visible()
        expect(page.get_by_label("Your post")).to_have_value("A **word**.")
        page.get_by_role("button", name="Post", exact=True).click()
        page.wait_for_url(re.compile("/forum/thread/"))
        expect(page.locator(".post strong")).to_have_text("word")
        page.get_by_text("More").first.click()
        page.get_by_role("link", name="Remove the text").click()
        page.get_by_role("button", name="Remove the text").click()
        expect(page.get_by_text("Its author removed this text")).to_be_visible()
