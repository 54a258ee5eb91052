"""From a question to a settled result: a study planned and registered by keyboard, run on the real model, reproduced, compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

pytest.importorskip("inspect_ai")
pytest.importorskip("xllamacpp")

from stoa.evaluation.llama import smollm2
from stoa.evaluation.runner.planned import weights_digest
from stoa.lab.models import ModelVersion, Result, Run
from stoa.people.links import make_link
from stoa.people.models import Person
from tests.axe import violations
from tests.cast import Cast
from tests.cli.server import plain_environment
from tests.journeys.keyboard import Keyboard
from tests.lab.studying import version
from tests.live import LiveStoa

pytestmark = [pytest.mark.slow, pytest.mark.journey]

SUITE = "small_checks"
SAMPLES = 4
PICTURES = os.environ.get("STOA_TESTS_PICTURES", "")


@contextmanager
def signed_in(browser: Browser, live: LiveStoa, person: Person) -> Iterator[Keyboard]:
    """A browser in which somebody is signed in. Any error of a script fails the test."""
    context = browser.new_context(base_url=live.address, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    keyboard = Keyboard(page)
    page.goto(make_link(person, hours=2, once=False, console=True))
    keyboard.press(f"Sign in as {person.name}")
    yield keyboard
    context.close()
    assert errors == []


def look(page: Page, name: str, *, as_nowhere_else: bool = False) -> None:
    """The page does not scroll sideways, and axe finds nothing on it in light or dark; where asked for, a picture.

    Axe looks at what the walk over every page (`test_every_page`) does not see: a study before its first run, one that is only
    claimed, what waits, and a comparison with one model.
    """
    if as_nowhere_else:
        assert [(name, *broken) for broken in violations(page)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"), name
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"lab-{name}.png"), full_page=True)


def test_a_study_is_planned_run_checked_reproduced_and_compared(
    browser: Browser, live_stoa: LiveStoa, tmp_path: Path
) -> None:
    cast = Cast()
    author, other = cast.author, cast.member
    weights(author)
    with signed_in(browser, live_stoa, author) as at_work, signed_in(browser, live_stoa, other) as elsewhere:
        plan(at_work)
        with lab("run", "1", "--yes", live=live_stoa, token=key(at_work), home=tmp_path / "author") as run:
            token = key(elsewhere)
        assert f"Run 1 is sent in: {live_stoa.address}/lab/studies/1/runs/1" in run.out
        live_stoa.settle()
        take_task(elsewhere)
        with lab("reproduce", "1", "1", "--yes", live=live_stoa, token=token, home=tmp_path / "other") as again:
            see_claim(at_work)
        assert "It would count as independent." in again.err
        live_stoa.settle()
        see_reproduced(elsewhere)
        compare(elsewhere)
    assert list(Run.objects.order_by("number").values_list("number", "verdict", "independent")) == [
        (1, "follows", None),
        (2, "follows", True),
    ]
    assert Result.objects.get().state == Result.State.REPRODUCED


def weights(by: Person) -> ModelVersion:
    """The small model that comes along, registered under the digest of its weights."""
    one = version(by)
    ModelVersion.objects.filter(pk=one.pk).update(digest=weights_digest(smollm2()), file=smollm2().name)
    return one


def plan(author: Keyboard) -> None:
    """The four steps of a plan, and its registration."""
    page = author.page
    page.goto("/lab")
    look(page, "lab")
    author.follow("Plan a study")
    author.write("What is to be found out", "Can a very small model count?")
    author.write("Why this is worth knowing", "It runs on any laptop.")
    look(page, "question")
    author.press("Save and go on")
    author.reach(page.get_by_role("checkbox").first)
    page.keyboard.press("Space")
    look(page, "models")
    author.press("Save and go on")
    author.write("Small checks", str(SAMPLES))
    look(page, "suites")
    author.press("Save and go on")
    author.reach(page.get_by_label("Primary measure"))
    page.keyboard.press("ArrowDown")
    author.write("Margin", "0.9")
    author.write("When no more is run", f"fixed: {SAMPLES} samples")
    look(page, "plan")
    author.press("Save and go on")
    look(page, "draft")
    author.press("Register the plan")
    expect(page.get_by_role("main")).to_contain_text("The plan is registered. Runs can begin.")
    look(page, "registered", as_nowhere_else=True)


def key(member: Keyboard) -> str:
    """A key for one's own programs, read from the page that shows it once."""
    page = member.page
    page.goto("/lab/start")
    look(page, "start")
    member.follow("Your keys")
    member.write("What is it for?", "my laptop")
    member.press("Make the key")
    shown = re.search(r"stoa_[\w-]+", page.get_by_role("main").inner_text())
    assert shown is not None
    return shown[0]


@dataclass
class Command:
    """What a command printed, once it has ended."""

    out: str = ""
    err: str = ""


@contextmanager
def lab(*arguments: str, live: LiveStoa, token: str, home: Path) -> Iterator[Command]:
    """`stoa lab` as somebody runs it on a machine of their own while the block runs; it has ended after it."""
    own = {"STOA_SERVER": live.address, "STOA_TOKEN": token, "XDG_CONFIG_HOME": str(home), "COLUMNS": "200"}
    said = Command()
    few = ["--at-once", "1"]  # it is asked for the fewer tokens before it begins
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "stoa.cli", "lab", *arguments, *few, "--folder", str(home / "runs")],
        env=plain_environment() | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield said
            said.out, said.err = process.communicate(timeout=600)
        finally:
            process.kill()
    assert process.returncode == 0, said.err


def see_claim(author: Keyboard) -> None:
    """The page of the study has the picture and the claimed result, that of the run what was found."""
    page = author.page
    page.goto("/lab/studies/1")
    expect(page.get_by_role("main")).to_contain_text("none reproduced, 1 only claimed")
    look(page, "claimed", as_nowhere_else=True)
    author.follow("Small checks")
    expect(page.get_by_role("main")).to_contain_text("Every number below follows from the answers in the log")
    expect(page.get_by_role("heading", level=2).filter(has_text="Measured")).to_be_visible()
    look(page, "run")


def take_task(other: Keyboard) -> None:
    """What waits to be reproduced, and that it would count."""
    page = other.page
    page.goto("/lab/tasks")
    row = page.get_by_role("row").filter(has_text="Can a very small model count?")
    expect(row.get_by_role("cell").last).to_have_text("yes")
    look(page, "tasks", as_nowhere_else=True)
    other.follow("run 1")
    expect(page.get_by_role("main")).to_contain_text("stoa lab reproduce 1 1")


def see_reproduced(other: Keyboard) -> None:
    """The study's page says so, and nothing waits any more."""
    page = other.page
    page.goto("/lab/studies/1")
    expect(page.get_by_role("main")).to_contain_text("1 result: 1 reproduced")
    look(page, "reproduced")
    page.goto("/lab/studies/1/runs/2")
    expect(page.get_by_role("main")).to_contain_text("and counts as independent")
    look(page, "reproduction")
    page.goto("/lab/tasks")
    expect(page.get_by_role("main")).to_contain_text("Nothing waits to be reproduced.")


def compare(other: Keyboard) -> None:
    """The model stands in the comparison, and can be compared with."""
    page = other.page
    page.goto("/lab")
    other.follow("Compare models")
    expect(page.get_by_role("row").filter(has_text="SmolLM2-135M-Instruct")).to_contain_text(
        "reproduced, none to compare with"
    )
    look(page, "compare")
    other.follow("compare with it")
    expect(page.get_by_role("main")).to_contain_text("Differences are from SmolLM2-135M-Instruct Q4_1")
    look(page, "compared", as_nowhere_else=True)
    page.goto("/lab/imported")
    look(page, "imported")
