"""The answer to a form without this site's token: what was typed is offered back where the form was one of our own pages."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from stoa.kit.edge import MOST_KEPT

TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


@never_cache
def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page says what happened; to whoever sent one of our own forms it also gives the form back, to be sent again.

    Nothing that another site sent is shown or can be sent on: the browser says in `Origin`, or else in `Referer`, where
    a form stood. One that says neither is shown the text and no button.
    """
    sent = [(name, value) for name, values in request.POST.lists() if name != TOKEN for value in map(str, values)]
    from_here = _stood_here(request)
    if from_here is False or sum(len(value) for _, value in sent) > MOST_KEPT:
        sent = []
    context = {"sent": sent, "again": bool(sent) and from_here, "files": sorted(request.FILES)}
    return render(request, "403_csrf.html", context, status=403)


def _stood_here(request: HttpRequest) -> bool | None:
    """Whether the form stood on a page of this site; None where the browser doesn't say."""
    origin, referer = request.headers.get("Origin"), request.headers.get("Referer")
    ours = f"{request.scheme}://{request.get_host()}"
    if origin is not None:
        return origin in {ours, *settings.CSRF_TRUSTED_ORIGINS}
    if referer is not None:
        secure = request.is_secure()
        return url_has_allowed_host_and_scheme(referer, {request.get_host()}, secure) and referer.startswith("http")
    return None
