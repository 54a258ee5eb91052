"""What the clock does for the site: the weekly digest."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError

from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.files.acts import gather
from stoa.kit.powers import may
from stoa.kit.ticker import every
from stoa.people.acts import make_copy, send_digest
from stoa.people.models import DataCopy
from stoa.site.queries.digest import due, letter, week_of
from stoa.site.queries.own import packed

MOST_AT_ONCE = 50
PAUSE = timedelta(minutes=15)
"""Before a copy that could not be made is tried again."""
log = logging.getLogger(__name__)
_paused: dict[str, datetime] = {}
"""By copy: before when this process does not try it again."""


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
    """Make the copies of their data that people asked for, some at a time; returns how many were made.

    One that can't be made is tried again after a pause and keeps nobody else from theirs.
    """
    if not may(CLOCK, "people.data.make"):
        return 0
    waiting = DataCopy.objects.filter(made=None).select_related("person").order_by("asked")
    paused = [pk for pk, until in _paused.items() if until > clock.now()]
    return sum(_made(copy) for copy in list(waiting.exclude(pk__in=paused)[:MOST_AT_ONCE]))


def _made(copy: DataCopy) -> bool:
    try:
        make_copy(CLOCK, copy=copy, body=gather(packed(copy.person)))
    except DatabaseError:  # the same for everybody: the ticker waits and says so
        raise
    except Exception:
        log.exception("The copy of data %s could not be made; it is tried again after a pause", copy.pk)
        _paused[copy.pk] = clock.now() + PAUSE
        return False
    _paused.pop(copy.pk, None)
    return True
