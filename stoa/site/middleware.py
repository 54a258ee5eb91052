"""Turns a fault that an act raised into a page that says what was wrong and what would be right."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from stoa.kit.faults import AlreadyDone, Fault, NeedsSecondFactor


class FaultPages:
    """Shows faults that no view handled beside its own form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The fault's page with its status; other exceptions go on to Django."""
        if isinstance(exception, AlreadyDone) and exception.outcome:
            return redirect(exception.outcome)
        if not isinstance(exception, Fault):
            return None
        context = {"fault": exception, "needs_second_factor": isinstance(exception, NeedsSecondFactor)}
        return render(request, "site/fault.html", context, status=exception.status)
