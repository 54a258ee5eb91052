"""One's own data: who can see what, who has looked, a copy to take away, and the way to have it erased."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.apps import apps
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stoa.kit import edge
from stoa.kit.edge import ActForm
from stoa.kit.files.answering import attachment
from stoa.kit.files.queries import own_file
from stoa.kit.files.store import KEPT_SECONDS
from stoa.people.acts import ask_for_data
from stoa.people.models import Person
from stoa.people.queries import looks_at
from stoa.site.queries.own import LEFT_OUT, who_sees

KEPT = timedelta(seconds=KEPT_SECONDS)
MOST_SHOWN = 5


@never_cache
@edge.signed_in
def own_data(request: HttpRequest) -> HttpResponseBase:
    """What is kept about one, who may see it, and a copy of it."""
    me = cast("Person", request.user)
    form = ActForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: ask_for_data(edge.actor(request), person=me)):
        messages.success(request, "Your copy is being made. It stands here in a moment.")
        return redirect("site:own_data")
    copies = [(copy, copy.made + KEPT if copy.made else None) for copy in me.data_copies.all()[:MOST_SHOWN]]
    context = {
        "form": form,
        "copies": [(copy, until, own_file(me.pk, copy.upload) if copy.upload else None) for copy, until in copies],
        "seen": who_sees(),
        "left_out": [(apps.get_model(table)._meta.verbose_name, why) for table, why in LEFT_OUT.items()],
        "looks": len(looks_at(me.pk)),
    }
    return render(request, "site/own_data.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@edge.signed_in
def fetch(request: HttpRequest, kept: str) -> HttpResponseBase:
    """A copy of one's own data, for as long as it is kept."""
    me = cast("Person", request.user)
    found = me.data_copies.filter(pk=kept).first() if "\0" not in kept else None
    upload = own_file(me.pk, found.upload) if found and found.upload else None
    if upload is None:
        raise Http404
    return attachment(upload)
