"""Makes the pictures in this folder from a server with the sample: `make screenshots`; Chromium must be installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
PORT = 8765
ADDRESS = f"http://localhost:{PORT}"
FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PUBLIC = {"home": "/", "agenda": "/agenda", "round": "/agenda/2027", "result": "/agenda/2026/result"}
PUBLIC |= {"question": "/agenda/2026/questions/5", "record": "/record", "charter": "/governance/charter"}
PUBLIC |= {
    "governance": "/governance",
    "people": "/people",
    "thread": "/forum/thread/7",
    "search": "/search?q=watermark",
    "call": "/calls/members-2027",
    "study": "/lab/studies/1",
    "compare": "/lab/compare",
}
SIGNED_IN = {
    "vote": "/agenda/2027/vote",
    "waiting": "/",
    "discussion": "/agenda/2028/discussion",
    "map": "/agenda/2028/map",
}


@contextmanager
def server() -> Iterator[str]:
    """A server with the sample on a folder of its own; gives the first steward's link."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "STOA_DATA": folder, "STOA_PORT": str(PORT), "STOA_ADDRESS": ADDRESS}
        running = subprocess.Popen(
            [sys.executable, "-m", "stoa.cli", "up"], env=environ, stdout=subprocess.PIPE, text=True
        )
        try:
            yield link_from(running)
        finally:
            running.terminate()
            running.wait(30)


def link_from(running: subprocess.Popen[str]) -> str:
    """The link that the server prints when it is up."""
    assert running.stdout is not None
    for line in running.stdout:
        if found := re.search(r"http\S+/in/\S+", line):
            return found[0]
    raise SystemExit("The server did not come up; its messages stand above.")


def take(page: Page, name: str, address: str) -> None:
    """One page wide and light, and as on a phone and dark."""
    for size, name_of_size, scheme in ((WIDE, "wide", "light"), (PHONE, "phone", "dark")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(ADDRESS + address)
        page.screenshot(path=HERE / f"{name}-{name_of_size}.png")


def main() -> None:
    """All pictures."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("Chromium is not installed: install the package `chromium`.")
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with server() as link, sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=path, args=flags)
        page = browser.new_page(reduced_motion="reduce")
        for name, address in PUBLIC.items():
            take(page, name, address)
        page.goto(link)
        page.get_by_role("button").first.click()
        for name, address in SIGNED_IN.items():
            take(page, name, address)
        browser.close()


if __name__ == "__main__":
    main()
