"""What is held when: the list of events, and the page of each with its history."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stoa.kit import clock, edge, instants
from stoa.kit.dates import coming
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.notices import queries, rules
from stoa.notices.models import Event
from stoa.notices.views.words import registration_state, state, when

RECENT, MOST_DATES = 6, 10
TIMES = [("upcoming", "upcoming"), ("past", "past"), ("cancelled", "cancelled")]


def _of_time(rows: Any, asked: str) -> Any:
    if asked == "cancelled":
        return rows.exclude(cancelled=None)
    ahead = Q(ends__gt=clock.now())
    return rows.filter(ahead if asked == "upcoming" else ~ahead, cancelled=None)


def _ends(event: Event) -> str:
    """When it ends, in its zone, as when it is held."""
    return instants.in_html(event.ends, event.zone, "short")


def listing(sort: str) -> Listing[Event]:
    """The list of events."""
    return Listing[Event](
        name="events",
        caption="Events",
        columns=[
            Column(
                "title",
                "Event",
                lambda e: e.title,
                show=lambda e: link(e.title, e.get_absolute_url()),
                order=("title",),
            ),
            Column("begins", "When", lambda e: e.begins, show=when, order=("begins",)),
            Column("ends", "Ends", lambda e: e.ends, show=_ends, order=("ends",)),
            Column("place", "Place", lambda e: e.place, order=("place",)),
            Column("state", "State", lambda e: state(e)[0], sortable=False),
        ],
        filters=[
            Filter("q", "Words", lambda rows, text: rows.filter(title__icontains=text)),
            Filter("when", "When", _of_time, TIMES),
        ],
        sort=sort,
        empty="No event was announced yet.",
    )


UPCOMING, ALL = listing("begins"), listing("-begins")


def found(number: int) -> Event:
    """The event of this number, or a page that says there is none."""
    event = queries.find_event(number)
    if event is None:
        raise Http404
    return event


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """What is held next, and every event as a list."""
    rows = queries.events()
    shown = UPCOMING if request.GET.get("when") == "upcoming" else ALL
    context = {
        "upcoming": [(event, when(event)) for event in queries.upcoming(5)],
        "dates": coming(clock.now(), MOST_DATES),
        "table": shown.page(request, rows),
        "may_announce": rules.may_announce(edge.actor(request)),
    }
    return shown.download(request, rows) or render(request, "notices/events.html", context)


@require_safe
def event(request: HttpRequest, number: int) -> HttpResponse:
    """An event: when, where, who can come, and how one registers."""
    one, actor = found(number), edge.actor(request)
    registration = queries.own(one, actor)
    context = {
        **frame(one),
        "registration": registration,
        "registering": registration_state(one),
        "can_register": rules.takes_registrations(one),
        "link": queries.link_for(one, actor, registration),
        "facts": _facts(one),
        "history": queries.history(one.reference, actor, most=RECENT),
        "may_keep": rules.may_keep(actor, one),
        "can_change": rules.can_change(one),
    }
    return render(request, "notices/event.html", context)


@require_safe
def history(request: HttpRequest, number: int) -> HttpResponse:
    """What the record says of an event."""
    one = found(number)
    context = {**frame(one), "history": queries.history(one.reference, edge.actor(request))}
    return render(request, "notices/event_history.html", context)


def frame(event: Event) -> dict[str, Any]:
    """What every page of an event shows of it."""
    word, then = state(event)
    return {"event": event, "when": when(event), "state_word": word, "state_then": then}


def _facts(event: Event) -> list[tuple[str, object]]:
    number = queries.told_number(event) if event.takes_registration else None
    return [
        ("When", when(event)),
        ("Time zone", event.zone),
        ("Place", event.place or None),
        ("Places", f"{event.places:,}" if event.places else None),
        ("Registered", f"{number:,}" if number is not None else None),
        ("For", "people with a role here" if event.only_members else None),
    ]
