"""Assigns reviewers: by method, proved to be the best; and again where a reviewer fell away."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from stoa.kit import chance, clock, embeddings, errands, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid
from stoa.methods.affinity import Affinity, TfIdf, ranked
from stoa.methods.assignment import METHOD, Problem, assign
from stoa.methods.assignment import Assignment as Found
from stoa.methods.canonical import canonical
from stoa.people.models import Tie
from stoa.record.entries import keep_blob
from stoa.review import events
from stoa.review.acts.mails import tell_assigned, tell_due
from stoa.review.models import Assignment, Conflict, Panel, Piece, Run, Seat
from stoa.review.queries import seats_due

AT_ONCE, MOST_PIECES = 1_000_000, 5_000
"""Pairs of a piece and a reviewer among which one assignment chooses, and pieces; where there are more it is made in parts."""
BY_WORDS = TfIdf()
SALT_OCTETS = 32
READING = ~Q(state=Assignment.State.ABSTAINED)


@dataclass(frozen=True)
class Assigned:
    """What came of assigning: its parts, one where all could be chosen among at once."""

    parts: Sequence[Run]

    @property
    def count(self) -> int:
        """How many parts there are."""
        return len(self.parts)

    @property
    def pairs(self) -> int:
        """How many reviews were assigned."""
        return sum(run.pairs for run in self.parts)

    @property
    def missing(self) -> int:
        """How many reviews nobody could be found for."""
        return sum(run.missing for run in self.parts)

    @property
    def objective(self) -> int:
        """The sum of the scores."""
        return sum(run.objective for run in self.parts)

    @property
    def inputs_digest(self) -> str:
        """Of what the assignment was made from; of several parts, that of the list of theirs."""
        return self._digest([run.inputs_digest for run in self.parts])

    @property
    def result_digest(self) -> str:
        """Of what came of it; of several parts, that of the list of theirs."""
        return self._digest([run.result_digest for run in self.parts])

    @property
    def affinity(self) -> str:
        """How it was told how close texts are: one way for all parts."""
        return self.parts[0].affinity

    @property
    def fault(self) -> str:
        """Why that was not by embeddings although a server of them is set."""
        return self.parts[0].fault

    def _digest(self, each: list[str]) -> str:
        return each[0] if len(each) == 1 else keep_blob(each)


@act("review.assignment.run", on="panel")
def run_assignment(actor: Actor, *, panel: Panel) -> Assigned:
    """Assign reviewers to whatever lacks reviews: as many as can be had, then the best fit; who reads already keeps it.

    Of a panel with more than can be chosen among at once each part is the best there is, not the whole; see docs/review.md.
    A server of embeddings that fails does not keep a panel from reading: all of it is then assigned by words.
    """
    panel = locks.exclusive(panel)
    if panel.phase == Panel.Phase.DONE:
        raise Closed("This panel is done.")
    if not panel.seats.filter(state=Seat.State.ACCEPTED).exists():
        raise Invalid("Nobody has accepted to review.", remedy="Invite reviewers, and wait until they accept.")
    if not panel.pieces.filter(withdrawn=None).exists():
        raise Invalid("There is nothing to read.", remedy="Put something before the panel first.")
    found = _by_meaning(panel)
    if panel.phase == Panel.Phase.SETTING_UP:
        panel.phase = Panel.Phase.REVIEWING
        panel.save(update_fields=["phase"])
    tell(
        events.ReviewersAssigned(
            str(panel.pk),
            METHOD,
            found.inputs_digest,
            found.result_digest,
            panel.seed,
            found.objective,
            found.pairs,
            found.missing,
            found.count if found.count > 1 else None,
            found.affinity,
        )
    )
    return found


@act("review.reminder.send", on="panel", kind="private")
def remind(actor: Actor, *, panel: Panel) -> int:
    """Remind reviewers of a panel that have something to read, once, some days before it is due. Says how many."""
    panel = locks.exclusive(panel)
    seats = list(seats_due(panel).select_related("person", "panel")) if panel.is_read else []
    if not seats:
        raise Closed("Nobody is to be reminded.")
    for seat in seats:
        tell_due(seat, vars(seat)["left"])
    panel.seats.filter(pk__in=[seat.pk for seat in seats]).update(reminded=clock.now())
    return len(seats)


def _by_meaning(panel: Panel) -> Assigned:
    """The same as `fill`, by embeddings where the operator set a server of them and it answers."""
    near = embeddings.configured()
    if near is None:
        return fill(panel)
    try:
        with transaction.atomic():  # what its first parts were given goes with it: one assignment, one way to compare
            return fill(panel, near)
    except embeddings.Unreachable as fault:
        return fill(panel, fault=str(fault))


def fill(panel: Panel, near: Affinity = BY_WORDS, *, fault: str = "") -> Assigned:
    """Assign reviewers to what lacks reviews, and keep how. To be called inside an act that holds the panel alone.

    By words unless told otherwise: nobody who declines or declares a conflict waits for another server.
    """
    seats = list(panel.seats.filter(state=Seat.State.ACCEPTED).select_related("person", "panel"))
    parts, kept = _parts(panel, len(seats)), {"at": clock.now(), "affinity": near.name, "fault": fault}
    runs: list[Run] = []
    given: Counter[str] = Counter()
    for number, part in enumerate(parts):
        errands.reached(number, len(parts))
        run, found = _fill_part(panel, part, seats, near, left=len(parts) - number, kept=kept)
        runs.append(run)
        given += found
    for seat in seats:
        if count := given[f"seat:{seat.pk}"]:
            tell_assigned(seat, count)
    return Assigned(runs)


def _parts(panel: Panel, seats: int) -> list[list[int]]:
    """The pieces among which one assignment after the other chooses: all, or of many those that lack reviews, in turns.

    What lacks few is filled up by others, since how well a piece fits is told by its place among some.
    """
    size = min(MOST_PIECES, max(1, AT_ONCE // max(1, seats)))
    rows = panel.pieces.filter(withdrawn=None).order_by("number")
    every = list(rows.values_list("pk", flat=True))
    if len(every) <= size:
        return [every]
    had = dict(_reading(panel).values_list("piece").annotate(number=Count("*")))
    lacking = [pk for pk in every if had.get(pk, 0) < panel.reviews_each]
    if len(lacking) > size:
        count = -(-len(lacking) // size)
        return [lacking[number::count] for number in range(count)]
    lacks = set(lacking)
    return [lacking + [pk for pk in every if pk not in lacks][: size - len(lacking)]]


def _fill_part(
    panel: Panel, part: Sequence[int], seats: Sequence[Seat], near: Affinity, *, left: int, kept: Mapping[str, Any]
) -> tuple[Run, Counter[str]]:
    """Assign reviewers to these pieces, and keep what came of it, with what is `kept` of all parts alike."""
    numbers = {f"piece:{number}": pk for number, pk in Piece.objects.filter(pk__in=part).values_list("number", "pk")}
    people = {f"seat:{seat.pk}": seat.pk for seat in seats}
    # Of a small panel there are few possible inputs and results: digests without salt could be tried.
    salt = chance.octets(SALT_OCTETS).hex()
    found, inputs = _found(panel, part, seats, near, left=left, salt=salt)
    Assignment.objects.bulk_create(
        [Assignment(seat_id=people[seat], piece_id=numbers[piece], at=kept["at"]) for piece, seat in found.pairs],
        batch_size=2000,
    )
    result = canonical({**found.as_json(), "salt": salt})
    run = Run.objects.create(
        **kept,
        panel=panel,
        inputs=inputs,
        inputs_digest=hashlib.sha256(inputs).hexdigest(),
        result=result,
        result_digest=hashlib.sha256(result).hexdigest(),
        pairs=len(found.pairs),
        missing=sum(found.missing.values()),
        objective=found.objective,
    )
    run.inputs = run.result = b""  # of many parts they would fill the memory
    return run, Counter(seat for _, seat in found.pairs)


def _found(
    panel: Panel, part: Sequence[int], seats: Sequence[Seat], near: Affinity, *, left: int, salt: str
) -> tuple[Found, bytes]:
    """The assignment of these pieces, and what it was made from; that itself fills much of the memory, and is let go here."""
    pieces = list(Piece.objects.filter(pk__in=part).only("number", "title", "text", "panel").order_by("number"))
    problem = problem_of(panel, pieces, seats, near, left=left)
    return assign(problem, seed=bytes.fromhex(panel.seed)), canonical({**problem.as_json(), "salt": salt})


def problem_of(
    panel: Panel, pieces: Sequence[Piece], seats: Sequence[Seat], near: Affinity = BY_WORDS, *, left: int = 1
) -> Problem:
    """What is to be assigned: reviews that are missing, what is left of loads, and pairs that nothing forbids.

    Where these pieces are one of so many parts that are `left`, each reviewer keeps room for the others.
    """
    had = list(Assignment.objects.filter(piece__in=pieces).values_list("piece_id", "seat_id", "state"))
    houses = _houses([seat.person_id for seat in panel.seats.all()])
    house_of = {seat.pk: houses.get(seat.person_id, "") for seat in panel.seats.all()}
    reading = [(piece, seat) for piece, seat, state in had if state != Assignment.State.ABSTAINED]
    of_piece, of_seat = Counter(piece for piece, _ in reading), _held(panel)
    there = {(piece, house_of[seat]) for piece, seat in reading if house_of[seat]}
    barred = {(piece, seat) for piece, seat, _ in had} | set(
        Conflict.objects.filter(piece__in=pieces, cleared="").values_list("piece_id", "seat_id")
    )
    fit = ranked(near.score([f"{p.title}\n{p.text}" for p in pieces], [seat.texts for seat in seats])).tolist()
    scores: dict[str, dict[str, int]] = defaultdict(dict)
    for row, piece in zip(fit, pieces, strict=True):
        for score, seat in zip(row, seats, strict=True):
            if (piece.pk, seat.pk) not in barred and (piece.pk, house_of[seat.pk]) not in there:
                scores[f"piece:{piece.number}"][f"seat:{seat.pk}"] = score
    room = {seat.pk: max(0, seat.load - of_seat.get(seat.pk, 0)) for seat in seats}
    return Problem(
        wanted={f"piece:{p.number}": max(0, panel.reviews_each - of_piece[p.pk]) for p in pieces},
        loads={f"seat:{seat}": -(-free // left) for seat, free in room.items()},
        scores=scores,
        organisations={f"seat:{seat.pk}": house_of[seat.pk] for seat in seats},
    )


def _reading(panel: Panel) -> QuerySet[Assignment]:
    """What is read, or was, on a panel: all that was assigned and nobody abstained from."""
    return Assignment.objects.filter(READING, piece__panel=panel).order_by()


def _held(panel: Panel) -> Mapping[int, int]:
    """How much each seat of a panel holds."""
    return dict(_reading(panel).values_list("seat").annotate(number=Count("*")))


def _houses(people: Sequence[str]) -> dict[str, str]:
    """Where each is employed now; of several, where they went last."""
    today = clock.now().date()
    ties = Tie.objects.filter(person__in=people, kind=Tie.Kind.EMPLOYMENT, start__lte=today).order_by("start", "pk")
    held = (tie for tie in ties if tie.end is None or tie.end >= today)
    return {tie.person_id: f"organisation:{tie.organisation_id}" for tie in held}
