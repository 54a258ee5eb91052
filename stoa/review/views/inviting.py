"""The page on which those who keep a panel choose by name whom to invite, seeing what each could not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.views.decorators.cache import never_cache

from stoa.kit import edge
from stoa.kit.faults import Invalid
from stoa.kit.tables import Column, Filter, Listing, in_words, link
from stoa.methods.names import sort_key
from stoa.people.models import Person
from stoa.review import acts, forms, queries
from stoa.review.acts.conflicts import COUNTED_TO, could_not_read
from stoa.review.models import Panel, Seat
from stoa.review.views.keeping import kept


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be invited: how many pieces they could not read, up to one more than `COUNTED_TO`, and their answer."""

    person: Person
    barred: int
    answer: str


def _candidates(panel: Panel, chosen: str) -> Listing[Candidate]:
    def choose(one: Candidate) -> str:
        if one.answer:
            return one.answer
        checked = " checked" if one.person.pk == chosen else ""
        box = f'<input type="radio" name="person" value="{{}}" form="invite"{checked}> Choose<span class="unseen"> {{}}</span>'
        return format_html(f'<label class="tick">{box}</label>', one.person.pk, one.person.shown_name)

    return Listing[Candidate](
        name=f"panel-{panel.pk}-people",
        caption="Who could be invited",
        columns=[
            Column(
                "name",
                "Name",
                lambda c: c.person.shown_name,
                show=lambda c: link(c.person.shown_name, c.person.get_absolute_url()),
                order=("sort_name",),
            ),
            Column("barred", "Could not read", lambda c: c.barred, show=_counted, sortable=False, numeric=True),
            Column("answer", "Invitation", lambda c: c.answer, show=choose, sortable=False),
        ],
        filters=[Filter("q", "Name", lambda rows, words: rows.filter(sort_name__contains=sort_key(words)))],
        sort="name",
        empty="Nobody of that name holds a role here.",
    )


def _counted(one: Candidate) -> str:
    return in_words(one.barred) if one.barred <= COUNTED_TO else f"more than {in_words(COUNTED_TO)}"


@never_cache
@edge.signed_in
def invite(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who could be invited, by name, and the button that invites whoever is chosen."""
    panel, actor = kept(request, pk), edge.actor(request)
    form = forms.InviteForm(edge.sent(request))
    person = queries.find_person(form.cleaned_data["person"]) if form.is_valid() else None

    def deed() -> Seat:
        if person is None:
            raise Invalid("This person is no longer here.", remedy="Choose somebody else.", field="person")
        return acts.invite(actor, panel=panel, person=person, load=form.cleaned_data["load"])

    if form.is_valid() and form.carry_out(deed) and person is not None:
        messages.success(request, f"{person.shown_name} is invited.")
        return redirect("review:panel", pk)
    rows, shown = queries.invitable(panel), _candidates(panel, request.POST.get("person", ""))

    def complete(people: Sequence[Person]) -> Sequence[Candidate]:
        barred = could_not_read(panel, {one.pk: {} for one in people})
        asked = {Seat.State.INVITED: "invited", Seat.State.ACCEPTED: "accepted"}  # others can be asked again
        return [Candidate(one, barred[one.pk], asked.get(vars(one)["seat_state"], "")) for one in people]

    context = {"panel": panel, "form": form, "table": shown.page(request, rows, complete=complete)}
    return shown.download(request, rows, complete=complete) or render(
        request, "review/invite.html", context, status=422 if form.errors else 200
    )
