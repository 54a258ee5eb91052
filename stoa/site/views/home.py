"""Home: for visitors what this community is, for members what waits for them and what is new in what they follow."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stoa.charter.rules import powers_of
from stoa.kit import clock, edge
from stoa.notices.queries import latest, upcoming
from stoa.people.models import Person
from stoa.record.words import say
from stoa.site.queries import community_of
from stoa.site.queries.home import decisions, latest_acts, questions_today, rounds_today, who_runs_and_pays
from stoa.site.queries.news import looked_last, new_entries
from stoa.site.queries.waiting import Waiting, asked_of, fitting, subjects_said, time_of, waiting_in

LATEST = 6
MOST_MINUTES = 24 * 60


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    if request.user.is_authenticated:
        return render(request, "site/home_member.html", _of_member(request, request.user))
    rounds = rounds_today()
    context = {
        "rounds": rounds,
        "questions": questions_today(rounds),
        "decisions": decisions(),
        "announcements": latest(),
        "events": upcoming(),
        "who": who_runs_and_pays(community_of(request)),
        "is_fresh": not community_of(request).is_named,
    }
    return render(request, "site/home.html", context)


def _of_member(request: HttpRequest, me: Person) -> dict[str, Any]:
    actor = edge.actor(request)
    powers = powers_of(actor)
    asked = asked_of(me.pk, powers)
    new = new_entries(me.pk, looked_last(request.session))
    told = say(new or latest_acts(LATEST), me.pk, beside=subjects_said(me.pk))
    waits = waiting_in(asked, me.pk, powers)
    away = me.away_until
    return {
        "rounds": rounds_today(one.round for one in asked),
        "heading": heading(len(waits)),
        "in_all": time_of(waits),
        "away": away if away and away >= clock.now().date() else None,
        "news": told if new else [],
        "latest": [] if new else told,
        "keeps_setup": powers.may("charter.community.describe"),
        **_within(request.GET.get("minutes", ""), waits),
    }


def _within(asked: str, waits: list[Waiting]) -> dict[str, Any]:
    """The list as it is, or parted into what fits into so many minutes and the rest."""
    if not (asked.isascii() and asked.isdecimal() and 0 < len(asked) < 5 and 0 < int(asked) <= MOST_MINUTES):
        return {"waits": waits}
    fits = fitting(waits, int(asked))
    return {
        "waits": fits,
        "rest": [item for item in waits if item not in fits],
        "span": int(asked),
        "taken": time_of(fits),
    }


def heading(count: int) -> str:
    """How many things wait, in words."""
    words = ("Nothing waits for you", "One thing waits for you", "Two things wait for you", "Three things wait for you")
    return words[count] if count < len(words) else f"{count} things wait for you"
