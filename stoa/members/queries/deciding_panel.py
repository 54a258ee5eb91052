"""What is known of a call's applications for those who read them: the text, and of people what conflicts are found by."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from stoa.kit.act import Actor
from stoa.members import rules
from stoa.members.models import Application, Call, Decision
from stoa.members.rules.answers import answered, facts_in_words
from stoa.members.rules.earlier import in_lines, stay
from stoa.methods.same_person import name_key
from stoa.people.models import Organisation, Person, Role, Tie
from stoa.people.queries import in_force
from stoa.review.acts.conflicts import COUNTED, COUNTED_TO, barred, could_not_read, key_of
from stoa.review.acts.panels import Author
from stoa.review.acts.seats import MOST_LOAD
from stoa.review.models import Piece, Seat

SPARE = 4
"""A reviewer is asked for a quarter more than an even share, so that conflicts and refusals can be taken up."""

HEADING = re.compile(r"^(\s*)#", re.MULTILINE)
Ties = Mapping[str, Sequence[tuple[str, str, str | None]]]
Houses = Mapping[tuple[str, str], int]


def candidates(call: Call, viewer: Actor) -> QuerySet[Person]:
    """Who could be asked to read for a call: members, and to whom its reading was given; for others than who decides nobody."""
    if not rules.may_decide(viewer, call):
        return Person.objects.none()
    held = in_force(
        Role.objects.filter(role="member", scope="") | Role.objects.filter(role="reviewer", scope=call.reference)
    )
    seat = Seat.objects.filter(panel=call.panel_id, person=OuterRef("pk")).values("state")
    people = Person.objects.filter(pk__in=held.values("person"), is_active=True).annotate(seat_state=Subquery(seat))
    return people.order_by("sort_name", "pk")


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be asked: how many applications they could not read, and how they answered if they were asked.

    `could_not_read` is counted no further than one more than `COUNTED_TO`, and None where nobody looked yet.
    """

    person: Person
    could_not_read: int | None
    answer: str


def looked_up(call: Call, people: Sequence[Person]) -> list[Candidate]:
    """These of the candidates with the conflicts that are found of them, and what they answered."""
    barred = barred_from(call, people)
    answers = dict(Seat.State.choices)
    return [Candidate(one, barred[one.pk], answers.get(vars(one)["seat_state"], "")) for one in people]


def barred_from(call: Call, people: Sequence[Person]) -> dict[str, int | None]:
    """How many of a call's applications each of these people could not read, by id; as `could_not_read` of a `Candidate`.

    Before its reading begins each application has to be compared, and with more than `COUNTED_TO` of them nobody is.
    """
    ids = [person.pk for person in people]
    if call.panel:
        return dict(could_not_read(call.panel, known_of(ids)))
    rows = list(Application.objects.filter(call=call).defer("answers", "facts")[: COUNTED_TO + 1])
    if len(rows) > COUNTED_TO:
        return dict.fromkeys(ids)
    found = barred(_pieces(rows), known_of(ids))
    return {one: found[one] for one in ids}


def _pieces(rows: Sequence[Application]) -> list[Piece]:
    authors = authors_of(rows, houses_by_name())
    return [Piece(number=n, authors=[asdict(authors[one.pk])]) for n, one in enumerate(rows)]


def in_text(call: Call, application: Application) -> str:
    """An application as its reviewers read it, in Markdown. What somebody said of themselves apart is never in it."""
    who = [
        ("Organisation", application.organisation),
        ("Earlier places", "; ".join(in_lines(application.earlier).splitlines())),
        ("Advised by", "; ".join(application.advisers)),
        ("Advised", "; ".join(application.advisees)),
        ("ORCID iD", application.orcid),
    ]
    known = (*who, *facts_in_words(call, application.facts))
    lines = [f"- {label}: {_inline(value)}" for label, value in known if value]
    parts = ["\n".join(lines)] if lines else []
    parts += [
        f"## {_inline(field.label)}\n\n{_quoted(text)}" for field, text in answered(call, application.answers) if text
    ]
    works = [_inline(" ".join(filter(None, (w["title"], w["year"], w["doi"])))) for w in application.publications]
    if works:
        parts.append("## Publications\n\n" + "\n".join(f"- {work}" for work in works))
    return "\n\n".join(parts)


def houses_by_name() -> Houses:
    """The organisations that the server knows, by ROR id and by name."""
    houses = {("ror", ror): pk for pk, ror in Organisation.objects.exclude(ror="").values_list("pk", "ror")}
    return houses | {("name", name.casefold()): pk for pk, name in Organisation.objects.values_list("pk", "name")}


def authors_of(applications: Sequence[Application], houses: Houses) -> dict[str, Author]:
    """What is known of who applied, by application: who they are, where they work or worked, and which works they wrote."""
    ties = _ties([one.person_id for one in applications if one.person_id])
    return {one.pk: _author(one, ties, houses) for one in applications}


def known_of(people: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is known of reviewers, by id, beside their ties, from what they applied with themselves, and `texts` of theirs.

    Only that by which they were admitted counts: that they apply elsewhere, or were declined, is no business of those who
    keep another call.
    """
    found: dict[str, dict[str, Any]] = {person_id: {"keys": []} for person_id in people}
    houses = houses_by_name()
    admitted = Application.objects.filter(
        person__in=people, call__phase=Call.Phase.DECIDED, decision__outcome=Decision.Outcome.ADMITTED
    )
    for one in admitted.select_related("call").order_by("submitted", "pk"):
        mine = found[str(one.person_id)]
        mine["keys"] += [key for key, _ in _works(one)] + ([f"orcid:{one.orcid}"] if one.orcid else [])
        mine["organisations"] = [*mine.get("organisations", ()), *_earlier(one, houses)]
        mine["advised"] = [*mine.get("advised", ()), *_advised(one)]
        mine["texts"] = [text for field, text in answered(one.call, one.answers) if field.kind == "long" and text]
    return found


def wave_before(call: Call) -> QuerySet[Person]:
    """Who was admitted by the wave before and so is asked to read this one; nobody where a call is read otherwise."""
    if call.screening != Call.Screening.WAVES or call.after_id is None:
        return Person.objects.none()
    admitted = Decision.objects.filter(application__call=call.after_id, outcome=Decision.Outcome.ADMITTED)
    found = Person.objects.filter(pk__in=admitted.values("application__person"), is_active=True, erased=None)
    return found.order_by("sort_name", "pk")


def fair_load(call: Call, applications: int, reviewers: int) -> int:
    """How many texts each of so many reviewers is asked to read at most."""
    even = -(-applications * call.reviews_each // max(1, reviewers))
    return min(MOST_LOAD, applications, even + -(-even // SPARE)) or 1


def _author(one: Application, ties: Ties, houses: Houses) -> Author:
    by_address = (one.address.get("organisation") or "").casefold()
    found = houses.get(("ror", one.ror)) or houses.get(("name", one.organisation.casefold()))
    today = str(one.submitted.date())
    at = {house for house in (found, houses.get(("name", by_address))) if house}
    named = [(f"organisation:{house}", today, None) for house in sorted(at)]
    keys = [f"person:{one.person_id}"] if one.person_id else []
    keys += [f"orcid:{one.orcid}"] if one.orcid else []
    wrote = [(key, f"{year}-12-31" if year else today) for key, year in _works(one)]
    stays = [*ties.get(one.person_id or "", ()), *named, *_earlier(one, houses)]
    return Author([*keys, f"name:{name_key(one.name)}"], stays, wrote, _advised(one))


def _earlier(one: Application, houses: Houses) -> list[tuple[str, str, str | None]]:
    """Those of the earlier places that somebody typed which the server knows."""
    found = [(houses.get(("name", place["organisation"].casefold())), stay(place)) for place in one.earlier]
    return [(f"organisation:{house}", start, end) for house, (start, end) in found if house]


def _advised(one: Application) -> list[str]:
    """The keys of those who advised them or whom they advised."""
    return sorted({key_of(named) for named in [*one.advisers, *one.advisees]})


def _ties(people: Sequence[str]) -> dict[str, list[tuple[str, str, str | None]]]:
    found: dict[str, list[tuple[str, str, str | None]]] = defaultdict(list)
    for tie in Tie.objects.filter(person__in=people, kind__in=COUNTED).order_by("pk"):
        house = f"organisation:{tie.organisation_id}"
        found[tie.person_id].append((house, str(tie.start), str(tie.end) if tie.end else None))
    return found


def _works(application: Application) -> list[tuple[str, str]]:
    """Each work by a key that two who wrote it share, with its year where it is known."""
    works = application.publications
    return [(f"work:{(work['doi'] or work['title']).casefold()}", _year(work["year"])) for work in works]


def _year(text: str) -> str:
    return text if text.isdigit() and len(text) == len(str(date.max.year)) else ""


def _inline(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """What an applicant wrote, whose headings would read like those of the form."""
    return HEADING.sub(r"\1\\#", text)
