"""Whether an answer takes longer where a secret is otherwise: `python -m bench.leaks [--requests N] [--routes PATH …]`.

Two worlds that differ in secrets alone (tests/leaks) stand side by side; each route is asked in both, in pairs of random
order, by somebody whose secrets these are not. A permutation test turns the signs of the pairs' differences around; the
spread of its outcomes also says how small a difference would have been found nine times in ten. That must be 1 ms at most.
"""

import argparse
import os
import platform
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

REQUESTS = 2_000
SHUFFLES = 10_000
LIMIT_MS = 1.0
ALPHA, POWER = 0.05, 0.9
ROUTES = (
    ("visitor", "/"),
    ("visitor", "/agenda/2027"),
    ("member", "/agenda/2027/discussion"),
    ("visitor", "/agenda/2027/map"),
    ("visitor", "/search?q=cabbages"),
    ("member", "/forum/thread/1"),
    ("visitor", "/api/v1/rounds/2027/statements"),
    ("visitor", "/record/feed"),
)


@dataclass(frozen=True)
class Told:
    """What pairs of requests tell: means in ms over all but the slowest, how likely chance is, and what would be found."""

    one: float
    other: float
    chance: float
    found: float

    @property
    def power(self) -> float:
        """How likely a difference of 1 ms would have been found."""
        deviation = self.found / (NormalDist().inv_cdf(1 - ALPHA / 2) + NormalDist().inv_cdf(POWER))
        return NormalDist().cdf(LIMIT_MS / deviation - NormalDist().inv_cdf(1 - ALPHA / 2))


def told(pairs: np.ndarray[Any, Any], generator: np.random.Generator) -> Told:
    """The test over pairs of milliseconds (n × 2). Differences beyond the outer fortieths count as those do."""
    low, high = np.quantile(pairs[:, 1] - pairs[:, 0], (0.025, 0.975))
    differences = np.clip(pairs[:, 1] - pairs[:, 0], low, high)
    signs = generator.choice((-1.0, 1.0), size=(SHUFFLES, len(differences)))
    turned = signs @ differences / len(differences)
    chance = (1 + np.count_nonzero(np.abs(turned) >= abs(differences.mean()))) / (1 + SHUFFLES)
    kept = np.sort(pairs, axis=0)[: int(0.95 * len(pairs))].mean(axis=0)
    reach = NormalDist().inv_cdf(1 - ALPHA / 2) + NormalDist().inv_cdf(POWER)
    return Told(float(kept[0]), float(kept[1]), chance, reach * float(turned.std()))


@contextmanager
def both() -> Iterator[list[Any]]:
    """Two worlds of a discussion, each as a database connection and its clients by role."""
    from django.db import connections

    from tests.cast import browser
    from tests.leaks.scenes import IN_DISCUSSION
    from tests.leaks.worlds import built

    stories = next(iter(IN_DISCUSSION.groups(["visitor"])))
    with built(IN_DISCUSSION) as there, ExitStack() as stack:
        sides = []
        for otherwise in (False, True):
            world = stack.enter_context(there.world_of(stories, otherwise=otherwise))
            clients = {role: browser(person) for role, person in world.everybody_else().items()}
            sides.append((dict(connections.databases["default"]), clients))
        before = connections["default"]
        opened = []
        for settings, clients in sides:
            connection = connections.create_connection("default")
            connection.settings_dict = {**connection.settings_dict, "NAME": settings["NAME"]}
            opened.append((connection, clients))
        try:
            yield opened
        finally:
            for connection, _ in opened:
                connection.close()
            connections["default"] = before


def pairs_of(sides: list[Any], role: str, path: str, count: int, order: random.Random) -> np.ndarray[Any, Any]:
    """Milliseconds of so many requests, half of them in each world."""
    from django.db import connections

    taken = np.zeros((count // 2, 2))
    for number in range(-10, count // 2):  # the first ten pairs warm both up, and the last ten take their places
        for side in order.sample((0, 1), 2):
            connections["default"], clients = sides[side]
            start = time.perf_counter_ns()
            response = clients[role].get(path)
            if response.streaming:
                b"".join(response.streaming_content)
            taken[number, side] = (time.perf_counter_ns() - start) / 1e6
            assert response.status_code == 200, (path, response.status_code)
    return taken


def table(count: int, routes: list[tuple[str, str]], seed: int) -> int:
    """Ask, print; 1 where a route gives something away or too little would have been found."""
    print(f"{os.cpu_count()} processors ({platform.machine()}), {count:,} requests a route, seed {seed}")
    print(f"{'route':<42}{'so ms':>8}{'otherwise':>11}{'p':>8}{'found from ms':>15}{'power at 1 ms':>15}")
    order, generator, failed = random.Random(seed), np.random.default_rng(seed), False
    with both() as sides:
        for role, path in routes:
            result = told(pairs_of(sides, role, path, count, order), generator)
            gives = result.chance < ALPHA / len(routes)
            failed |= gives or result.found > LIMIT_MS
            print(
                f"{role + ' ' + path:<42}{result.one:>8.2f}{result.other:>11.2f}{result.chance:>8.3f}"
                f"{result.found:>15.2f}{result.power:>15.3f}{'  tells' if gives else ''}"
            )
    print(f"a route tells where p < {ALPHA} / {len(routes)}; found from: the difference found {POWER:.0%} of the time")
    return int(failed)


def main() -> int:
    """Run on databases of its own."""
    asked = argparse.ArgumentParser(description="Whether time tells two worlds apart.")
    asked.add_argument("--requests", type=int, default=REQUESTS)
    asked.add_argument("--routes", nargs="*", help="pages, asked as a visitor")
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    routes = [("visitor", path) for path in given.routes] if given.routes else list(ROUTES)
    import django

    django.setup()
    from django.core.management import call_command

    from tests import postgres

    with postgres.server():
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        return table(given.requests, routes, given.seed)


if __name__ == "__main__":
    sys.exit(main())
