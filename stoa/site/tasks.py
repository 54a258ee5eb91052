"""What the clock does for the site: the weekly digest."""

from __future__ import annotations

from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.powers import may
from stoa.kit.ticker import every
from stoa.people.acts import make_copy, send_digest
from stoa.people.models import DataCopy
from stoa.site.queries.digest import due, letter, week_of
from stoa.site.queries.own import packed

MOST_AT_ONCE = 50


@every(60, slow=True)
def send_digests() -> int:
    """Send the digests that are due, some at a time; returns how many went out.

    Each person's is one act, so that a process that is killed between two goes on with the next and repeats none.
    """
    if not may(CLOCK, "people.digest.send"):  # a charter from before there were digests
        return 0
    now = clock.now()
    people = list(due(now)[:MOST_AT_ONCE])
    return sum(send_digest(CLOCK, person=person, week=week_of(now), letter=letter(person, now)) for person in people)


@every(10, slow=True)
def make_copies() -> int:
    """Make the copies of their data that people asked for, some at a time; returns how many were made."""
    if not may(CLOCK, "people.data.make"):
        return 0
    waiting = list(DataCopy.objects.filter(made=None).select_related("person").order_by("asked")[:MOST_AT_ONCE])
    for copy in waiting:
        make_copy(CLOCK, copy=copy, body=packed(copy.person))
    return len(waiting)
