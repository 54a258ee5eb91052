"""Where a member vouches for the post of an applicant who sent them the link."""

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
from stoa.members.acts.vouching import read_vouching
from stoa.members.forms.calls import ConfirmForm
from stoa.members.views.calls import frame


@never_cache
@edge.signed_in
def vouch(request: HttpRequest, token: str) -> HttpResponseBase:
    """What an applicant says of their post, and the button by which a member vouches for it."""
    actor, draft = edge.actor(request), read_vouching(token)
    if draft is None or not draft.profile.get("post"):
        return render(request, "members/vouch_gone.html", status=410)
    if not may(actor, "members.applicant.vouch", draft):
        raise Refused("You can't vouch for somebody.", remedy="Members can.")
    form = ConfirmForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.vouch(actor, draft=draft)):
        messages.success(request, "Thank you. Those who keep the call see that you vouched.")
        return redirect(draft.call)
    context = {**frame(draft.call), "draft": draft, "form": form}
    return render(request, "members/vouch.html", context, status=422 if form.errors else 200)
