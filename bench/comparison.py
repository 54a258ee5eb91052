"""Comparing 200 models in 60 measures, from 5,000 runs: `python -m bench.comparison`.

The page (25 models, eight measures, differences from one model), the same for one suite, and everything at once as JSON over
the API and as a file. Limit: 300 ms and 12 queries each. All are asked for in this process, with the embedded database
beside it; "ms" is the median by the clock, "cpu ms" of this process's own time.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import Any

MODELS, RUNS, MEASURES, TIMES = 200, 5_000, 60, 9
LIMIT_MS, LIMIT_QUERIES = 300.0, 12
WIDTHS = "{:<34}{:>8}{:>8}{:>10}{:>9}{:>8}  {}"


def fill() -> int:
    """The models and runs, in suites of two or three measures that are added to the catalogue; the first version's number."""
    import numpy as np

    from stoa.evaluation.catalogue import SUITES
    from stoa.lab.models import RunMeasure
    from stoa.people.models import Person
    from tests.lab import crowd

    each = RUNS // MODELS
    sizes = [MEASURES // each + (place < MEASURES % each) for place in range(each)]
    suites = crowd.suites(each, sizes)
    SUITES.update({suite.name: suite for suite in suites})
    versions, chance = crowd.model_versions(MODELS), np.random.default_rng(1)
    states = cycle(["reproduced"] * 7 + ["claimed", "claimed", "disputed"])
    member = Person.objects.order_by("pk")[0]
    cells = [(version, suite, next(states)) for suite in suites for version in versions]
    made = crowd.results(crowd.study(9_999), member, cells)
    rows = [
        crowd.measured(one.claim, measure, crowd.yes_or_no(chance, chance.uniform(0.2, 0.8)))
        for one, (_, suite, _) in zip(made, cells, strict=True)
        for measure in suite.measures
    ]
    RunMeasure.objects.bulk_create(rows, batch_size=2_000)
    return int(versions[0].pk)


def asked(client: Any, address: str) -> tuple[int, int]:
    """How many queries an address takes, and how many bytes come."""
    from django.db import connection

    from tests.asked import Asked

    seen = Asked()
    with connection.execute_wrapper(seen):
        size = len(body(client.get(address)))
    return len(seen.statements), size


def body(answer: Any) -> bytes:
    """All of an answer, streamed or not."""
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def timed(client: Any, address: str) -> tuple[float, float]:
    """Median milliseconds by the clock and of our own processor."""
    wall, own = [], []
    for _ in range(TIMES):
        begun, worked = time.perf_counter(), time.process_time()
        body(client.get(address))
        wall.append(1000 * (time.perf_counter() - begun))
        own.append(1000 * (time.process_time() - worked))
    return statistics.median(wall), statistics.median(own)


def main() -> int:
    """Print the table; 1 where a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder that holds the sample already")
    options = parser.parse_args()
    from bench._shared import collect_as_a_web_process
    from bench.pages import sample

    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    with sample(options.data):
        from tests.cast import browser

        first = fill()
        collect_as_a_web_process()
        addresses = {
            "page": "/lab/compare",
            "page, differences": f"/lab/compare?to={first}",
            "page, one suite": f"/lab/compare?suite=stoa/many-0&to={first}",
            "API, all": f"/api/v1/lab/comparison?to={first}",
            "CSV, all": f"/lab/compare?as=csv&to={first}",
        }
        print(WIDTHS.format("", "queries", "kB", "ms", "cpu ms", "first", "holds"))
        missed = False
        for name, address in addresses.items():
            client = browser()
            begun = time.perf_counter()
            body(client.get(address))
            cold = 1000 * (time.perf_counter() - begun)
            queries, size = asked(client, address)
            wall, own = timed(client, address)
            holds = queries <= LIMIT_QUERIES and min(wall, own) <= LIMIT_MS
            missed |= not holds
            cells = (queries, size // 1000, f"{wall:.0f}", f"{own:.0f}", f"{cold:.0f}", "yes" if holds else "no")
            print(WIDTHS.format(name, *cells), flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
