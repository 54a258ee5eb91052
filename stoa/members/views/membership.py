"""One's own membership: until when, what is asked, a suspension and the appeal against it, and leaving."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stoa.charter.queries import left_while_suspended
from stoa.kit import edge, registry
from stoa.members import acts
from stoa.members.forms.membership import LeaveForm, WordsForm
from stoa.members.queries.suspending import own_suspensions
from stoa.members.queries.terms import open_question, renewable
from stoa.members.views.keeping import status
from stoa.people.models import Person
from stoa.people.queries import roles_of, suspension_of


@never_cache
@edge.signed_in
def membership(request: HttpRequest) -> HttpResponseBase:
    """Which roles one holds until when, and what was decided about one."""
    me = _me(request)
    running = suspension_of(me.pk)
    form = WordsForm(edge.sent(request), initial=edge.typed(request, WordsForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.appeal_suspension(edge.actor(request), person=me, words=form.cleaned_data["words"])
    ):
        messages.success(request, "Your appeal goes to people who did not decide this.")
        return redirect("members:membership")
    context = {
        "question": open_question(me.pk),
        "renewable": renewable(me.pk),
        "ties": me.ties.select_related("organisation"),
        "held": roles_of(me.pk),
        "scopes": registry.show([role.scope for role in roles_of(me.pk)], me.pk),
        "running": running,
        "left": left_while_suspended() if running else [],
        "past": [one for one in own_suspensions(me.pk) if running is None or one.pk != running.pk],
        "form": form,
    }
    return render(request, "members/membership.html", context, status=status(form))


@never_cache
@edge.signed_in
@require_POST
def renew(request: HttpRequest, role: str) -> HttpResponseBase:
    """Renew a role that ends soon."""
    acts.renew(edge.actor(request), person=_me(request), role=role)
    messages.success(request, "Your role is renewed.")
    return redirect("members:membership")


@never_cache
@edge.signed_in
@require_POST
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Confirm one's ties."""
    acts.confirm_ties(edge.actor(request), person=_me(request))
    messages.success(request, "Thank you. Your ties are confirmed.")
    return redirect("members:membership")


@never_cache
@edge.signed_in
def leave(request: HttpRequest) -> HttpResponseBase:
    """End all of one's roles."""
    me = _me(request)
    form = LeaveForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.leave(edge.actor(request), person=me)):
        messages.success(request, "Your roles have ended. Thank you for having been here.")
        return redirect("members:membership")
    return render(request, "members/leave.html", {"form": form, "held": roles_of(me.pk)}, status=status(form))


def _me(request: HttpRequest) -> Person:
    return cast("Person", request.user)
