"""How fast somebody may write: limits by the hour that rise with their standing, and first pieces that wait for a look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from stoa.charter.queries import terms
from stoa.forum.models import Writing
from stoa.kit import clock, instants
from stoa.kit.faults import Refused, TooFast
from stoa.people.models import Person
from stoa.people.queries import roles_everywhere

HOUR = timedelta(hours=1)
DECIDES = "forum.moderation.remove"
"""Whoever holds this power keeps order here, and writes at their pace."""

REPORTS = "forum.report.make"
"""The power of asking moderators to look at something."""

DEFAULTS = {
    "posts_per_hour_of_new_accounts": 10,
    "posts_per_hour": 40,
    "posts_per_hour_of_stewards": 120,
    "days_as_new_account": 7,
    "first_posts_held": 0,
    "days_with_first_posts_held": 90,
    "reports_per_day": 20,
    "appeal_days": 14,
}
"""What holds under a charter that was put in force before these numbers had a place in it."""


@dataclass(frozen=True)
class Pace:
    """How somebody may write now: how many an hour, how many are left, when it goes on, and whether pieces wait first."""

    limit: int
    left: int
    again: datetime | None
    held: bool

    @property
    def too_fast(self) -> TooFast:
        """What is said to somebody who has none left."""
        assert self.again is not None
        when = instants.say(self.again, "UTC")
        return TooFast(
            f"You have written {self.limit} times within an hour, which is the most for now.",
            remedy=f"You can write again at {when}. Nothing is lost: keep this text until then.",
            code="pace",
        )


def number(name: str) -> int:
    """A number of the charter in force about what people write: how much, how long it waits, until when one may appeal."""
    found = terms()
    return {**DEFAULTS, **found.limits, **found.windows}[name]


def pace_of(person_id: str) -> Pace:
    """How this person may write now, for pages."""
    person = Person.objects.get(pk=person_id)
    return _pace(person)


def pace(person_id: str | None) -> Pace:
    """How this person may write now, for acts: raises `TooFast` where they may not.

    What they write next waits until this transaction ends, so that the count holds over several processes.
    """
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise Refused("Only people write here.", remedy="Sign in.", code="sign-in")
    found = _pace(person)
    if not found.left:
        raise found.too_fast
    return found


def _pace(person: Person) -> Pace:
    now = clock.now()
    keeps_order = not roles_everywhere(person.pk).isdisjoint(terms().powers.get(DECIDES, ()))
    limit = _limit(person, keeps_order)
    recent = list(
        Writing.objects.filter(person=person, at__gt=now - HOUR).order_by("-at").values_list("at", flat=True)[:limit]
    )
    left = limit - len(recent)
    return Pace(limit, left, None if left else recent[-1] + HOUR if recent else now + HOUR, _waits(person, keeps_order))


def _limit(person: Person, keeps_order: bool) -> int:
    if keeps_order:
        return number("posts_per_hour_of_stewards")
    return number("posts_per_hour_of_new_accounts" if _younger(person, "days_as_new_account") else "posts_per_hour")


def _waits(person: Person, keeps_order: bool) -> bool:
    """Whether what this person writes now waits for a moderator: the first pieces of a new account, if the charter says so."""
    first = number("first_posts_held")
    if keeps_order or not first or not _younger(person, "days_with_first_posts_held"):
        return False
    return Writing.objects.filter(person=person, passed=True)[:first].count() < first


def _younger(person: Person, days: str) -> bool:
    return clock.now() < person.joined + timedelta(days=number(days))
