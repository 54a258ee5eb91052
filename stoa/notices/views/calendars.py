"""Calendars as files: one event, all that is public, and somebody's own at its secret address."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from stoa.charter.queries import community as described
from stoa.kit import clock
from stoa.kit.dates import coming
from stoa.notices import calendars, queries
from stoa.notices.views.events import found

PUBLIC = "public, max-age=60"
PRIVATE = "private, no-store"
RECENT = timedelta(days=90)
"""Deadlines that are longer past stand in calendars no more."""


@require_safe
def event(request: HttpRequest, number: int) -> HttpResponse:
    """One event."""
    one = found(number)
    return _file(request, calendars.calendar(one.title, calendars.public([one])), f"event-{one.pk}.ics", PUBLIC)


@require_safe
def community(request: HttpRequest) -> HttpResponse:
    """Every event, and the deadlines of rounds and calls."""
    dates = coming(clock.now() - RECENT, calendars.MOST_DATES)
    body = calendars.calendar(described().name, calendars.public(queries.for_calendars()), dates)
    return _file(request, body, "events.ics", PUBLIC)


@require_safe
def own(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody comes to, with the links that they may see, and the deadlines of rounds and calls."""
    person = queries.calendar_of(token.removesuffix(".ics"))
    if person is None:
        raise Http404
    dates = coming(clock.now() - RECENT, calendars.MOST_DATES)
    body = calendars.calendar(described().name, calendars.own(queries.attending(person)), dates)
    return _file(request, body, "mine.ics", PRIVATE)


def _file(request: HttpRequest, body: bytes, name: str, keeping: str) -> HttpResponse:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": keeping, "Content-Disposition": f'attachment; filename="{name}"'}
    response = HttpResponse(body, content_type=calendars.TYPE, headers=headers)
    kept = get_conditional_response(request, etag=tag, response=response)
    assert isinstance(kept, HttpResponse)
    return kept
