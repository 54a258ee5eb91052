"""A person at the keyboard, without a mouse: reaches things by Tab and uses them by Enter, Space and typing."""

from __future__ import annotations

import re
from datetime import datetime

from playwright.sync_api import Locator, Page

MOST_TABS, AT_ONCE = 400, 5
HOLD = """element => {
    document.removeEventListener("keydown", window.hold, true);
    window.hold = event => { if (event.key === "Tab" && document.activeElement === element) event.preventDefault(); };
    document.addEventListener("keydown", window.hold, true);
    const now = document.activeElement;
    return now === element ? "there" : (now === document.body && element.closest("main")) ? "at the top" : "on the way";
}"""
LET_GO = "document.removeEventListener('keydown', window.hold, true)"


class Keyboard:
    """Drives a page by key presses alone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> Locator:
        """Press Tab until the target has the focus, from which no further press leads away; fails when none leads there.

        From the top of a page the first link skips to the content. Some presses at once: to find a target by its name on a
        long page takes longer than many of them.
        """
        target.wait_for()
        for _ in range(MOST_TABS // AT_ONCE):
            where = target.evaluate(HOLD)
            if where == "there":
                self.page.evaluate(LET_GO)
                return target
            if where == "at the top":
                self._skip()
            for _ in range(AT_ONCE):
                self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {target}")

    def _skip(self) -> None:
        """Go to the content by the first link, if it is the first: the page may have been entered further down."""
        self.page.keyboard.press("Tab")
        if self.page.evaluate("document.activeElement.matches('a.skip')"):
            self.page.keyboard.press("Enter")

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
