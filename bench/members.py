"""The list of 100,000 applications: `python -m bench.members [--applications N]`. Each page at most 12 queries and 300 ms.

Beside it the one statement that the page can't do without, asked straight of the database: the rows that it shows, in
their order. The database is an embedded one in a folder of its own, the server is called in this process.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

APPLICATIONS, TIMES = 100_000, 9
LIMIT_MS, LIMIT_QUERIES = 300.0, 12
SHOWN = "id, name, organisation, orcid, publications, submitted, edited"
ROWS = f"SELECT {SHOWN} FROM members_application WHERE call_id = %s"
PAGES = {
    "latest first": ("", f"{ROWS} ORDER BY submitted DESC NULLS LAST, id LIMIT 50"),
    "by name": ("?sort=name", f"{ROWS} ORDER BY sort_name, id LIMIT 50"),
    "by organisation, page 900": (
        "?sort=organisation&page=900",
        f"{ROWS} ORDER BY organisation, id LIMIT 50 OFFSET 44950",
    ),
    "with words": (
        "?q=77777",
        f"{ROWS} AND words LIKE '%%77777%%' LIMIT 50",
    ),
    "with words that many have": ("?q=university", f"{ROWS} AND words LIKE '%%university%%' LIMIT 50"),
}


def fill(count: int) -> Any:
    """A call with so many applications, and who keeps it."""
    from stoa.kit import clock
    from stoa.members.models import Application
    from tests.members.applying import ANSWERS
    from tests.members.calling import FACTS, opened
    from tests.stage import Stage

    stage = Stage()
    call, now = opened(stage), clock.now()
    works = [{"title": f"On models, part {n}", "year": "2026", "doi": f"10.1234/{n}"} for n in range(5)]
    for start in range(0, count, 5_000):
        Application.objects.bulk_create(
            Application(
                call=call, name=f"Person {n}", sort_name=f"person {n}", organisation=f"University of {n % 997}",
                orcid="0000-0002-1825-0097", publications=works, facts=FACTS, answers=ANSWERS | {"why": "Because. " * 50},
                begun=now, submitted=now - timedelta(seconds=n * 37 % 864_000), source=str(n),
            )
            for n in range(start, min(count, start + 5_000))
        )  # fmt: skip
    return stage, call


def measured(call: Callable[[], Any]) -> list[float]:
    """How long each of so many calls took, in milliseconds."""
    took = []
    for _ in range(TIMES + 1):
        start = time.perf_counter()
        call()
        took.append(1000 * (time.perf_counter() - start))
    return took[1:]


def _rows(cursor: Any, statement: str, call: str) -> Any:
    cursor.execute(statement, [call])
    return cursor.fetchall()


def table(count: int) -> int:
    """Fill the database, ask, print; 1 where a page passes a limit."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.cast import browser

    stage, call = fill(count)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE members_application")
    client, missed = browser(stage.steward), False
    print(f"{os.cpu_count()} processors ({platform.machine()}), {count:,} applications to one call")
    print(
        f"{'page':<28}{'queries':>8}{'median ms':>11}{'slowest ms':>12}{'its rows ms':>13}{'ratio':>7}{'of limit':>10}"
    )
    for label, (query, statement) in PAGES.items():
        path = f"/calls/{call.slug}/applications{query}"
        took = measured(lambda path=path: client.get(path))  # type: ignore[misc]
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        with connection.cursor() as cursor:
            bare = statistics.median(
                measured(lambda s=statement: _rows(cursor, s, call.pk))  # type: ignore[misc]
            )
        middle = statistics.median(took)
        missed |= middle > LIMIT_MS or len(asked) > LIMIT_QUERIES
        print(
            f"{label:<28}{len(asked):>8}{middle:>11.1f}{max(took):>12.1f}{bare:>13.2f}{middle / bare:>7.1f}"
            f"{middle / LIMIT_MS:>10.2f}"
        )
    print(f"limits of {LIMIT_MS:.0f} ms and {LIMIT_QUERIES} queries: {'missed' if missed else 'kept'}")
    return int(missed)


def main() -> int:
    """Run on a database of its own."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--applications", type=int, default=APPLICATIONS)
    count = asked.parse_args().applications
    return on_a_database(lambda: table(count))


def on_a_database(work: Callable[[], int]) -> int:
    """Do this with an embedded database in a folder of its own, whose tables are made."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "STOA_DATA": folder,
            "STOA_SECRET_KEY": "known to everyone, of the benchmark alone",
            "STOA_ROLE": "owner",
        }
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stoa.config.settings")
        import django
        from django.core.management import call_command
        from django.db import connections

        from stoa.kit.environment import environment
        from stoa.kit.postgres import Postgres

        postgres = Postgres(environment().data)
        postgres.up()
        try:
            django.setup()
            call_command("migrate", interactive=False, verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            return work()
        finally:
            connections.close_all()
            postgres.down()


if __name__ == "__main__":
    sys.exit(main())
