"""Finds conflicts from what ties, declarations and pieces say, for acts that invite and put before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db.models import QuerySet

from stoa.kit import clock
from stoa.kit.counting import counted_up_to
from stoa.methods.conflicts import Conflict as Found
from stoa.methods.conflicts import Party, find_conflicts, marks, probes
from stoa.methods.identifiers import orcid
from stoa.methods.same_person import name_key
from stoa.people.models import Person, Tie
from stoa.review.models import Conflict, Panel, Piece, Seat

WINDOW = timedelta(days=3 * 365)
COUNTED = (Tie.Kind.EMPLOYMENT, Tie.Kind.STUDY)
COUNTED_TO = 2_000
"""Of how many pieces a page says that somebody could not read them; of more it says that they are more."""
AT_ONCE = 50
CHUNK = 5_000
Known = Mapping[str, Any]


def find_anew(panel: Panel, *, pieces: Iterable[Piece] | None = None, seats: Iterable[Seat] | None = None) -> None:
    """Keep the conflicts between these pieces and seats, of a panel's all where none are given. Inside an act.

    What was found or cleared before stays as it is.
    """
    seats = list(panel.seats.exclude(state=Seat.State.REMOVED) if seats is None else seats)
    known = {seat.person_id: seat.known for seat in seats}
    of = {seat.person_id: seat for seat in seats}
    met = met_by(panel, known).iterator(CHUNK) if pieces is None else iter(pieces)
    while some := list(islice(met, CHUNK)):
        by_number = {str(piece.number): piece for piece in some}
        rows = [
            Conflict(seat=of[one.reviewer], piece=by_number[one.piece], kind=one.kind, source=Conflict.Source.FOUND)
            for one in found_between(some, known)
        ]
        Conflict.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)


def found_between(pieces: Iterable[Piece], people: Mapping[str, Known]) -> list[Found]:
    """The conflicts between pieces, by number, and people, by id, of whom `people` says what they declared."""
    since, until = _window()
    authors = {str(piece.number): map(_author, piece.authors) for piece in pieces}
    return find_conflicts(authors, _parties(people), since=since, until=until)


def marks_of(authors: Iterable[Known]) -> list[str]:
    """What is kept with a piece, by which those in conflict with its authors are met."""
    since, _ = _window()
    return sorted({mark for one in authors for mark in marks(_author(one), since=since)})


def probes_of(people: Mapping[str, Known]) -> dict[str, list[str]]:
    """What to look for among the marks of pieces, for each of these people by id."""
    since, until = _window()
    return {one: sorted(probes(party, since=since, until=until)) for one, party in _parties(people).items()}


def met_by(panel: Panel, people: Mapping[str, Known]) -> QuerySet[Piece]:
    """Those of a panel's pieces among which are all with which one of these people is in conflict; found by an index."""
    sought = {probe for each in probes_of(people).values() for probe in each}
    return panel.pieces.filter(withdrawn=None, met_by__overlap=sorted(sought)).defer("text")


def _window() -> tuple[str, str]:
    today = clock.now().date()
    return str(today - WINDOW), str(today)


def _parties(people: Mapping[str, Known]) -> dict[str, Party]:
    keys = _keys(people)
    return {person_id: _reviewer(keys[person_id], known, ties) for (person_id, known), ties in _with_ties(people)}


def _keys(people: Iterable[str]) -> dict[str, tuple[list[str], list[str]]]:
    """By what each of these people is known, and by what others may call them: their names."""
    found = {one: ([f"person:{one}"], list[str]()) for one in people}
    for one, uid in SocialAccount.objects.filter(user__in=list(found), provider="orcid").values_list("user", "uid"):
        found[one][0].append(f"orcid:{uid}")
    for one, name in Person.objects.filter(pk__in=list(found)).exclude(name="").values_list("pk", "name"):
        found[one][1].append(f"name:{name_key(name)}")
    return found


def _with_ties(people: Mapping[str, Known]) -> Iterable[tuple[tuple[str, Known], list[Tie]]]:
    ties: dict[str, list[Tie]] = {person_id: [] for person_id in people}
    for tie in Tie.objects.filter(person__in=list(people), kind__in=COUNTED):
        ties[tie.person_id].append(tie)
    return zip(people.items(), ties.values(), strict=True)


def _author(known: Known) -> Party:
    return Party(
        frozenset(known.get("keys", ())),
        [(house, start, end) for house, start, end in known.get("organisations", ())],
        [(key, day) for key, day in known.get("wrote_with", ())],
        frozenset(known.get("advised", ())),
        frozenset(known.get("tied", ())),
        frozenset(known.get("names", ())),
    )


def _reviewer(by: tuple[list[str], list[str]], known: Known, ties: Iterable[Tie]) -> Party:
    keys, names = by
    houses = [(f"organisation:{t.organisation_id}", str(t.start), str(t.end) if t.end else None) for t in ties]
    more = {"keys": [*keys, *known.get("keys", ())], "organisations": [*houses, *known.get("organisations", ())]}
    return _author({**known, **more, "names": names})


def keys_of(named: Sequence[str]) -> list[str]:
    """The keys by which people are known who are named by their id, their ORCID iD, or their name.

    A name is one key for all who bear it: whoever keeps the panel can clear what was found wrongly.
    """
    here = set(Person.objects.filter(pk__in=named).values_list("pk", flat=True))
    keys = {one: f"person:{one}" for one in here}
    return [keys.get(one) or key_of(one) for one in named]


def key_of(named: str) -> str:
    """The same of one who is named by their ORCID iD or their name; asks nobody."""
    found = orcid(named)
    return f"orcid:{found}" if found else f"name:{name_key(named)}"


def could_not_read(panel: Panel, people: Mapping[str, Known]) -> dict[str, int]:
    """How many of a panel's pieces each of these people, by id, could not read, by what was known when a piece was put there.

    Counted by the index alone, and no further than one more than `COUNTED_TO`: to compare each piece takes as long as there are
    pieces, and nobody is asked for the difference.
    """
    sought, rows = probes_of(people), panel.pieces.filter(withdrawn=None)
    found: dict[str, int] = {}
    for at in range(0, len(sought), AT_ONCE):
        some = [*sought.items()][at : at + AT_ONCE]
        counts = [counted_up_to(COUNTED_TO + 1, rows.filter(met_by__overlap=each)) for _, each in some]
        found |= zip([one for one, _ in some], Panel.objects.filter(pk=panel.pk).values_list(*counts)[0], strict=True)
    return found


def barred(pieces: Iterable[Piece], people: Mapping[str, Known]) -> Counter[str]:
    """How many of these pieces each of these people, by id, could not read."""
    pairs = {(one.reviewer, one.piece) for one in found_between(pieces, people)}
    return Counter(reviewer for reviewer, _ in pairs)
