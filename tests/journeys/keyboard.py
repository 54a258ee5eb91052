"""A person at the keyboard, without a mouse: reaches things by Tab and uses them by Enter, Space and typing."""

from __future__ import annotations

import re
from datetime import datetime

from playwright.sync_api import Locator, Page

MOST_TABS = 400
AHEAD = """target => {
    const groups = new Set();
    const alone = (element) => element.type !== "radio" || !groups.has(element.name) && groups.add(element.name);
    const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(
        (element) => element.tabIndex >= 0 && !element.disabled && element.getClientRects().length && alone(element));
    return stops.indexOf(target) - stops.indexOf(document.activeElement);
}"""
"""About how many Tabs lead to it, by the order of the page: so many are pressed before it is asked whether it has the focus."""


class Keyboard:
    """Drives a page by key presses alone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> Locator:
        """Press Tab until the target has the focus; fails when no Tab leads there."""
        target.wait_for()
        for _ in range(target.evaluate(AHEAD) - 1):
            self.page.keyboard.press("Tab")
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return target
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {target}")

    def follow(self, name: str, *, exact: bool = True) -> None:
        """Go where a link leads."""
        self.reach(self.page.get_by_role("link", name=name, exact=exact).first)
        self.enter()

    def press(self, name: str, *, exact: bool = True) -> None:
        """Use a button."""
        self.reach(self.page.get_by_role("button", name=name, exact=exact).first)
        self.enter()

    def write(self, label: str, text: str) -> None:
        """Type into the field of this label, in place of what stands there."""
        self.reach(self._field(label))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def date(self, label: str, value: datetime, *, time: bool = False) -> None:
        """Type a date, and a time of day, the way a browser in American English takes them."""
        self.reach(self._field(label))
        self.page.keyboard.type(f"{value:%m%d%Y}")
        if time:
            self.page.keyboard.press("ArrowRight")
            self.page.keyboard.type(f"{value:%I%M%p}")

    def tick(self, label: str) -> None:
        """Tick the box of this label by Space."""
        self.reach(self.page.get_by_role("checkbox", name=label))
        self.page.keyboard.press("Space")

    def _field(self, label: str) -> Locator:
        """The field whose label begins so; a remark such as “optional” may follow."""
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}")).first

    def enter(self) -> None:
        """Press Enter where the focus is, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
