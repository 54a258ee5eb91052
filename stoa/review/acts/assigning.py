"""Assigns reviewers: by method, proved to be the best; and again where a reviewer fell away."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from stoa.kit import clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid
from stoa.methods.affinity import TfIdf, ranked
from stoa.methods.assignment import METHOD, Problem, assign
from stoa.methods.canonical import canonical
from stoa.people.models import Tie
from stoa.review import events
from stoa.review.acts.mails import tell_assigned, tell_due
from stoa.review.models import Assignment, Conflict, Panel, Piece, Run, Seat
from stoa.review.queries import seats_due


@act("review.assignment.run", on="panel")
def run_assignment(actor: Actor, *, panel: Panel) -> Run:
    """Assign reviewers to whatever lacks reviews: as many as can be had, then the best fit; who reads already keeps it."""
    panel = locks.exclusive(panel)
    if panel.phase == Panel.Phase.DONE:
        raise Closed("This panel is done.")
    if not panel.seats.filter(state=Seat.State.ACCEPTED).exists():
        raise Invalid("Nobody has accepted to review.", remedy="Invite reviewers, and wait until they accept.")
    if not panel.pieces.filter(withdrawn=None).exists():
        raise Invalid("There is nothing to read.", remedy="Put something before the panel first.")
    run = fill(panel)
    if panel.phase == Panel.Phase.SETTING_UP:
        panel.phase = Panel.Phase.REVIEWING
        panel.save(update_fields=["phase"])
    tell(
        events.ReviewersAssigned(
            str(panel.pk),
            METHOD,
            run.inputs_digest,
            run.result_digest,
            panel.seed,
            run.objective,
            run.pairs,
            run.missing,
        )
    )
    return run


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


def fill(panel: Panel) -> Run:
    """Assign reviewers to what lacks reviews, and keep how. To be called inside an act that holds the panel alone."""
    pieces = list(panel.pieces.filter(withdrawn=None))
    seats = list(panel.seats.filter(state=Seat.State.ACCEPTED).select_related("person", "panel"))
    problem = problem_of(panel, pieces, seats)
    found = assign(problem, seed=bytes.fromhex(panel.seed))
    numbers, people = {f"piece:{p.number}": p for p in pieces}, {f"seat:{s.pk}": s for s in seats}
    Assignment.objects.bulk_create(
        [Assignment(seat=people[seat], piece=numbers[piece]) for piece, seat in found.pairs], batch_size=2000
    )
    for seat, count in sorted(Counter(seat for _, seat in found.pairs).items()):
        tell_assigned(people[seat], count)
    inputs, result = canonical(problem.as_json()), canonical(found.as_json())
    return Run.objects.create(
        panel=panel,
        at=clock.now(),
        inputs=inputs,
        inputs_digest=hashlib.sha256(inputs).hexdigest(),
        result=result,
        result_digest=hashlib.sha256(result).hexdigest(),
        pairs=len(found.pairs),
        missing=sum(found.missing.values()),
        objective=found.objective,
    )


def problem_of(panel: Panel, pieces: Sequence[Piece], seats: Sequence[Seat]) -> Problem:
    """What is to be assigned: reviews that are missing, what is left of loads, and pairs that nothing forbids."""
    had = list(Assignment.objects.filter(piece__panel=panel).values_list("piece_id", "seat_id", "state"))
    houses = _houses([seat.person_id for seat in panel.seats.all()])
    house_of = {seat.pk: houses.get(seat.person_id, "") for seat in panel.seats.all()}
    reading = [(piece, seat) for piece, seat, state in had if state != Assignment.State.ABSTAINED]
    of_piece, of_seat = Counter(piece for piece, _ in reading), Counter(seat for _, seat in reading)
    there = {(piece, house_of[seat]) for piece, seat in reading if house_of[seat]}
    barred = {(piece, seat) for piece, seat, _ in had} | set(
        Conflict.objects.filter(seat__panel=panel, cleared="").values_list("piece_id", "seat_id")
    )
    fit = ranked(TfIdf().score([f"{p.title}\n{p.text}" for p in pieces], [seat.texts for seat in seats])).tolist()
    scores: dict[str, dict[str, int]] = defaultdict(dict)
    for row, piece in zip(fit, pieces, strict=True):
        for score, seat in zip(row, seats, strict=True):
            if (piece.pk, seat.pk) not in barred and (piece.pk, house_of[seat.pk]) not in there:
                scores[f"piece:{piece.number}"][f"seat:{seat.pk}"] = score
    return Problem(
        wanted={f"piece:{p.number}": max(0, panel.reviews_each - of_piece[p.pk]) for p in pieces},
        loads={f"seat:{seat.pk}": max(0, seat.load - of_seat[seat.pk]) for seat in seats},
        scores=scores,
        organisations={f"seat:{seat.pk}": house_of[seat.pk] for seat in seats},
    )


def _houses(people: Sequence[str]) -> dict[str, str]:
    """Where each is employed now; of several, where they went last."""
    today = clock.now().date()
    ties = Tie.objects.filter(person__in=people, kind=Tie.Kind.EMPLOYMENT, start__lte=today).order_by("start", "pk")
    held = (tie for tie in ties if tie.end is None or tie.end >= today)
    return {tie.person_id: f"organisation:{tie.organisation_id}" for tie in held}
