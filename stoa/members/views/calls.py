"""The list of calls, the page of one, its history, and how it looks to somebody who applies."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from stoa.kit import clock, edge, instants
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.members import queries, rules
from stoa.members.forms.answering import AnswersForm, FactsForm
from stoa.members.forms.applying import ABOUT, WHO, ProfileForm
from stoa.members.models import Call
from stoa.members.queries.asking import count_standing
from stoa.members.rules.about import labels_of
from stoa.members.views.words import grace, plural, state, steps

RECENT = 6
DECIDING = frozenset({Call.Phase.CLOSED, Call.Phase.REVIEW, Call.Phase.DECIDED})

LISTED = Listing[Call](
    name="calls",
    caption="Calls",
    columns=[
        Column(
            "title", "Call", lambda c: c.title, show=lambda c: link(c.title, c.get_absolute_url()), order=("title",)
        ),
        Column("state", "State", lambda c: c.phase, show=lambda c: state(c)[0], order=("phase",)),
        Column("opens", "Opens", lambda c: c.opens, order=("opens",)),
        Column(
            "closes",
            "Closes",
            lambda c: c.closes,
            show=lambda c: instants.in_html(c.closes, c.zone, "short"),
            order=("closes",),
        ),
        Column("places", "Places", lambda c: c.places, order=("places",), numeric=True),
    ],
    filters=[
        Filter("q", "Words", lambda rows, text: rows.filter(title__icontains=text)),
        Filter("phase", "State", lambda rows, text: rows.filter(phase=text), Call.Phase.choices),
    ],
    sort="-closes",
    empty="No calls yet.",
)


def found(request: HttpRequest, slug: str) -> Call:
    """The call of this short name, or a page that says there is none."""
    call = queries.find_call(slug, edge.actor(request))
    if call is None:
        raise Http404
    return call


def index(request: HttpRequest) -> HttpResponseBase:
    """What is open now, and every call as a list."""
    actor = edge.actor(request)
    rows = queries.calls(actor)
    context = {
        "open": queries.open_calls(clock.now()),
        "table": LISTED.page(request, rows),
        "may_draft": rules.may_draft(actor),
    }
    return LISTED.download(request, rows) or render(request, "members/index.html", context)


def call_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A call: by when, who may apply, what to have at hand, how long it takes, and how it is decided."""
    call = found(request, slug)
    actor = edge.actor(request)
    context = {
        **frame(call),
        "history": queries.history(call, actor, most=RECENT),
        "steps": steps(call),
        "facts": facts(call),
        "mine": queries.own(call, actor),
        "may_keep": rules.may_keep(actor, call),
        "may_read": rules.is_public(call) and rules.may_read(actor, call),
        "may_extend": rules.may_extend(actor, call),
        "may_decide": call.phase in DECIDING and rules.may_decide(actor, call),
        "outcome": queries.outcome(call),
        "asked": count_standing(call),
        "may_give_bar": call.phase == Call.Phase.REVIEW and not call.bar and rules.may_give_bar(actor, call),
        "can_be_changed": rules.can_be_changed(call),
    }
    return render(request, "members/call.html", context)


def history(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What the record says of a call."""
    call = found(request, slug)
    context = {**frame(call), "history": queries.history(call, edge.actor(request))}
    return render(request, "members/history.html", context)


def preview(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What an applicant will meet: the facts that are asked first, then page by page the form. Nothing can be sent."""
    call = found(request, slug)
    asks = call.asks
    pages = [(step, AnswersForm(fields=asks.on_step(step), auto_id=f"page{n}_%s")) for n, step in enumerate(asks.steps)]
    context = {
        **frame(call),
        "eligibility": FactsForm(facts=asks.facts),
        "pages": [(WHO, ProfileForm(auto_id="who_%s")), *pages],
        "about": ABOUT,
        "about_fields": labels_of(call).values(),
    }
    return render(request, "members/preview.html", context)


def frame(call: Call) -> dict[str, Any]:
    """What every page of a call shows of it."""
    word, then = state(call)
    return {
        "call": call,
        "asks": call.asks,
        "state_word": word,
        "state_then": then,
        "is_open": rules.can_be_begun(call),
        "is_draft": call.phase == Call.Phase.DRAFT,
    }


def facts(call: Call) -> list[tuple[str, object]]:
    """A call in figures."""
    return [
        ("Opens", instants.in_html(call.opens, call.zone, "short")),
        ("Closes", instants.in_html(call.closes, call.zone, "short")),
        ("Grace", grace(call) if call.grace_minutes else None),
        ("Places", f"{call.places:,}" if call.places else "everybody above the bar"),
        ("Reviews each", f"{call.reviews_each}"),
        ("Admitted as", dict(Call.ADMITS)[call.admits]),
        ("Languages", call.languages),
        ("Takes", f"about {plural(call.minutes, 'minute')}"),
    ]
