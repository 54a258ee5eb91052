"""Reads of what people gave to a question: estimates of its effort, and hours of their own."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from stoa.agenda.models import Question
from stoa.charter.queries import terms
from stoa.people.models import Person, Role
from stoa.people.queries import in_force

MOST_SHOWN = 50


@dataclass(frozen=True)
class Given:
    """One person's estimate in hours, or their offer, where `low` and `high` are both the hours offered."""

    person: Person
    low: int
    high: int


@dataclass(frozen=True)
class Effort:
    """The earliest estimates and offers, with the viewer's own; how many there are in all, and the hours together."""

    estimates: list[Given]
    offers: list[Given]
    estimates_made: int
    offers_made: int
    hours: int
    own_estimate: Given | None
    own_offer: Given | None

    @property
    def estimates_more(self) -> int:
        """How many estimates are not shown."""
        return self.estimates_made - len(self.estimates)

    @property
    def offers_more(self) -> int:
        """How many offers are not shown."""
        return self.offers_made - len(self.offers)


def estimators() -> int:
    """How many people the charter lets estimate what a question takes, whichever round it belongs to."""
    roles = terms().powers.get("agenda.effort.estimate", ())
    return in_force(Role.objects.filter(role__in=roles, scope="")).values("person").distinct().count()


def effort(question: Question, viewer_id: str | None) -> Effort:
    """What was given to this question. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, p.id, p.name, p.erased, low, high, made, hours FROM ("
            " SELECT 'estimate' AS kind, person_id, low, high, count(*) OVER () AS made, 0 AS hours,"
            "  row_number() OVER (ORDER BY at, id) AS place FROM agenda_estimate WHERE question_id = %(question)s"
            " UNION ALL SELECT 'offer', person_id, hours, hours, count(*) OVER (), sum(hours) OVER (),"
            "  row_number() OVER (ORDER BY at, id) FROM agenda_offer WHERE question_id = %(question)s"
            ") given JOIN people_person p ON p.id = person_id"
            " WHERE place <= %(most)s OR person_id = %(viewer)s ORDER BY kind, place",
            {"question": question.pk, "viewer": viewer_id, "most": MOST_SHOWN},
        )
        rows = cursor.fetchall()
    found = [
        (kind, Given(Person(pk=pk, name=name, erased=gone), low, high)) for kind, pk, name, gone, low, high, *_ in rows
    ]
    made = {kind: (made, hours) for kind, *_, made, hours in rows}
    own = {kind: given for kind, given in found if given.person.pk == viewer_id}
    return Effort(
        [given for kind, given in found if kind == "estimate"],
        [given for kind, given in found if kind == "offer"],
        made.get("estimate", (0, 0))[0],
        made.get("offer", (0, 0))[0],
        int(made.get("offer", (0, 0))[1]),
        own.get("estimate"),
        own.get("offer"),
    )
