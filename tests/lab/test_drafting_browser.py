"""A plan written in a real browser: what is typed saves itself or is kept on the device, until it is saved and no longer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from stoa.lab.models import Study
from stoa.people.links import make_link
from tests.cast import Cast
from tests.lab.studying import drafted, registered, version
from tests.live import LiveStoa

pytestmark = [pytest.mark.slow, pytest.mark.journey]
BACK = "What you had typed on this device"


def open_signed_in(page: Page, person: object, path: str) -> None:
    page.set_default_timeout(40_000)
    page.goto(make_link(person, hours=2, once=False, next_address=path))
    page.get_by_role("button", name="Sign in as").click()


def reload(page: Page) -> None:
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()


def test_a_new_study_is_kept_on_the_device_until_it_is_a_draft(page: Page, live_stoa: LiveStoa) -> None:
    open_signed_in(page, Cast().author, "/lab/studies/new")
    page.get_by_label("What is to be found out").fill("Can it count?")
    page.get_by_label("Why this is worth knowing").fill("A long text.")
    page.goto("/lab")
    page.goto("/lab/studies/new")
    expect(page.get_by_label("Why this is worth knowing")).to_have_value("A long text.")
    expect(page.get_by_text(BACK)).to_be_visible()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Can it count?")
    page.goto("/lab/studies/new")
    expect(page.get_by_label("Why this is worth knowing")).to_have_value("")
    expect(page.get_by_text(BACK)).to_be_hidden()


def test_a_plan_saves_itself_and_survives_a_line_that_is_down(browser: Browser, live_stoa: LiveStoa) -> None:
    cast, page = Cast(), browser.new_context(base_url=live_stoa.address, reduced_motion="reduce").new_page()
    study = drafted(cast.author, version(cast.author))
    open_signed_in(page, cast.author, f"/lab/studies/drafts/{study.pk}/plan")
    method, saved = page.get_by_label("What else is planned"), page.locator("[data-saved]")
    method.fill("Saved as it was typed.")
    expect(saved).to_contain_text("Saved at")
    assert Study.objects.get().method == "Saved as it was typed."
    page.context.set_offline(True)
    method.fill("Typed while the line was down.")
    expect(saved).to_contain_text("Not saved")
    page.context.set_offline(False)
    reload(page)
    expect(method).to_have_value("Typed while the line was down.")
    expect(saved).to_contain_text("Saved at")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("Typed while the line was down.")).to_be_visible()
    assert Study.objects.get().method == "Typed while the line was down."
    page.context.close()


def test_a_change_of_a_registered_plan_is_kept_on_the_device_and_sent_by_its_button_alone(
    page: Page, live_stoa: LiveStoa
) -> None:
    author = Cast().author
    study = registered(author)
    open_signed_in(page, author, f"/lab/studies/{study.number}/change")
    page.get_by_label("Margin").fill("0.15")
    page.get_by_label("Why").fill("It was too wide.")
    page.reload()
    expect(page.get_by_label("Why")).to_have_value("It was too wide.")
    assert study.plans.count() == 1
    page.get_by_role("button", name="Change the plan").click()
    expect(page.get_by_text("Changed: It was too wide.")).to_be_visible()
    page.goto(f"/lab/studies/{study.number}/change")
    expect(page.get_by_label("Why")).to_have_value("")
