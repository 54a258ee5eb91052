"""How long a page may be kept: by the visitors' cache until the next instant of a phase, by others never unasked."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from stoa.agenda import queries as agenda
from stoa.config.visitors import LONGEST, MAKING, Making
from stoa.kit import clock
from stoa.lab import queries as lab
from stoa.members import queries as members
from stoa.notices import queries as notices


class KeptBriefly:
    """Middleware: tells the visitors' cache until when its page holds, before anything is read; marks all other pages as private.

    A page that is marked can be shown again by the browser that got it once the server has been asked, and is kept by no
    proxy. A view that sets `Cache-Control` itself keeps its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:  # noqa: D102 - the class says it
        making: Making | None = request.META.get("asgi.scope", {}).get(MAKING)
        if making is not None:
            making.until = holds_until()
            return self.get_response(request)
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def holds_until() -> float:
    """The instant, by the monotonic clock, up to which a page may be given that is read from now on."""
    monotonic, now = time.monotonic(), clock.now()
    found = (agenda.next_instant(now), members.next_instant(now), notices.next_instant(now), lab.next_instant(now))
    turns = [turn for turn in found if turn]
    return monotonic + min([LONGEST, *((turn - now).total_seconds() for turn in turns)])
