"""A post by its own address, and what it said before."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from stoa.forum import queries, rules
from stoa.kit import edge


@require_safe
def post(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Lead to the post on the page of the thread that holds it."""
    viewer = rules.reader(edge.actor(request))
    found = queries.find_post(pk, viewer)
    if found is None or queries.find_subject(found.thread.subject, viewer) is None:
        raise Http404
    return redirect(queries.address_of(found, viewer))


@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All that a post has said, and what the record says of it."""
    viewer = rules.reader(edge.actor(request))
    found = queries.find_post(pk, viewer)
    about = queries.find_subject(found.thread.subject, viewer) if found else None
    if found is None or about is None:
        raise Http404
    context = {"post": found, "about": about, "texts": queries.texts(found, viewer)}
    return render(request, "forum/history.html", context)
