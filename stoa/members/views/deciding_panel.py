"""How those who keep a call have it read: the panel opens, and people are asked once their conflicts are seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.html import format_html

from stoa.kit import clock, edge
from stoa.kit.errands import Errand
from stoa.kit.tables import Column, Filter, Listing, in_words
from stoa.members import acts, tasks
from stoa.members.acts.deciding import TIME_TO_READ
from stoa.members.forms.deciding import BeginForm, InviteForm
from stoa.members.models import Application, Call
from stoa.members.queries import deciding_panel as panel
from stoa.members.queries.deciding_panel import Candidate
from stoa.members.views.calls import frame
from stoa.members.views.deciding import deciding
from stoa.members.views.keeping import status
from stoa.methods.names import sort_key
from stoa.people.models import Person
from stoa.review.acts.conflicts import COUNTED_TO

MOST_SHOWN = 50


def listing(call: Call, asked: Collection[str] = ()) -> Listing[Candidate]:
    """Who could be asked to read, as a list; `asked` were ticked before."""

    def tick(one: Candidate) -> str:
        if one.answer or call.panel_id is None:
            return one.answer
        checked = " checked" if one.person.pk in asked else ""
        box = f'<input type="checkbox" name="person" value="{{}}" form="ask"{checked}> Ask<span class="unseen"> {{}}</span>'
        return format_html(f'<label class="tick">{box}</label>', one.person.pk, one.person.shown_name)

    return Listing[Candidate](
        name=f"reviewers-{call.slug}",
        caption="Who could be asked",
        columns=[
            Column("name", "Name", lambda c: c.person.shown_name, order=("sort_name",)),
            Column(
                "barred",
                "Could not read",
                lambda c: c.could_not_read,
                show=lambda c: could_not_read(c.could_not_read),
                sortable=False,
                numeric=True,
            ),
            Column("answer", "Asked", lambda c: c.answer, show=tick, sortable=False),
        ],
        filters=[Filter("q", "Name", lambda rows, words: rows.filter(sort_name__contains=sort_key(words)))],
        sort="name",
        empty="Nobody could be asked.",
    )


def could_not_read(count: int | None) -> str:
    """How many applications somebody could not read, in words."""
    if count is None:
        return "told once the reading has begun"
    return in_words(count) if count <= COUNTED_TO else f"more than {in_words(COUNTED_TO)}"


@edge.signed_in
def begin(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Let the applications be read; what is known of a wave's reviewers is shown before they are asked."""
    call, actor = deciding(request, slug), edge.actor(request)
    form = BeginForm(edge.sent(request), initial={"due": clock.now() + TIME_TO_READ})
    if form.is_valid() and form.carry_out(lambda: tasks.begin_review(actor, call, form.cleaned_data["due"])):
        if isinstance(form.outcome, Errand):
            return redirect("members:decide", slug)
        messages.success(request, "The panel is open. Ask people to read.")
        return redirect("members:reviewers", slug)
    wave = panel.wave_before(call)
    shown = list(wave[:MOST_SHOWN])
    barred = panel.barred_from(call, shown)
    context = {
        **frame(call),
        "form": form,
        "applications": Application.objects.filter(call=call).count(),
        "wave": [(one, barred[one.pk]) for one in shown],
        "wave_count": wave.count(),
    }
    return render(request, "members/begin_review.html", context, status=status(form))


@edge.signed_in
def reviewers(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who could be asked to read a call, with how much each could not read; and the button that asks those who are ticked."""
    call, actor = deciding(request, slug), edge.actor(request)
    rows = panel.candidates(call, actor)
    asked = request.POST.getlist("person")
    shown, applications = listing(call, asked), Application.objects.filter(call=call).count()
    load = panel.fair_load(call, applications, call.reviewers_wanted)
    form = InviteForm(edge.sent(request), asked=asked, initial={"load": load})
    if form.is_valid() and form.carry_out(
        lambda: acts.invite_reviewers(
            actor,
            call=call,
            people=list(rows.filter(pk__in=form.cleaned_data["person"])),
            load=form.cleaned_data["load"],
        )
    ):
        messages.success(request, f"Asked: {form.outcome}. Each has a mail.")
        return redirect("members:reviewers", slug)

    def complete(people: Sequence[Person]) -> Sequence[Candidate]:
        return panel.looked_up(call, people)

    context: dict[str, Any] = {
        **frame(call),
        "form": form,
        "table": shown.page(request, rows, complete=complete),
        "applications": applications,
        "panel": call.panel,
    }
    return shown.download(request, rows, complete=complete) or render(
        request, "members/reviewers.html", context, status=status(form)
    )
