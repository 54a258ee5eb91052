"""Invariants of people and calls: who has ended acts no more, no place is given twice, whoever is told was told why."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q

from stoa.cli.checks import Invariant
from stoa.kit import clock
from stoa.members.models import Application, Call, Decision
from stoa.people.models import Pair, Person, Role, Suspension
from stoa.review.models import Piece

OUTCOME = Decision.Outcome


def ended() -> Iterator[str]:
    """Whoever was erased, or whose account was joined with another, holds nothing any more."""
    now = clock.now()
    gone = Person.objects.filter(Q(erased__isnull=False) | Q(joined_with__isnull=False))
    if active := gone.filter(is_active=True).count():
        yield f"{active} accounts that have ended can still sign in."
    held = Role.objects.filter(Q(end=None) | Q(end__gt=now), person__in=gone).count()
    if held:
        yield f"{held} roles are held by accounts that have ended."


def suspensions() -> Iterator[str]:
    """Nobody is suspended twice at once, and an appeal that was granted ended the suspension."""
    now = clock.now()
    running = Suspension.objects.filter(lifted=None, start__lte=now, end__gt=now)
    for row in running.values("person").annotate(n=Count("pk")).filter(n__gt=1).order_by():
        yield f"{row['person']} is suspended {row['n']} times at once."
    if left := running.filter(granted=True).count():
        yield f"{left} suspensions run although the appeal was granted."


def pairs() -> Iterator[str]:
    """A pair that was settled as one person's has one account left."""
    both = Pair.objects.filter(same=True, younger__is_active=True).count()
    if both:
        yield f"{both} pairs are one person's, and both accounts are open."


def waiting_lists() -> Iterator[str]:
    """No place in the order of admission is given twice. There may be gaps: who withdraws or is erased leaves one."""
    placed = Decision.objects.exclude(place=None).values("application__call", "application__call__slug")
    for row in placed.annotate(n=Count("pk"), distinct=Count("place", distinct=True)).order_by():
        if row["n"] != row["distinct"]:
            yield f"The order of {row['application__call__slug']} has a place twice."


def letters() -> Iterator[str]:
    """Every decided call has letters that two people released, and a decision for each application."""
    for call in Call.objects.filter(phase=Call.Phase.DECIDED).select_related("release"):
        release = getattr(call, "release", None)
        if release is None or release.confirmed is None or set(release.letters) < {OUTCOME.ADMITTED, OUTCOME.DECLINED}:
            yield f"{call.slug} is decided without letters that somebody released."
        left = Application.objects.filter(call=call, decision=None).count()
        if left:
            yield f"{call.slug} is decided, and {left} applications are not."


def pieces() -> Iterator[str]:
    """Where a panel reads a call, each application is before it once."""
    for call in Call.objects.exclude(panel=None).filter(phase__in=[Call.Phase.REVIEW, Call.Phase.DECIDED]):
        put = Piece.objects.filter(panel=call.panel_id, withdrawn=None).count()
        stand = Application.objects.filter(call=call).count()
        if put < stand:
            yield f"{call.slug} has {stand} applications, and {put} are before its panel."


INVARIANTS = [
    Invariant("people.ended", "Accounts that have ended hold nothing", ended),
    Invariant("people.suspended", "Suspensions agree with what was decided", suspensions),
    Invariant("people.pairs", "Of two accounts of one person one is left", pairs),
    Invariant("members.order", "The order of each call gives no place twice", waiting_lists),
    Invariant("members.letters", "What is decided was released with letters", letters),
    Invariant("members.pieces", "Applications that a panel reads are before it", pieces),
]
