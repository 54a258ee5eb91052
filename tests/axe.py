"""Whether a page shuts anybody out, as far as axe-core can tell (WCAG 2.2 AA and its best practices)."""

from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


UNSTICK = """position => {
    for (const bar of document.querySelectorAll(".acts, .acts > .buttons")) bar.style.position = position;
}"""
"""Buttons that stay in reach cover what is scrolled under them; axe would blame whichever field lies there at the moment."""


def violations(page: Page) -> list[tuple[str, str, str]]:
    """The rules broken on the page: scheme, rule and the element that breaks it; the dark scheme differs in colours alone."""
    page.evaluate(AXE)
    light, dark = SCHEMES
    page.evaluate(UNSTICK, "static")
    found = _run(page, light, {"runOnly": RULES})
    page.evaluate(UNSTICK, "")
    return found + _run(page, dark, {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}})


def _run(page: Page, scheme: Literal["light", "dark"], options: dict[str, object]) -> list[tuple[str, str, str]]:
    page.emulate_media(color_scheme=scheme)
    found = page.evaluate("options => axe.run(document, options)", options | {"resultTypes": ["violations"]})
    return [(scheme, rule["id"], node["html"]) for rule in found["violations"] for node in rule["nodes"]]


def assert_open_to_all(page: Page) -> None:
    """axe finds nothing, neither in light nor in dark."""
    assert violations(page) == []
