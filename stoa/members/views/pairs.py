"""Accounts suspected to be one person's: the list, and settling one pair."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from stoa.kit import edge
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.members import acts
from stoa.members.forms.membership import SettleForm
from stoa.members.queries.pairs import LOOK, pairs
from stoa.members.views.keeping import status
from stoa.people.acts import see_private
from stoa.people.models import Pair

LISTED = Listing[Pair](
    name="pairs",
    caption="Pairs of accounts",
    columns=[
        Column(
            "why",
            "What they share",
            lambda p: "; ".join(p.reasons),
            show=lambda p: link("; ".join(p.reasons), p.get_absolute_url()),
            order=("why",),
        ),
        Column("found", "Found", lambda p: p.found, order=("found",)),
        Column("settled", "Settled", lambda p: p.settled, order=("settled",)),
        Column("same", "One person", lambda p: p.same, order=("same",)),
    ],
    filters=[
        Filter(
            "state",
            "State",
            lambda rows, value: rows.filter(settled__isnull=value == "open"),
            [("open", "open"), ("settled", "settled")],
        )
    ],
    sort="found",
    empty="No two accounts are suspected to be one person’s.",
)


@never_cache
@edge.signed_in
def index(request: HttpRequest) -> HttpResponseBase:
    """Every pair, open or settled."""
    rows = pairs(edge.actor(request))
    return LISTED.download(request, rows) or render(
        request, "members/pairs.html", {"table": LISTED.page(request, rows)}
    )


@never_cache
@edge.signed_in
def pair(request: HttpRequest, pk: str) -> HttpResponseBase:
    """One pair, and the form that settles it. That it was opened is noted for both."""
    one = get_object_or_404(pairs(edge.actor(request)), pk=pk)
    for person in (one.older, one.younger):
        see_private(edge.actor(request), person=person, what=LOOK)
    form = SettleForm(edge.sent(request), initial=edge.typed(request, SettleForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.settle_pair(
            edge.actor(request), pair=one, same=form.cleaned_data["same"], reason=form.cleaned_data["reason"]
        )
    ):
        messages.success(request, "It is settled.")
        return redirect("members:pairs")
    return render(request, "members/pair.html", {"form": form, "one": one}, status=status(form))
