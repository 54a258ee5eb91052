"""To the second factor and back: for actions that ask for one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from stoa.kit import edge
from stoa.people.links import REPEATED

ONWARD = "onward_after_second_factor"
"""In the session: where somebody was going when a second factor was asked of them."""


@edge.signed_in
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """Show the second factor once more, or add one; where the session has it already, go on."""
    there = _safe(request)
    if edge.actor(request).second_factor:
        return redirect(there)
    ways = get_adapter().get_reauthentication_methods(request.user)
    if ways:
        return redirect(f"{ways[0]['url']}?{urlencode({'next': there})}")
    request.session[ONWARD] = there
    return redirect("mfa_index")


@edge.signed_in
def onward(request: HttpRequest) -> HttpResponse:
    """Back to where somebody was, once."""
    return redirect(request.session.pop(ONWARD, reverse("site:home")))


def own(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Keep a page on how one signs in from a session that only a link of a vote began: the mail may have been passed on."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user if request.user.is_authenticated else None
        if {record.get("method") for record in get_authentication_records(request, user)} != {REPEATED}:
            return view(request, *args, **kwargs)
        get_adapter().logout(request)
        messages.info(
            request, "You came in by a link from a mail. To change how you sign in, first sign in with a code."
        )
        return edge.to_sign_in(request)

    return guarded


def _safe(request: HttpRequest) -> str:
    there = request.GET.get("next", "")
    return there if url_has_allowed_host_and_scheme(there, allowed_hosts=None) else reverse("site:home")
