"""How a call comes to be read by a panel: its applications are put before it, and taken away from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from stoa.members.models import Application, Call
from stoa.members.queries.deciding_panel import authors_of, houses_by_name, in_text, known_of
from stoa.people.models import Person
from stoa.review.acts.panels import Criterion, Example, Put, open_panel, put_before, withdraw_piece
from stoa.review.acts.seats import Asked
from stoa.review.models import Panel

KIND = "application"
CHUNK = 1_000


def open_reading(call: Call, due: datetime) -> Panel:
    """Open the panel of a call by its criteria, and put before it all that was submitted. Inside an act that holds the call."""
    criteria = [
        Criterion(one.key, one.label, one.rubric, [Example(2, one.low), Example(4, one.high)], one.weight)
        for one in call.asks.criteria
    ]
    panel = open_panel(
        title=call.title,
        criteria=criteria,
        deadline=due,
        reviews_each=call.reviews_each,
        minutes_each=call.minutes_each,
        on=("call", call.pk),
    )
    put_before(panel, pieces_of(call), Application.objects.filter(call=call).count())
    return panel


def pieces_of(call: Call) -> Iterator[Put]:
    """What was submitted to a call as reviewers would read it, in the order of ids, which says nothing of who came first."""
    rows = Application.objects.filter(call=call).order_by("pk").iterator(CHUNK)
    houses = houses_by_name()
    while some := list(islice(rows, CHUNK)):
        authors = authors_of(some, houses)
        yield from (Put(KIND, one.pk, one.name, in_text(call, one), [authors[one.pk]]) for one in some)


def take_away(application: Application) -> None:
    """Take an application away from the panel of its call, if there is one. Inside an act that holds the call."""
    if application.call.panel:
        withdraw_piece(application.call.panel, KIND, application.pk)


def asked_of(people: Iterable[Person], load: int) -> list[Asked]:
    """These people as they are invited: what they applied with here, if they did, tells what they work on and wrote."""
    known = known_of([person.pk for person in people])
    return [Asked(one, load, known[one.pk].pop("texts", ()), known[one.pk]) for one in people]
