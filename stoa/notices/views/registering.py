"""What those do who come: register, leave, and see what they come to, in their own calendar too."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from stoa.kit import edge
from stoa.notices import acts, forms, queries, rules
from stoa.notices.views.events import found, frame
from stoa.notices.views.words import registration_state, status, when
from stoa.people.models import Person


@never_cache
@edge.signed_in
def register(request: HttpRequest, number: int) -> HttpResponseBase:
    """Register for an event."""
    event, actor = found(number), edge.actor(request)
    form = forms.ConfirmForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.register_for_event(actor, person=_me(request), event=event)):
        registration = queries.own(event, actor)
        waits = registration is not None and registration.waiting
        messages.success(request, "You are on the waiting list." if waits else "You have a place.")
        return redirect(event)
    context = {
        **frame(event),
        "form": form,
        "registration": queries.own(event, actor),
        "registering": registration_state(event),
        "can_register": rules.takes_registrations(event),
        "may_register": rules.may_register(actor, event),
    }
    return render(request, "notices/register.html", context, status=status(form))


@never_cache
@edge.signed_in
def leave(request: HttpRequest, number: int) -> HttpResponseBase:
    """Cancel one's registration."""
    event, actor = found(number), edge.actor(request)
    form = forms.ConfirmForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.cancel_registration(actor, person=_me(request), event=event)):
        messages.success(request, "Your registration is cancelled.")
        return redirect(event)
    context = {**frame(event), "form": form, "registration": queries.own(event, actor)}
    return render(request, "notices/leave.html", context, status=status(form))


@never_cache
@edge.signed_in
def mine(request: HttpRequest) -> HttpResponseBase:
    """What one comes to, and the secret address of one's own calendar, which is shown once."""
    me, actor = _me(request), edge.actor(request)
    form, address = forms.ConfirmForm(edge.sent(request)), ""
    if "close" in request.POST:
        acts.close_calendar(actor, person=me)
        messages.success(request, "The address of your calendar works no more.")
        return redirect("notices:mine")
    if form.is_valid() and form.carry_out(lambda: acts.open_calendar(actor, person=me)):
        if form.outcome is None:  # the same form, sent again
            return redirect("notices:mine")
        address = settings.STOA.address + reverse("notices:own_calendar", args=[f"{form.outcome}.ics"])
        form = forms.ConfirmForm()
    context = {
        "registrations": [(one, when(one.event)) for one in queries.mine(actor)[:100]],
        "form": form,
        "address": address,
        "feed": getattr(me, "calendar_feed", None),
    }
    return render(request, "notices/mine.html", context, status=status(form))


def _me(request: HttpRequest) -> Person:
    return Person.objects.get(pk=request.user.pk)
