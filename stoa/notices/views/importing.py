"""Taking events in from a schedule: paste it, look at what it holds, take it in as one act."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from stoa.kit import edge
from stoa.kit.faults import Invalid, Refused
from stoa.kit.powers import may
from stoa.notices import acts
from stoa.notices.forms import ScheduleForm
from stoa.notices.schedules import read
from stoa.notices.views.words import status

MOST_SHOWN = 100


@never_cache
@edge.signed_in
def bring(request: HttpRequest) -> HttpResponseBase:
    """Look at the events of a schedule, and take them in."""
    actor = edge.actor(request)
    if not may(actor, "notices.events.import"):
        raise Refused("You can't take events in.", remedy="The charter gives this to stewards and founders.")
    form = ScheduleForm(edge.sent(request), initial=edge.typed(request, ScheduleForm))
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        body = form.cleaned_data["schedule"].encode()
        try:
            incoming = read(body)
        except Invalid as fault:
            form.add_error("schedule", f"{fault.message} {fault.remedy}".strip())
        else:
            digest = hashlib.sha256(body).hexdigest()
            context |= {"looked": True, "incoming": incoming[:MOST_SHOWN], "count": len(incoming)}
            if "take" in request.POST and form.carry_out(
                lambda: acts.import_events(actor, incoming=incoming, digest=digest)
            ):
                before = len(incoming) - form.outcome
                messages.success(request, f"{form.outcome:,} events are in the calendar; {before:,} were there before.")
                return redirect("notices:events")
    return render(request, "notices/import.html", context, status=status(form))
