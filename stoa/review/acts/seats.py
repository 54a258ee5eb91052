"""Acts on seats and conflicts: inviting, accepting, declining, lightening, removing; declaring a conflict and clearing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stoa.kit import clock, locks
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, Conflict, Invalid
from stoa.people.models import Person
from stoa.review.acts.assigning import fill
from stoa.review.acts.conflicts import find_anew, keys_of
from stoa.review.acts.mails import tell_invited
from stoa.review.models import Assignment, Panel, Piece, Review, Seat
from stoa.review.models import Conflict as InTheWay

MOST_LOAD = 500
MOST_REASON = 500
MOST_WORK = 20_000
MOST_TIES, MOST_NAME = 200, 120
"""People to whom a reviewer is tied, and characters of one of their names."""


@dataclass(frozen=True)
class Asked:
    """Somebody to be invited: how much they would read at most, what they work on, and what is known of them for conflicts."""

    person: Person
    load: int
    texts: Sequence[str] = ()
    known: Mapping[str, Any] = field(default_factory=dict)


@act("review.seat.invite", on="panel", kind="private")
def invite(actor: Actor, *, panel: Panel, person: Person, load: int) -> Seat:
    """Invite somebody to review, with how much they would read at most; their conflicts are found first."""
    panel = locks.exclusive(panel)
    demand_open(panel)
    check_load(load)
    if not person.is_active or person.erased:
        raise Invalid("This person is no longer here.", remedy="Choose somebody else.", field="person")
    if panel.seats.filter(person=person).exclude(state__in=[Seat.State.REMOVED, Seat.State.DECLINED]).exists():
        raise Conflict("This person was invited already.", remedy="Their row says how they answered.", field="person")
    return ask(panel, [Asked(person, load)])[0]


def ask(panel: Panel, asked: Sequence[Asked]) -> list[Seat]:
    """Invite people to review and mail them, their conflicts found first. For acts that hold the panel alone.

    Who was asked before is passed over, but for those who declined or were removed.
    """
    open_ = panel.seats.exclude(state__in=[Seat.State.REMOVED, Seat.State.DECLINED])
    there = set(open_.values_list("person_id", flat=True))
    made = [_seat(panel, one) for one in asked if one.person.pk not in there]
    find_anew(panel, seats=made)
    for seat in made:
        tell_invited(seat)
    return made


@act("review.seat.accept", on="seat", kind="private")
def accept(actor: Actor, *, seat: Seat, load: int, work: str = "", ties: Sequence[str] = ()) -> Seat:
    """Accept to review, with how much one reads at most, what one works on, and the people one is tied to.

    Each of these goes by their id here, their ORCID iD, or their name.
    """
    seat = _held(seat)
    if seat.state not in {Seat.State.INVITED, Seat.State.DECLINED}:
        raise Closed("This invitation was answered or taken back.")
    check_load(load)
    if len(work) > MOST_WORK:
        raise Invalid("This is too long.", remedy=f"Use {MOST_WORK:,} characters at most.", field="work")
    seat.load, seat.state, seat.answered = load, Seat.State.ACCEPTED, clock.now()
    seat.texts = [part.strip() for part in work.split("\n\n") if part.strip()]
    named = [clean for tie in ties if (clean := " ".join(tie.split()))]
    if len(named) > MOST_TIES or any(len(one) > MOST_NAME for one in named):
        raise Invalid(
            "These are too many people, or one has too long a name.",
            remedy=f"Name {MOST_TIES} at most, each in {MOST_NAME} characters.",
            field="ties",
        )
    seat.known = {**seat.known, "named": named, "tied": keys_of(named)}
    seat.save()
    find_anew(seat.panel, seats=[seat])
    return seat


@act("review.seat.decline", on="seat", kind="private")
def decline(actor: Actor, *, seat: Seat) -> Seat:
    """Decline to review, also after one accepted: what one has not read goes to others."""
    seat = _held(seat)
    return _leave(seat, Seat.State.DECLINED)


@act("review.seat.remove", on="seat", kind="private")
def remove(actor: Actor, *, seat: Seat) -> Seat:
    """Take a reviewer off a panel: what they have not read goes to others, what they said stays."""
    seat = _held(seat)
    return _leave(seat, Seat.State.REMOVED)


@act("review.seat.lighten", on="seat", kind="private")
def lighten(actor: Actor, *, seat: Seat, load: int) -> Seat:
    """Change how much a reviewer reads at most; what is too much and not read yet goes to others."""
    seat = _held(seat)
    check_load(load)
    seat.load = load
    seat.save(update_fields=["load"])
    over = seat.assignments.exclude(state=Assignment.State.ABSTAINED).count() - load
    waiting = seat.assignments.filter(state=Assignment.State.TO_READ, review=None).order_by("-piece__number")
    _give_back(seat.panel, list(waiting[: max(0, over)]))
    return seat


@act("review.conflict.declare", on="panel", kind="private")
def declare_conflict(actor: Actor, *, panel: Panel, number: int) -> bool:
    """Say that one is in conflict with a piece: it goes to another reviewer at once, if there is one.

    Says whether somebody else reads it now. What was given is not taken back.
    """
    panel = locks.exclusive(panel)
    demand_open(panel)
    seat = panel.seats.get(person_id=actor.person_id, state=Seat.State.ACCEPTED)
    piece = panel.pieces.filter(number=number, withdrawn=None).first()
    own = seat.assignments.filter(piece=piece).first()
    if piece is None or own is None:
        raise Conflict("This is not yours to read.", remedy="Load the page anew.")
    if own.state == Assignment.State.GIVEN:
        raise Closed("You gave a review of this already.", remedy="Tell those who keep the panel.")
    declared = {"source": InTheWay.Source.DECLARED, "cleared": ""}
    InTheWay.objects.update_or_create(seat=seat, piece=piece, kind="declared", defaults=declared)
    before = set(piece.assignments.values_list("seat", flat=True))
    _give_back(panel, [own])
    return bool(set(piece.assignments.values_list("seat", flat=True)) - before)


@act("review.conflict.clear", on="conflict", kind="private")
def clear_conflict(actor: Actor, *, conflict: InTheWay, reason: str) -> InTheWay:
    """Say why a conflict that was found is none; one that was declared stands."""
    if conflict.source == InTheWay.Source.DECLARED:
        raise Closed("What a reviewer declared stands.")
    if not reason.strip() or len(reason) > MOST_REASON:
        raise Invalid("A reason is needed.", remedy=f"Use 1 to {MOST_REASON} characters.", field="reason")
    conflict.cleared = reason.strip()
    conflict.save(update_fields=["cleared"])
    return conflict


def _seat(panel: Panel, asked: Asked) -> Seat:
    fresh = {"load": asked.load, "state": Seat.State.INVITED, "invited": clock.now(), "answered": None}
    if asked.texts or asked.known:
        fresh |= {"texts": list(asked.texts), "known": dict(asked.known)}
    return Seat.objects.update_or_create(panel=panel, person=asked.person, defaults=fresh)[0]


def _held(seat: Seat) -> Seat:
    panel = locks.exclusive(seat.panel)
    demand_open(panel)
    found = panel.seats.select_related("panel").get(pk=seat.pk)
    found.panel = panel
    return found


def demand_open(panel: Panel) -> None:
    """Raise `Closed` where nothing on this panel changes any more."""
    if panel.phase == Panel.Phase.DONE:
        raise Closed("This panel is done.")


def check_load(load: int) -> None:
    """Raise `Invalid` unless somebody could be asked to read so many."""
    if not 1 <= load <= MOST_LOAD:
        raise Invalid("This is no number of pieces.", remedy=f"Use 1 to {MOST_LOAD}.", field="load")


def _leave(seat: Seat, state: Seat.State) -> Seat:
    seat.state, seat.answered = state, clock.now()
    seat.save(update_fields=["state", "answered"])
    _give_back(seat.panel, list(seat.assignments.filter(state=Assignment.State.TO_READ)))
    return seat


def _give_back(panel: Panel, assignments: Sequence[Assignment]) -> None:
    """Take assignments away and, where the panel reads, give the pieces to others."""
    Review.objects.filter(assignment__in=assignments).delete()
    Assignment.objects.filter(pk__in=[one.pk for one in assignments]).delete()
    open_ = Piece.objects.filter(panel=panel, withdrawn=None).exists() and panel.phase == Panel.Phase.REVIEWING
    if assignments and open_ and panel.seats.filter(state=Seat.State.ACCEPTED).exists():
        fill(panel)
