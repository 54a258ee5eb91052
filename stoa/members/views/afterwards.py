"""What an applicant does once a call is decided: give up a place, or ask others to look again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from stoa.kit import edge
from stoa.members import acts, queries
from stoa.members.acts.afterwards import appeal_until
from stoa.members.forms.calls import ConfirmForm
from stoa.members.forms.deciding import AppealForm
from stoa.members.models import Decision
from stoa.members.views.calls import found, frame
from stoa.members.views.keeping import status


@edge.signed_in
def give_up(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give up the place that one got, or leave the waiting list."""
    decision = _own(request, slug)
    waits = decision.outcome == decision.Outcome.WAITING
    form = ConfirmForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.give_up_place(edge.actor(request), decision=decision)):
        messages.success(request, "You are off the waiting list." if waits else "Your place is given up.")
        return redirect("members:mine", slug)
    context = {**frame(decision.application.call), "form": form, "waits": waits}
    return render(request, "members/give_up.html", context, status=status(form))


@edge.signed_in
def appeal(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask people who did not decide it to look again."""
    decision = _own(request, slug)
    call = decision.application.call
    form = AppealForm(edge.sent(request), initial=edge.typed(request, AppealForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.appeal(edge.actor(request), decision=decision, words=form.cleaned_data["words"])
    ):
        messages.success(request, "Your appeal goes to people who had no part in the decision.")
        return redirect("members:mine", slug)
    context = {**frame(call), "form": form, "until": appeal_until(call), "decision": decision}
    return render(request, "members/make_appeal.html", context, status=status(form))


def _own(request: HttpRequest, slug: str) -> Decision:
    decision = queries.own_decision(found(request, slug), edge.actor(request))
    if decision is None:
        raise Http404
    return decision
