"""A file of results brought in a real browser: sent in pieces, read by the worker, shown without asking again, brought in."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytest.importorskip("inspect_ai")

from stoa.kit.models import Upload
from stoa.people.links import make_link
from tests.axe import assert_open_to_all
from tests.cast import Cast
from tests.evaluation.test_formats import GARAK, lines
from tests.live import LiveStoa

pytestmark = [pytest.mark.slow, pytest.mark.journey]
PIECES = 3
"""Of a megabyte each, as the script sends them."""


def test_a_large_file_is_sent_in_pieces_read_and_brought_in(page: Page, live_stoa: LiveStoa, tmp_path: Path) -> None:
    member = Cast().member
    attempts = [{"entry_type": "attempt", "uuid": f"{n}", "notes": "n" * 1_000} for n in range(1_000 * PIECES)]
    file = tmp_path / "large.report.jsonl"
    file.write_text(lines([*GARAK, *attempts]))
    page.goto(make_link(member, hours=2, once=False, console=True), timeout=60_000)
    page.get_by_role("button", name=f"Sign in as {member.name}").click()
    page.goto("/lab/imported")
    page.get_by_role("link", name="Bring results in").click()
    page.get_by_label("The file", exact=True).set_input_files(file)
    expect(page.get_by_text("large.report.jsonl, 3.2 MB, was sent.")).to_be_visible(timeout=60_000)
    assert_open_to_all(page)
    upload = Upload.objects.get()
    assert (upload.sort, upload.bytes, upload.finished is not None) == ("results", file.stat().st_size, True)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("Waits to be read")).to_be_visible()
    live_stoa.settle()
    expect(page.get_by_text("nobody but you sees it yet")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("cell", name="0.7500")).to_be_visible()
    assert_open_to_all(page)
    page.get_by_role("button", name="Bring them in").click()
    expect(page.get_by_text("1 new result, shown as imported.")).to_be_visible()
    expect(page.get_by_role("table", name="Imported results")).to_contain_text("test.Test")
    assert not Upload.objects.exists()
