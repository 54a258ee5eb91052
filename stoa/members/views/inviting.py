"""Inviting people to apply from a file: one looks at it and drafts, another sends all mails as one act."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from stoa.kit import edge
from stoa.kit.faults import Refused
from stoa.kit.powers import may
from stoa.members import acts
from stoa.members.forms.calls import ConfirmForm
from stoa.members.forms.importing import InviteForm
from stoa.members.models import Call, Invitations
from stoa.members.queries.inviting import may_send, waiting_invitations
from stoa.members.rules.inviting import MOST_INVITED, read_invitees
from stoa.members.views.calls import found, frame
from stoa.members.views.keeping import status
from stoa.methods.sheets import NoSheet, read

MOST_SHOWN = 100


@never_cache
@edge.signed_in
def invite(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Paste or bring names and addresses, look at what comes of them, and invite."""
    call, actor = found(request, slug), edge.actor(request)
    _demand(request, call)
    form = InviteForm(edge.sent(request), initial=edge.typed(request, InviteForm))
    context = {**frame(call), "form": form, "most": MOST_INVITED, "waiting": waiting_invitations(call, actor)}
    if form.is_valid():
        try:
            good, bad = read_invitees(read(form.cleaned_data["people"]))
        except NoSheet as fault:
            form.add_error("people", str(fault))
        else:
            context |= {
                "looked": True,
                "good": good[:MOST_SHOWN],
                "count": len(good),
                "bad": len(bad),
                "faults": bad[:MOST_SHOWN],
            }
            if "draft" in request.POST and form.carry_out(
                lambda: acts.draft_invitations(actor, call=call, people=good)
            ):
                messages.success(request, "The invitations are drafted. Somebody else has to send them.")
                return redirect(form.outcome)
    return render(request, "members/invite.html", context, status=422 if form.errors else 200)


@never_cache
@edge.signed_in
def invitations(request: HttpRequest, slug: str, invitation: str) -> HttpResponseBase:
    """Invitations that wait: whom they would go to, and the buttons that send or drop them."""
    call, actor = found(request, slug), edge.actor(request)
    _demand(request, call)
    one = waiting_invitations(call, actor).filter(pk=invitation).first()
    if one is None:
        raise Http404
    form = ConfirmForm(edge.sent(request))
    if form.is_valid() and "drop" in request.POST and form.carry_out(lambda: _drop(request, one)):
        messages.success(request, "The invitations are dropped. Nobody was invited.")
        return redirect("members:invite", slug)
    if (
        form.is_valid()
        and "send" in request.POST
        and form.carry_out(lambda: acts.send_invitations(actor, invitations=one))
    ):
        before = len(one.people) - form.outcome
        messages.success(request, f"{form.outcome:,} people are invited; {before:,} were before.")
        return redirect(call)
    context = {**frame(call), "form": form, "one": one, "may_send": may_send(actor, one)}
    return render(request, "members/invitations.html", context, status=status(form))


def _drop(request: HttpRequest, one: Invitations) -> None:
    acts.drop_invitations(edge.actor(request), invitations=one)


def _demand(request: HttpRequest, call: Call) -> None:
    if not may(edge.actor(request), "members.invitations.draft", call):
        raise Refused("You can't invite people.", remedy="Stewards, founders and the call's organisers can.")
