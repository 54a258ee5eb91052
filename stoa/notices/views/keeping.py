"""What those who keep events do: announce one, change it, cancel it, see who registered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from stoa.kit import edge
from stoa.kit.faults import Refused
from stoa.kit.tables import Column, Listing, link
from stoa.notices import acts, forms, queries, rules
from stoa.notices.acts.holding import CHANGES
from stoa.notices.models import Event, Registration
from stoa.notices.views.events import found, frame
from stoa.notices.views.words import status

REGISTERED = Listing[Registration](
    name="registered",
    caption="Who registered",
    columns=[
        Column(
            "name",
            "Name",
            lambda r: r.person.shown_name,
            show=lambda r: link(r.person.shown_name, r.person.get_absolute_url()),
            order=("person__sort_name",),
        ),
        Column("waiting", "Waits", lambda r: r.waiting, order=("waiting", "made")),
        Column("made", "Registered", lambda r: r.made, order=("made",)),
    ],
    sort="waiting",
    empty="Nobody registered yet.",
)


@edge.signed_in
def announce(request: HttpRequest) -> HttpResponseBase:
    """Announce an event."""
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_announce(actor):
        raise Refused("You can't announce events.", remedy="The charter gives this to stewards and founders.")
    initial = {"zone": timezone.get_current_timezone_name(), **edge.typed(request, forms.EventForm)}
    form = forms.EventForm(edge.sent(request), initial=initial)
    if form.is_valid() and form.carry_out(lambda: acts.announce_event(actor, says=form.says())):
        messages.success(request, "The event is announced.")
        return redirect(form.outcome)
    return render(request, "notices/event_form.html", {"form": form, **_zones()}, status=status(form))


@edge.signed_in
def edit(request: HttpRequest, number: int) -> HttpResponseBase:
    """Change what an event says."""
    event = kept(request, number)
    initial = {**_shown(event), **edge.typed(request, forms.EventForm)}
    form = forms.EventForm(edge.sent(request), initial=initial)
    if form.is_valid() and form.carry_out(
        lambda: acts.change_event(
            edge.actor(request), event=event, sequence=form.cleaned_data["sequence"] or 0, says=form.says()
        )
    ):
        messages.success(request, "The event is changed.")
        return redirect(event)
    meanwhile = edge.overtaken(form, sequence=event.sequence)
    context = {**frame(event), "form": form, **_zones(), "meanwhile": meanwhile}
    return render(request, "notices/event_form.html", context, status=status(form))


@edge.signed_in
def cancel(request: HttpRequest, number: int) -> HttpResponseBase:
    """Cancel an event."""
    event = kept(request, number)
    form = forms.ReasonForm(edge.sent(request), initial=edge.typed(request, forms.ReasonForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.cancel_event(edge.actor(request), event=event, reason=form.cleaned_data["reason"])
    ):
        messages.success(request, "The event is cancelled.")
        return redirect(event)
    return render(request, "notices/cancel.html", {**frame(event), "form": form}, status=status(form))


@edge.signed_in
def people(request: HttpRequest, number: int) -> HttpResponseBase:
    """Who registered. That it was read is noted for each of them."""
    event, actor = kept(request, number), edge.actor(request)
    rows = queries.registered(event, actor)

    def read(shown: Sequence[Registration]) -> Sequence[Registration]:
        return acts.read_registrations(actor, event=event, registrations=shown)

    if REGISTERED.download(request, rows):  # read as a whole before it is given out
        return REGISTERED.download(request, read(list(rows))) or redirect(event)
    table = REGISTERED.page(request, rows, complete=read)
    return render(request, "notices/people.html", {**frame(event), "table": table})


def kept(request: HttpRequest, number: int) -> Event:
    """The event, for those who keep it."""
    event = found(number)
    if not rules.may_keep(edge.actor(request), event):
        raise Refused("You don't keep this event.", remedy="Stewards, founders and its organisers do.")
    return event


def _shown(event: Event) -> dict[str, Any]:
    """What the form shows of an event: its instants in its own zone."""
    zone = ZoneInfo(event.zone)
    values = {name: getattr(event, name) for name in CHANGES}
    local = {name: at.astimezone(zone).replace(tzinfo=None) for name in forms.INSTANTS if (at := values[name])}
    return {**values, **local, "sequence": event.sequence}


def _zones() -> dict[str, Any]:
    return {"zones": sorted(available_timezones())}
