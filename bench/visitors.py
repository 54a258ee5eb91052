"""Visitors' pages on the sample, in requests a second: `python -m bench.visitors [--data DIR] [--seconds 5] [--rounds 3]`.

| pages | beside | at least |
|---|---|---|
| home, round, question, result, as visitors get them | pretalx' public event page, two gunicorn workers | 15 times |
| the same | a bare Django page with one query on our server | 1.5 times |
| the same, made anew for each visitor (no cache) | pretalx' page | 1.5 times |

All are asked by one generator of load (`bench/_load.py`) over the loopback, one after the other in turns; each figure is
the median of its turns. Ours runs in two web processes. For pretalx see `bench/_pretalx.py`. `--data` names a folder that
holds the sample and whose server is down.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench._pretalx import PAGE, await_page, missing, pretalx
from bench._server import sample
from bench._shared import machine

ROOT = Path(__file__).resolve().parents[1]
LINES = 16
PAGES = ("home", "round", "question", "result")
WIDTHS = "{:<34}{:>10}{:>12}{:>10}"
KEPT, BARE, PEER, ANEW = "from the cache", "bare Django page", "pretalx", "made anew"
LIMITS = ((KEPT, PEER, 15.0), (KEPT, BARE, 1.5), (ANEW, PEER, 1.5))


@contextmanager
def server(application: str, port: int, path: str) -> Iterator[None]:
    """An application in two web processes until the block ends."""
    options = ["--interface", "asgi", "--factory", "--workers", "2", "--port", str(port), "--no-ws"]
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *options, "--log-level", "error", application],
        env=os.environ | {"STOA_PORT": str(port)},
        cwd=ROOT,
    )
    try:
        await_page(f"http://127.0.0.1:{port}{path}")
        yield
    finally:
        process.terminate()
        process.wait(60)


def asked(port: int, path: str, seconds: float) -> float:
    """Answers a second."""
    command = [sys.executable, "-m", "bench._load", str(port), path, str(seconds), str(LINES)]
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def addresses() -> dict[str, str]:
    """The pages of the sample. Django is loaded for it, and its database must be up."""
    import django
    from django.core.management import call_command
    from django.db import connections

    from bench.pages import pages

    django.setup()
    found = {name: address for name, address in pages().items() if name in PAGES}
    call_command("collectstatic", interactive=False, verbosity=0)
    connections.close_all()
    return found


def measured(folder: Path, port: int, seconds: float, rounds: int) -> dict[tuple[str, str], float]:
    """Answers a second, by kind and page."""
    from stoa.kit.postgres import Postgres

    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    database = Postgres(folder)
    database.up()
    with ExitStack() as stack:
        stack.callback(database.down)
        pages = addresses()
        stack.enter_context(server("stoa.config.asgi:application", port, "/"))
        stack.enter_context(server("bench._limits:uncached", port + 1, "/"))
        stack.enter_context(server("bench._limits:bare", port + 2, "/bare"))
        stack.enter_context(pretalx(port + 3, port + 4))
        jobs = [(PEER, "", port + 3, PAGE), (BARE, "", port + 2, "/bare")]
        jobs += [(kind, name, port + n, path) for name, path in pages.items() for n, kind in enumerate((KEPT, ANEW))]
        for _ in range(rounds):
            for kind, name, at, path in jobs:
                found[kind, name].append(asked(at, path, seconds))
    return {key: statistics.median(rates) for key, rates in found.items()}


def table(rates: dict[tuple[str, str], float]) -> bool:
    """Print it; True where a limit was missed."""
    print(WIDTHS.format("page", "a second", "× pretalx", "× bare"))
    for (kind, name), rate in rates.items():
        label = f"{name}, {kind}" if name else kind
        print(WIDTHS.format(label, f"{rate:,.0f}", *(f"{rate / rates[one, '']:.1f}" for one in (PEER, BARE))))
    failed = False
    for kind, beside, least in LIMITS:
        worst = min(rates[kind, name] for name in PAGES) / rates[beside, ""]
        failed |= worst < least
        print(
            f"{kind}, the slowest page: {worst:.1f} times {beside}, at least {least:g}: {'yes' if worst >= least else 'NO'}"
        )
    return failed


def main() -> int:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder that holds the sample already")
    parser.add_argument("--port", type=int, default=8110, help="the first of five ports")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if fault := missing():
        print(fault, file=sys.stderr)
        return 1
    print(machine())
    with sample(options.data, options.port) as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "stoa.config.settings"
        return int(table(measured(folder, options.port, options.seconds, options.rounds)))


if __name__ == "__main__":
    sys.exit(main())
