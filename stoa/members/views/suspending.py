"""What those who keep the process do about a suspension: give one, read it, lift it, decide an appeal."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stoa.kit import edge
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.members import acts
from stoa.members.forms.membership import JudgeForm, SuspendForm
from stoa.members.queries.suspending import demand_to_suspend, suspensions
from stoa.members.views.keeping import status
from stoa.people.acts import see_private
from stoa.people.models import Suspension
from stoa.people.queries import find_person

LISTED = Listing[Suspension](
    name="suspensions",
    caption="Suspensions",
    columns=[
        Column(
            "name",
            "Who",
            lambda s: s.person.shown_name,
            show=lambda s: link(s.person.shown_name, s.get_absolute_url()),
            order=("person__sort_name",),
        ),
        Column("code", "Reason", lambda s: Suspension.Code(s.code).label, order=("code",)),
        Column("start", "From", lambda s: s.start, order=("start",)),
        Column("end", "Until", lambda s: s.lifted or s.end, order=("end",)),
        Column("appealed", "Appeal", lambda s: s.appealed, order=("appealed",)),
        Column("decided", "Decided", lambda s: s.decided, order=("decided",)),
    ],
    filters=[
        Filter(
            "appeal",
            "Appeal",
            lambda rows, value: rows.filter(appealed__isnull=False, decided__isnull=value == "waits"),
            [("waits", "waits"), ("decided", "decided")],
        )
    ],
    sort="-start",
    empty="Nobody was suspended.",
)


@never_cache
@edge.signed_in
def index(request: HttpRequest) -> HttpResponseBase:
    """Every suspension, with the appeals that wait."""
    rows = suspensions(edge.actor(request))
    return LISTED.download(request, rows) or render(
        request, "members/suspensions.html", {"table": LISTED.page(request, rows)}
    )


@never_cache
@edge.signed_in
def suspend(request: HttpRequest, person_id: str) -> HttpResponseBase:
    """Suspend somebody."""
    demand_to_suspend(edge.actor(request))
    person = find_person(person_id)
    if person is None or not person.roles.exists():
        raise Http404
    form = SuspendForm(edge.sent(request), initial=edge.typed(request, SuspendForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.suspend(
            edge.actor(request),
            person=person,
            code=form.cleaned_data["code"],
            words=form.cleaned_data["words"],
            days=form.cleaned_data["days"],
        )
    ):
        messages.success(request, f"{person.shown_name} is suspended, and told so by mail.")
        return redirect(person)
    return render(request, "members/suspend.html", {"form": form, "person": person}, status=status(form))


@never_cache
@edge.signed_in
def suspension(request: HttpRequest, pk: str) -> HttpResponseBase:
    """One suspension with its words and the appeal. That it was read is noted for whom it concerns."""
    one = _found(request, pk)
    see_private(edge.actor(request), person=one.person, what="suspension and appeal")
    form = JudgeForm(edge.sent(request))
    if form.is_valid() and form.carry_out(
        lambda: acts.decide_suspension_appeal(
            edge.actor(request),
            suspension=one,
            granted=form.cleaned_data["granted"],
            reply=form.cleaned_data["reply"],
        )
    ):
        messages.success(request, "The appeal is decided.")
        return redirect("members:suspension", pk)
    return render(request, "members/suspension.html", {"form": form, "one": one}, status=status(form))


@never_cache
@edge.signed_in
@require_POST
def lift(request: HttpRequest, pk: str) -> HttpResponseBase:
    """End a suspension now."""
    acts.lift(edge.actor(request), suspension=_found(request, pk))
    messages.success(request, "The suspension has ended.")
    return redirect("members:suspension", pk)


def _found(request: HttpRequest, pk: str) -> Suspension:
    return get_object_or_404(suspensions(edge.actor(request)), pk=pk)
