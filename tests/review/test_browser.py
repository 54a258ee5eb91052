"""The review desk in a real browser: what is typed saves itself, and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from stoa.people.links import make_link
from stoa.review import acts
from stoa.review.models import Review
from tests.axe import assert_open_to_all
from tests.live import LiveStoa
from tests.review.panels import Shared

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


HOSTILE = """# A text

<script>document.title = "ran"</script> <img src=x onerror="document.title = 'ran'">
[link](javascript:document.title='ran') </textarea></form><form id="fill"> &amp; "quoted"
"""


class Hostile(Shared):
    """The same before a reviewer of another text, which would act where it could."""

    assigned = False

    def set(self) -> None:
        super().set()
        acts.put_piece(self.steward, panel=self.panel, title="<b id=bold>\\u2028</script>", text=HOSTILE)
        acts.run_assignment(self.steward, panel=self.panel)


def test_the_form_to_take_along_is_filled_in_from_the_disk_and_its_file_is_taken(
    page: Page, browser: Browser, live_stoa: LiveStoa, tmp_path: Path
) -> None:
    scene = Hostile()
    hostile = scene.panel.pieces.get(number=5).assignments.select_related("seat__person")[0]
    person = hostile.seat.person
    page.goto(make_link(person, hours=2, once=False, next_address=f"/reviews/{scene.panel.pk}"))
    page.get_by_role("button", name="Sign in as").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="A form to fill in").click()
    form = tmp_path / fetched.value.suggested_filename
    fetched.value.save_as(form)

    context = browser.new_context(offline=True, accept_downloads=True)
    away = context.new_page()
    errors: list[str] = []
    away.on("pageerror", lambda error: errors.append(str(error)))
    asked: list[str] = []
    away.on("request", lambda request: asked.append(request.url))
    away.goto(form.as_uri())
    assert (away.title(), away.locator("#bold").count(), away.locator("article img").count()) == (
        "Reviews to fill in",
        0,
        0,
    )
    assert_open_to_all(away)
    review = away.locator("#piece-5")
    review.get_by_label("Fit").select_option("4")
    review.get_by_label("For the author").fill("Written on a train: “”\u2028 </script>")
    expect(away.get_by_role("status")).to_have_text("Not saved yet.")
    with away.expect_download() as saved:
        away.get_by_role("button", name="Save as a file").click()
    sheet = tmp_path / saved.value.suggested_filename
    saved.value.save_as(sheet)
    assert sheet.name == f"reviews-{scene.panel.pk}.json"
    assert "A text" not in sheet.read_text()
    assert json.loads(sheet.read_text())["pieces"][-1]["scores"] == {"fit": 4}

    away.goto(form.as_uri())
    away.get_by_label("Go on from a file").set_input_files(sheet)
    expect(review.get_by_label("Fit")).to_have_value("4")
    away.get_by_label("Go on from a file").set_input_files(form)
    expect(away.get_by_role("status")).to_contain_text("no file that was saved from this form")
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    context.close()

    page.get_by_label("The sheet that you filled in").set_input_files(sheet)
    page.get_by_role("button", name="Send the sheet back").click()
    expect(page.get_by_text("Drafts kept: 1.")).to_be_visible()
    kept = Review.objects.get(assignment=hostile)
    assert (kept.scores, kept.for_author) == ({"fit": 4}, "Written on a train: “”\u2028 </script>")


def test_whom_to_invite_is_chosen_by_keyboard_from_a_list_open_to_all(page: Page, live_stoa: LiveStoa) -> None:
    scene = Shared()
    path, chosen = f"/reviews/{scene.panel.pk}/panel/invite", scene.cast.members[0]
    page.goto(make_link(scene.cast.steward, hours=2, once=False, console=True, next_address=path))
    page.get_by_role("button", name="Sign in as").click()
    assert_open_to_all(page)
    page.get_by_role("radio", name=chosen.shown_name).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Invite").press("Enter")
    expect(page.get_by_text(f"{chosen.shown_name} is invited.")).to_be_visible()
