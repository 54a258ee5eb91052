"""Pages of those who keep a panel: how it stands against its deadline, its reviewers, conflicts, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stoa.kit import edge, registry
from stoa.kit.edge import ActForm
from stoa.kit.faults import Refused
from stoa.kit.powers import may
from stoa.kit.tables import TablePage
from stoa.review import acts, forms, queries, rules, tasks
from stoa.review.models import Panel, Seat
from stoa.review.views import lists
from stoa.review.views.reading import found


def kept(request: HttpRequest, pk: int) -> Panel:
    """The panel, for those who keep it; to others there is none."""
    panel = found(pk)
    if not rules.may_keep(edge.actor(request), panel):
        raise Http404
    return panel


@never_cache
@edge.signed_in
def panel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How a panel stands: the forecast with its remedies, who reviews, conflicts, and what was said of each piece."""
    panel = kept(request, pk)
    return _download(request, panel) or _page(request, panel)


def _download(request: HttpRequest, panel: Panel) -> HttpResponseBase | None:
    """One of the lists of the page as a file, where the address asks for it."""
    found_ = lists.reviewers(request, panel).download(request, queries.seats(panel))
    found_ = found_ or lists.conflicts(request, panel).download(request, queries.conflicts(panel))
    if found_ is None and "as" in request.GET and queries.may_read_all(panel, edge.actor(request).person_id):
        return lists.says(panel).download(request, queries.read_by(panel), partial(queries.summed, panel))
    return found_


def _page(request: HttpRequest, panel: Panel, **more: Any) -> HttpResponseBase:
    viewer = edge.actor(request).person_id
    size = queries.size(panel, most=lists.MOST_COUNTED + 1, viewer=viewer)
    context = {
        "panel": panel,
        "served": registry.show([panel.serves] if panel.kind else [], viewer),
        "outlook": queries.outlook(panel, size),
        "reviewers": lists.reviewers(request, panel).page(request, queries.seats(panel), total=size.seats),
        "conflicts": lists.conflicts(request, panel).page(request, queries.conflicts(panel), total=size.conflicts),
        "says": _says(request, panel, size) if queries.may_read_all(panel, viewer, size) else None,
        "pieces": size.pieces,
        "seats": size.seats,
        "put": forms.PieceForm(auto_id="put_%s"),
        "extend": forms.ExtendForm(auto_id="extend_%s", initial={"deadline": panel.deadline}),
        "confirm": forms.ConfirmForm(),
        "errand": size.errand,
        "affinity": size.affinity,
        "fault": size.fault,
        "phases": Panel.Phase,
        **more,
    }
    failed = any(isinstance(one, ActForm) and one.errors for one in context.values())
    return render(request, "review/panel.html", context, status=422 if failed else 200)


def _says(request: HttpRequest, panel: Panel, size: queries.Size) -> TablePage:
    return lists.says(panel).page(request, queries.read_by(panel), partial(queries.summed, panel), total=size.pieces)


@never_cache
@edge.signed_in
def set_up(request: HttpRequest) -> HttpResponseBase:
    """Open a panel of its own."""
    actor = edge.actor(request)
    if not may(actor, "review.panel.open"):
        raise Refused("The charter does not give you the power to do this.", remedy="Ask a steward.")
    form = forms.PanelForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.set_up_panel(actor, criteria=form.criteria(), **_given(form))):
        return redirect("review:panel", form.outcome.pk)
    return render(request, "review/set_up.html", {"form": form}, status=422 if form.errors else 200)


def _given(form: ActForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("title", "deadline", "reviews_each", "minutes_each")}


@require_POST
@never_cache
@edge.signed_in
def put(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Put a text before the panel."""
    panel, actor = kept(request, pk), edge.actor(request)
    form = forms.PieceForm(request.POST, auto_id="put_%s")
    named = ("title", "text", "author")
    if form.is_valid() and form.carry_out(
        lambda: acts.put_piece(actor, panel=panel, **{name: form.cleaned_data[name] for name in named})
    ):
        return redirect("review:panel", pk)
    return _page(request, panel, put=form)


@require_POST
@never_cache
@edge.signed_in
def extend(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let reviews be due later."""
    panel, actor = kept(request, pk), edge.actor(request)
    form = forms.ExtendForm(request.POST, auto_id="extend_%s")
    if form.is_valid() and form.carry_out(
        lambda: acts.extend_panel(actor, panel=panel, deadline=form.cleaned_data["deadline"])
    ):
        return redirect("review:panel", pk)
    return _page(request, panel, extend=form)


@require_POST
@never_cache
@edge.signed_in
def assign(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Assign reviewers to what lacks reviews."""
    panel, actor = kept(request, pk), edge.actor(request)
    return _confirmed(request, panel, lambda: tasks.run_assignment(actor, panel))


@require_POST
@never_cache
@edge.signed_in
def discuss(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let reviewers discuss."""
    panel, actor = kept(request, pk), edge.actor(request)
    return _confirmed(request, panel, lambda: acts.begin_discussion(actor, panel=panel))


@require_POST
@never_cache
@edge.signed_in
def close(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End the panel's work."""
    panel, actor = kept(request, pk), edge.actor(request)
    return _confirmed(request, panel, lambda: acts.close_panel(actor, panel=panel))


@require_POST
@never_cache
@edge.signed_in
def lighten(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Change how much a reviewer reads."""
    panel, actor = kept(request, pk), edge.actor(request)
    seat, form = _seat(panel, number), forms.LoadForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say how many pieces, from 1 to 500.")
        return redirect("review:panel", pk)
    return _confirmed(request, panel, lambda: acts.lighten(actor, seat=seat, load=form.cleaned_data["load"]))


@require_POST
@never_cache
@edge.signed_in
def remove(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Take a reviewer off the panel."""
    panel, actor = kept(request, pk), edge.actor(request)
    seat = _seat(panel, number)
    return _confirmed(request, panel, lambda: acts.remove(actor, seat=seat))


@require_POST
@never_cache
@edge.signed_in
def clear(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Say why a conflict that was found is none."""
    panel, actor = kept(request, pk), edge.actor(request)
    conflict, form = queries.find_conflict(panel, number), forms.ReasonForm(request.POST)
    if conflict is None:
        raise Http404
    if not form.is_valid():
        messages.error(request, "Say why it is no conflict.")
        return redirect("review:panel", pk)
    return _confirmed(
        request, panel, lambda: acts.clear_conflict(actor, conflict=conflict, reason=form.cleaned_data["reason"])
    )


def _seat(panel: Panel, pk: int) -> Seat:
    seat = queries.find_seat(panel, pk)
    if seat is None:
        raise Http404
    return seat


def _confirmed(request: HttpRequest, panel: Panel, deed: Callable[[], object]) -> HttpResponseBase:
    form = forms.ConfirmForm(request.POST)
    if form.is_valid() and not form.carry_out(deed) and form.fault:
        messages.error(request, str(form.fault))
    return redirect("review:panel", panel.pk)
