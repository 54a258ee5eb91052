"""Lighthouse on the pages that a visitor meets: `python -m bench.lighthouse [--data DIR] [--pages PATH …]`.

Each at least 95 of 100 in performance, accessibility, best practices and search engines, as on a middling phone with a
slow line, and under 150 kB with all that it loads. Lighthouse 12 is installed by npm into a folder of its own; it needs
Node.js 18 or later, and Chromium. The pages are those of the sample: the lists that visitors get from the cache, and the
single pages that are opened most. `--data` names a folder that holds the sample and whose server is down.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench._peers import FOLDER, verdict
from bench._server import Machine, Up, sample
from bench._shared import machine

LIGHTHOUSE = "lighthouse@12"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST, HEAVIEST = 95, 150_000
WIDTHS = "{:<44}{:>12}{:>14}{:>16}{:>6}{:>9}  {}"


def program() -> Path:
    """Lighthouse; it is installed where it is not there."""
    folder = FOLDER / "lighthouse"
    found = folder / "node_modules" / ".bin" / "lighthouse"
    if not found.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("Lighthouse needs Node.js and npm: install them, then run this again.")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--silent", "--ignore-scripts", "--prefix", str(folder), LIGHTHOUSE]
        subprocess.run(command, check=True)
    return found


def browser() -> str:
    """Chromium."""
    from tests.browser import NAMES  # not before the settings have been told where the data are

    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise SystemExit("Lighthouse needs Chromium: install the package `chromium`, or put it on PATH.")
    return found


def addresses() -> list[str]:
    """The lists that visitors get from the cache, and the single pages of the sample that members open most."""
    import django

    django.setup()
    from django.urls import NoReverseMatch, reverse

    from bench.pages import pages
    from stoa.config.visitors import ROUTES

    found = []
    for name in ROUTES:
        try:
            found.append(reverse(name))
        except NoReverseMatch:  # it is a page of one thing
            continue
    single = [address for name, address in pages().items() if name != "vote"]
    return list(dict.fromkeys(found + single))


def judged(lighthouse: Path, address: str) -> tuple[dict[str, int], int]:
    """Points in each category, and how many bytes the page loads."""
    from tests.browser import QUIET

    flags = " ".join(["--headless", "--no-sandbox", "--disable-gpu", *QUIET])
    options = ["--quiet", "--output=json", "--output-path=stdout", f"--only-categories={','.join(CATEGORIES)}"]
    said = subprocess.run(
        [str(lighthouse), address, *options, f"--chrome-flags={flags}"],
        env=os.environ | {"CHROME_PATH": browser()},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    report = json.loads(said)
    points = {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}
    return points, int(report["audits"]["total-byte-weight"]["numericValue"])


def main() -> int:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder that holds the sample already")
    parser.add_argument("--port", type=int, default=8180)
    parser.add_argument("--pages", nargs="*", help="paths; without them all that a visitor meets")
    options = parser.parse_args()
    lighthouse = program()
    print(machine())
    missed = 0
    with sample(options.data, options.port) as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "stoa.config.settings"
        server = Up(folder, options.port)
        try:
            busy = Machine()
            print(WIDTHS.format("page", *CATEGORIES, "kB", "limit"))
            for path in options.pages or addresses():
                points, weight = judged(lighthouse, server.address + path)
                holds = min(points.values()) >= LEAST and weight < HEAVIEST
                missed += not holds
                print(WIDTHS.format(path, *points.values(), f"{weight / 1000:.0f}", verdict(holds=holds)), flush=True)
            print(f"All programs together took {busy.others(0.0):.0%} of the machine meanwhile.")
        finally:
            server.stop()
    print(
        f"At least {LEAST} in each and under {HEAVIEST // 1000} kB: {'missed by ' + str(missed) if missed else 'holds'}."
    )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
