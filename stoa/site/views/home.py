"""Home: for visitors what this community is, for members what waits for them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stoa.charter.rules import may
from stoa.kit import edge
from stoa.record.words import say
from stoa.site.queries import community_of
from stoa.site.queries.home import decisions, latest_acts, questions_today, rounds_today, who_runs_and_pays
from stoa.site.queries.waiting import waiting

LATEST = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    rounds = rounds_today()
    context = {
        "rounds": rounds,
        "questions": questions_today(rounds),
        "decisions": decisions(),
        "who": who_runs_and_pays(community_of(request)),
    }
    if request.user.is_authenticated:
        todo = waiting(edge.actor(request))
        context |= {
            "todo": todo,
            "heading": _heading(len(todo)),
            "minutes": sum(item.minutes for item in todo),
            "latest": say(latest_acts(LATEST), request.user.pk),
            "keeps_setup": may(edge.actor(request), "charter.community.describe"),
        }
        return render(request, "site/home_member.html", context)
    context["is_fresh"] = not community_of(request).is_named
    return render(request, "site/home.html", context)


def _heading(count: int) -> str:
    words = ("Nothing waits for you", "One thing waits for you", "Two things wait for you", "Three things wait for you")
    return words[count] if count < len(words) else f"{count} things wait for you"
