"""The pages that people open most, on the sample and with 10,000 of everything: `python -m bench.pages`.

Signed in at most 12 queries, 500 rows and 30 ms each by the clock, at either size. Visitors' pages are rendered
afresh, as without their cache. Beside them a bare Django page: one query, one line of text, no middleware. All are
asked for in this process, with the embedded database beside it, so that what is measured is the program and its
database and no network; "cpu ms" is the median of this process's own time. `--data` names a folder that holds the
sample already and whose server is down, and which is left as it is; else one is made, which takes half a minute.
`--queries` prints what each page asks of the database.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

TIMES = 15
LIMIT_MS, LIMIT_QUERIES, LIMIT_ROWS = 30.0, 12, 500
MANY = 10_000
WIDTHS = "{:<12}{:<11}{:>8}{:>7}{:>10}{:>8}{:>7}{:>9}  {}"


def bare(_request: Any) -> Any:
    """The page that a page can't be quicker than: one query, one line."""
    from django.db import connection
    from django.http import HttpResponse

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM charter_community")
        line = f"{cursor.fetchone()[0]} community"
    return HttpResponse(line, headers={"Content-Length": str(len(line))})


def pages() -> dict[str, str]:
    """The address of each page, of the sample's rounds as they stand."""
    from stoa.agenda.models import Decision, Question, Round
    from stoa.forum.models import Thread

    by_phase = {round_.phase: round_.slug for round_ in Round.objects.all()}
    decided = Decision.objects.select_related("round").latest("decided").round.slug
    question = Question.objects.filter(round__slug=by_phase["vote"], state="on_ballot").latest("pk")
    found = {
        "home": "/",
        "agenda": "/agenda",
        "round": f"/agenda/{by_phase['vote']}",
        "question": question.get_absolute_url(),
        "result": f"/agenda/{decided}/result",
        "thread": Thread.objects.order_by("-posts")[0].get_absolute_url(),
        "vote": f"/agenda/{by_phase['vote']}/vote",
        "governance": "/governance",
        "record": "/record",
    }
    if "discussion" in by_phase:
        found["discussed"] = f"/agenda/{by_phase['discussion']}"
        found["discussion"] = f"/agenda/{by_phase['discussion']}/discussion"
        found["map"] = f"/agenda/{by_phase['discussion']}/map"
    return found


def grow(count: int) -> None:
    """So many more of everything that these pages list."""
    from stoa.agenda.models import Decision, Question, Round
    from stoa.forum.models import Thread
    from stoa.people.models import Person
    from tests import crowd

    looking = Person.objects.filter(roles__role__in=["member", "steward"]).order_by("pk")[:2]
    people = crowd.people(count)
    decided = Decision.objects.latest("decided").round
    for round_ in [*Round.objects.filter(phase__in=["vote", "discussion"]), decided]:
        crowd.entries(round_.reference, count)
        crowd.posts(round_.reference, people, count)
        crowd.questions(round_, people, count)
        question = Question.objects.filter(round=round_).order_by("pk")[0]
        crowd.efforts(question, people)
        crowd.posts(question.reference, people, count)
        if round_.phase == "vote":
            crowd.voters(round_, people)
        elif round_.phase == "discussion":
            crowd.answered(round_, looking, crowd.statements(round_, people, count, about=question)[: count // 2])
    crowd.posts(Thread.objects.order_by("-posts")[0].subject, people, count)


def settle() -> None:
    """Let the database learn what it holds now, as it does by itself within minutes of such a growth."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def viewers() -> dict[str, Any]:
    """A visitor, a member without another role, and the steward for whom most things wait."""
    from stoa.people.models import Person
    from tests.cast import browser

    stewards = Person.objects.filter(roles__role="steward").order_by("pk")
    members = Person.objects.filter(roles__role="member").exclude(roles__role__in=["steward", "founder", "scrutineer"])
    return {"visitor": browser(), "member": browser(members.order_by("pk")[0]), "steward": browser(stewards[0])}


def timed(client: Any, path: str) -> tuple[list[float], list[float]]:
    """How long each of so many requests took, in milliseconds, by the clock and of our processor time."""
    wall, processor = [], []
    for _ in range(TIMES):
        begun, worked = time.perf_counter(), time.process_time()
        client.get(path)
        wall.append(1000 * (time.perf_counter() - begun))
        processor.append(1000 * (time.process_time() - worked))
    return wall[2:], processor[2:]


def least() -> float:
    """Processor time of the bare page, in milliseconds."""
    from django.test import Client, override_settings
    from django.urls import path

    with override_settings(ROOT_URLCONF=(path("bare", bare),), MIDDLEWARE=[]):
        return statistics.median(timed(Client(), "/bare")[1])


def table(addresses: dict[str, str], *, tell_queries: bool) -> bool:
    """Ask for each page as each viewer, print, and say whether a page of somebody signed in passed a limit."""
    limit = least()
    print(WIDTHS.format("page", "viewer", "queries", "rows", "median ms", "cpu ms", "kB", "× bare", "holds"))
    print(WIDTHS.format("bare", "", 1, 1, "", f"{limit:.1f}", "", "1.0", ""))
    everybody = viewers()
    missed = False
    for name, address in addresses.items():
        for who, client in everybody.items():
            if client.get(address).status_code == 200:
                missed |= line(name, who, client, address, limit, tell_queries=tell_queries)
    return missed


def line(name: str, who: str, client: Any, address: str, limit: float, *, tell_queries: bool) -> bool:
    """Print what one page takes; whether it passes a limit. A visitor's has none here."""
    from django.db import connection

    from tests.asked import Asked

    asked = Asked()
    with connection.execute_wrapper(asked):
        size = len(client.get(address).content) / 1000
    wall, processor = (statistics.median(took) for took in timed(client, address))
    queries = len(asked.statements)
    passed = wall > LIMIT_MS or queries > LIMIT_QUERIES or asked.rows > LIMIT_ROWS
    holds = "" if who == "visitor" else "no" if passed else "yes"
    cells = (f"{wall:.1f}", f"{processor:.1f}", f"{size:.0f}", f"{processor / limit:.1f}", holds)
    print(WIDTHS.format(name, who, queries, asked.rows, *cells), flush=True)
    if tell_queries:
        print("\n".join(f"    {sql[:600]}" for sql in asked.statements))
    return who != "visitor" and passed


@contextmanager
def sample(folder: Path | None) -> Iterator[None]:
    """A server with the sample, of which only the database runs."""
    with TemporaryDirectory() as made:
        if folder is not None:
            subprocess.run(["cp", "-a", f"{folder}/.", made], check=True)  # with its owners, whom the database demands
        os.environ |= {"STOA_DATA": made, "STOA_SECRET_KEY": "known to everyone, of the benchmark alone"}
        os.environ["STOA_ROLE"] = "owner"
        os.environ["STOA_ADDRESS"] = "http://testserver"
        os.environ["DJANGO_SETTINGS_MODULE"] = "stoa.config.settings"
        from stoa.kit.environment import environment
        from stoa.kit.postgres import Postgres

        postgres = Postgres(environment().data)
        postgres.up()
        try:
            _load()
            yield
        finally:
            from django.db import connections

            connections.close_all()
            postgres.down()


def _load() -> None:
    import django
    from django.core.management import call_command
    from rich.progress import Progress

    django.setup()
    from stoa.cli.sample import load

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    with Progress(disable=True) as quiet:
        load(quiet)


def main() -> int:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder that holds the sample already")
    parser.add_argument("--queries", action="store_true", help="print what each page asks")
    parser.add_argument("--many", type=int, default=MANY, help=f"of how much of everything; {MANY:,} by default")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; the sample of 300 people")
    with sample(options.data):
        from bench._shared import collect_as_a_web_process

        addresses = pages()
        collect_as_a_web_process()
        missed = table(addresses, tell_queries=options.queries)
        print(f"\nwith {options.many:,} more questions, statements, answers, posts, estimates, voters, entries a round")
        grow(options.many)
        settle()
        missed |= table(addresses, tell_queries=options.queries)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
