"""Turns a fault that an act raised into a page that says what was wrong and what would be right."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from stoa.kit.faults import AlreadyDone, Fault, NeedsSecondFactor, Refused


class FaultPages:
    """Shows faults that no view handled beside its own form, with what was typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:  # noqa: D102 - the class says it
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The fault's page with its status; other exceptions go on to Django."""
        if isinstance(exception, AlreadyDone) and exception.outcome:
            return redirect(exception.outcome)
        if not isinstance(exception, Fault):
            return None
        return fault_page(request, exception)


def fault_page(request: HttpRequest, fault: Fault) -> HttpResponse:
    """The page of a fault. One that asks for a second factor leads there and back; a visitor is offered to sign in."""
    visitor = not request.user.is_authenticated
    needs_second_factor = isinstance(fault, NeedsSecondFactor)
    context = {
        "fault": fault,
        "needs_second_factor": needs_second_factor,
        "has_authenticator": request.user.is_authenticated and needs_second_factor and is_mfa_enabled(request.user),
        "offers_sign_in": visitor and isinstance(fault, Refused),
        "here": request.get_full_path(),
        "back": _page_before(request),
        "typed": [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"],
    }
    return render(request, "site/fault.html", context, status=fault.status)


def _page_before(request: HttpRequest) -> str:
    """Where the person came from, if that is a page of ours."""
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()})
    return before if ours and before != request.build_absolute_uri() else "/"
