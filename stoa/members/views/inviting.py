"""Inviting people to apply from a file: look at it, then send all mails as one act."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from stoa.kit import edge
from stoa.kit.faults import Refused
from stoa.kit.powers import may
from stoa.members import acts
from stoa.members.forms.importing import InviteForm
from stoa.members.rules.inviting import MOST_INVITED, read_invitees
from stoa.members.views.calls import found, frame
from stoa.methods.sheets import NoSheet, read

MOST_SHOWN = 100


@never_cache
@edge.signed_in
def invite(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Paste or bring names and addresses, look at what comes of them, and invite."""
    call, actor = found(request, slug), edge.actor(request)
    if not may(actor, "members.invitations.send", call):
        raise Refused("You can't invite people.", remedy="Stewards, founders and the call's organisers can.")
    form = InviteForm(edge.sent(request), initial=edge.typed(request, InviteForm))
    context = {**frame(call), "form": form, "most": MOST_INVITED}
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
            if "send" in request.POST and form.carry_out(lambda: acts.send_invitations(actor, call=call, people=good)):
                messages.success(
                    request, f"{form.outcome:,} people are invited; {len(good) - form.outcome:,} were before."
                )
                return redirect(call)
    return render(request, "members/invite.html", context, status=422 if form.errors else 200)
