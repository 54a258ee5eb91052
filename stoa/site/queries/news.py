"""What is new in what somebody follows, since they looked last."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from stoa.kit import clock
from stoa.kit.prepared import prepared
from stoa.people.following import array_followed
from stoa.record.following import entries_about
from stoa.record.models import Placement
from stoa.record.words import Said, say

MOST = 12
AT_MOST_BACK = timedelta(days=14)
ONE_VISIT = timedelta(minutes=30)
"""Looks less than this apart are one visit: what was new at its beginning stays in sight."""
NOTED_EVERY = timedelta(minutes=5)
LAST, BEFORE = "home_last", "home_before"


def news(person_id: str, since: datetime, *, viewer_id: str | None) -> list[Said]:
    """The latest entries about what they follow, but for what they did themselves, newest first. Their own list alone."""
    return say(new_entries(person_id, since), viewer_id)


def new_entries(person_id: str, since: datetime) -> list[Placement]:
    """The same as they stand on the record. One query."""
    return _new(person_id, since, f"person:{person_id}")


@prepared
def _new(person_id: str, since: datetime, but_by: str) -> QuerySet[Placement]:
    return entries_about(array_followed(person_id), since=since, but_by=but_by, most=MOST)


def looked_last(session: MutableMapping[str, Any]) -> datetime:
    """When the visit before this one ended; two weeks ago if that is longer, or not known. Notes that they look now."""
    now = clock.now()
    last = parse_datetime(session.get(LAST, ""))
    if last is None or now - last > ONE_VISIT:
        session[BEFORE] = session.get(LAST, "")
    if last is None or now - last > NOTED_EVERY:
        session[LAST] = clock.stamp(now)
    return max(parse_datetime(session[BEFORE]) or now - AT_MOST_BACK, now - AT_MOST_BACK)
