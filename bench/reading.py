"""A call of 100,000 applications that 300 people read: `python -m bench.reading`. Each page at most 300 ms and 2,000 rows.

Queries are 12 at most for the list of applications, 16 for pages on which several such lists stand beside each other.

The pages are those on which a call is read and decided: who could be asked, the panel, a reviewer's desk and one text on it,
the order. What counts of rows is what the database hands over. With `--explain` each query that took more than 5 ms is
printed with how PostgreSQL went about it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from bench import members
from bench._shared import machine

APPLICATIONS, REVIEWERS, LOAD, HOUSES = 100_000, 300, 500, 997
LIMIT_MS, LIMIT_QUERIES, MOST_QUERIES, LIMIT_ROWS = 300.0, 12, 16, 2_000
SLOW_MS = 5.0
CHUNK = 5_000
TEXT = "Because of this. " * 60
WIDTHS = "{:<26}{:>8}{:>9}{:>11}{:>12}{:>10}"


def read(stage: Any, call: Any) -> tuple[Any, Any]:
    """Let the call be read: its panel with seats, pieces, half of the reviews, conflicts, and an order; the panel and a reader."""
    from stoa.kit import clock
    from stoa.members.models import Application, Call
    from stoa.review.models import Panel

    criterion = {"code": "experience", "title": "Experience", "rubric": "What was done.", "examples": [], "weight": 1}
    panel = Panel.objects.create(
        kind="call",
        object_id=call.pk,
        title=call.title,
        criteria=[criterion],
        reviews_each=1,
        deadline=clock.now() + timedelta(days=20),
        phase=Panel.Phase.REVIEWING,
        seed="00" * 32,
        seed_digest="00" * 32,
    )
    readers, houses = readers_of(stage)
    rows = list(Application.objects.filter(call=call).order_by("pk").values_list("pk", "name", "organisation"))
    _put(panel, rows, houses)
    _assigned(panel, readers[:-1])
    _decided([pk for pk, _, _ in rows])
    Call.objects.filter(pk=call.pk).update(panel=panel, phase="review", bar=250)
    return panel, readers[0]


def readers_of(stage: Any) -> tuple[list[Any], list[Any]]:
    """People who could read, and the organisations at which they work."""
    from stoa.kit import clock
    from stoa.people.models import Organisation, Person, Role, Tie

    named = [(f"Reader {n}", f"reader-{n}@example.org") for n in range(1, REVIEWERS)]
    more = Person.objects.bulk_create(Person(name=n, sort_name=n.lower(), email=email) for n, email in named)
    Role.objects.bulk_create(Role(person=one, role="member", start=clock.now()) for one in more)
    houses = Organisation.objects.bulk_create(Organisation(name=f"University of {n}") for n in range(HOUSES))
    readers = [*stage.admit(1), *more]
    Tie.objects.bulk_create(
        Tie(person=one, organisation=houses[n % HOUSES], kind="employment", start=date(2020, 1, 1))
        for n, one in enumerate(readers)
    )
    return readers, houses


def _put(panel: Any, rows: list[Any], houses: list[Any]) -> None:
    from stoa.review.acts.panels import Author, Put, pieces_for
    from stoa.review.models import Piece

    at = {house.name: f"organisation:{house.pk}" for house in houses}
    works = [(f"work:10.1234/{n}", "2026-12-31") for n in range(5)]
    for start in range(0, len(rows), CHUNK):
        put = [
            Put("application", pk, name, TEXT, [Author([f"name:{name}"], [(at[house], "2026-11-01", None)], works)])
            for pk, name, house in rows[start : start + CHUNK]
        ]
        Piece.objects.bulk_create(pieces_for(panel, put, start + 1))


def _assigned(panel: Any, readers: list[Any]) -> None:
    from stoa.kit import clock
    from stoa.review.models import Assignment, Conflict, Review, Seat

    seats = Seat.objects.bulk_create(
        Seat(panel=panel, person=one, load=LOAD, state="accepted", texts=[TEXT]) for one in readers
    )
    pieces = list(panel.pieces.order_by("number").values_list("pk", flat=True))
    load = min(LOAD, len(pieces))
    for n, seat in enumerate(seats):
        held = Assignment.objects.bulk_create(
            Assignment(piece_id=pieces[(n * load + k) % len(pieces)], seat=seat, state="given" if k % 2 else "to_read")
            for k in range(load)
        )
        Review.objects.bulk_create(
            Review(assignment=one, scores={"experience": 3}, for_panel=TEXT, for_author=TEXT, given=clock.now())
            for one in held
            if one.state == "given"
        )
    Conflict.objects.bulk_create(
        Conflict(seat=seat, piece_id=pieces[n + k * HOUSES], kind="organisation", source="found")
        for n, seat in enumerate(seats)
        for k in range(len(pieces) // HOUSES)
    )


def given(panel: Any) -> None:
    """A review for all that is to be read on a panel."""
    from stoa.kit import clock
    from stoa.review.models import Assignment, Review

    ids = list(Assignment.objects.filter(piece__panel=panel).values_list("pk", flat=True))
    Review.objects.bulk_create(
        (
            Review(assignment_id=pk, scores={"experience": 1 + n % 5}, for_author=TEXT, given=clock.now())
            for n, pk in enumerate(ids)
        ),
        batch_size=CHUNK,
    )
    Assignment.objects.filter(piece__panel=panel).update(state="given")


def _decided(applications: list[str]) -> None:
    from stoa.members.models import Decision

    outcomes = [("waiting", n) if n % 3 else ("declined", None) for n in range(len(applications))]
    rows = zip(applications, outcomes, strict=True)
    Decision.objects.bulk_create(
        (Decision(application_id=pk, outcome=word, score=300, place=place) for pk, (word, place) in rows),
        batch_size=CHUNK,
    )


@contextmanager
def watched(*, explain: bool = False) -> Iterator[list[int]]:
    """How many rows came of each query meanwhile; a slow one is explained if asked for."""
    from django.db import connection

    rows: list[int] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        rows.append(max(0, context["cursor"].rowcount))
        if explain and sql.lstrip("( ").startswith("SELECT"):
            _explain(sql, params)
        return found

    with connection.execute_wrapper(note):
        yield rows


def _explain(sql: str, params: Any) -> None:
    from django.db import connection

    with connection.connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
        lines = [line for (line,) in cursor.fetchall()]
    if float(lines[-1].split()[2]) > SLOW_MS:
        print(f"{sql[:1500]}", *lines[:40], lines[-1], sep="\n  ")


def table(count: int, *, explain: bool) -> int:
    """Fill the database, ask, print; 1 where a page passes a limit."""
    from django.db import connection

    from tests.cast import browser

    stage, call = members.fill(count)
    panel, reader = read(stage, call)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    keeper, reviewer, missed = browser(stage.steward), browser(reader), False
    some = call.applications.first()
    here, at = f"/calls/{call.slug}", f"/reviews/{panel.pk}"
    pages = {
        "applications": (keeper, f"{here}/applications"),
        "one application": (keeper, f"{here}/applications/{some.pk}"),
        "who could be asked": (keeper, f"{here}/decide/reviewers"),
        "who could be asked, page 6": (keeper, f"{here}/decide/reviewers?page=6"),
        "deciding": (keeper, f"{here}/decide"),
        "deciding, its last page": (keeper, f"{here}/decide?page=900"),
        "deciding, by name": (keeper, f"{here}/decide?sort=name"),
        "one reason": (keeper, f"{here}/decide/{some.pk}"),
        "appeals": (keeper, f"{here}/appeals"),
        "panel": (keeper, f"{at}/panel"),
        "panel, page 900": (keeper, f"{at}/panel?page=900"),
        "panel, one reviewer": (keeper, f"{at}/panel?reviewers_q=reader+7&conflicts_q=reader+7"),
        "reviews": (reviewer, "/reviews"),
        "desk": (reviewer, at),
        "one text": (reviewer, f"{at}/of/1"),
        "call, as a reviewer": (reviewer, here),
    }
    print(f"{machine()}; {count:,} applications, {REVIEWERS} reviewers")
    print(WIDTHS.format("page", "queries", "rows", "median ms", "slowest ms", "of limit"))
    for label, (client, path) in pages.items():
        took = members.measured(lambda client=client, path=path: client.get(path))  # type: ignore[misc]
        with watched() as rows:
            assert client.get(path).status_code == 200
        middle = statistics.median(took)
        queries = LIMIT_QUERIES if label == "applications" else MOST_QUERIES
        missed |= middle > LIMIT_MS or len(rows) > queries or sum(rows) > LIMIT_ROWS
        times = [f"{middle:.1f}", f"{max(took):.1f}", f"{middle / LIMIT_MS:.2f}"]
        print(WIDTHS.format(label, len(rows), f"{sum(rows):,}", *times), flush=True)
        if explain:
            with watched(explain=True):
                client.get(path)
    print(
        f"limits of {LIMIT_MS:.0f} ms, {LIMIT_QUERIES} and {MOST_QUERIES} queries, {LIMIT_ROWS:,} rows: "
        f"{'missed' if missed else 'kept'}"
    )
    return int(missed)


def main() -> int:
    """Run on a database of its own."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--applications", type=int, default=APPLICATIONS)
    asked.add_argument("--explain", action="store_true")
    given = asked.parse_args()
    return members.on_a_database(lambda: table(given.applications, explain=given.explain))


if __name__ == "__main__":
    sys.exit(main())
