"""Whether a page shuts anybody out, as far as axe-core can tell (WCAG 2.2 AA and its best practices)."""

from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def violations(page: Page) -> list[tuple[str, str]]:
    """The rules broken on the page as it is shown, each with the element that breaks it."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [(rule["id"], node["html"]) for rule in found["violations"] for node in rule["nodes"]]


def assert_open_to_all(page: Page) -> None:
    """axe finds nothing, neither in light nor in dark."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert [(scheme, *broken) for broken in violations(page)] == []
