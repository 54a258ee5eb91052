"""The answer where nothing else answered: the database is away (503, and when to come again), or something broke (500)."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from stoa.api.answers import Problem
from stoa.api.app import api

AWAY = (OperationalError, InterfaceError)
RETRY_SECONDS = 5
"""The embedded database is started again within a second or two; one of another machine takes longer."""

API = "/api/v1/"
_NOT_KNOWN = "Look whether it was done before you send it again; under the same Idempotency-Key nothing is done twice."


def broken(request: HttpRequest) -> HttpResponse:
    """Called while the exception is handled that no view and no middleware did. Asks the database for nothing."""
    away = isinstance(sys.exc_info()[1], AWAY)
    if request.path.startswith(API):
        response = _to_program(request, away=away)
    elif away:
        response = HttpResponse(render_to_string("503.html", {"sent": request.method == "POST"}), status=503)
    else:
        return server_error(request)
    response.headers["Cache-Control"] = "no-store"
    if away:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _to_program(request: HttpRequest, *, away: bool) -> HttpResponse:
    if away:
        remedy = f"Try again in {RETRY_SECONDS} seconds."
        problem = Problem(message="The database does not answer.", remedy=remedy, code="unavailable")
    else:
        problem = Problem(message="Something broke on our side.", remedy="Try again in a few minutes.", code="broken")
    if request.method not in {"GET", "HEAD"}:
        problem.remedy += f" {_NOT_KNOWN}"
    return api.create_response(request, problem.dict(), status=503 if away else 500)
