"""The agenda's own page, the page of a round, and its history."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from stoa.agenda import queries, rules
from stoa.agenda.models import Question, Round
from stoa.agenda.views import map_words
from stoa.agenda.views.lists import ROUNDS, listed, questions_listing
from stoa.agenda.views.words import amount, checking_ends, steps, zone
from stoa.charter.queries import terms
from stoa.kit import edge
from stoa.kit.act import Actor

RECENT = 8
ON_THE_AGENDA = 12


def found(slug: str) -> Round:
    """The round of this short name, or a page that says there is none."""
    round = queries.find_round(slug)
    if round is None:
        raise Http404
    return round


def index(request: HttpRequest) -> HttpResponseBase:
    """What the agenda is, the rounds under way, what was chosen last, and all rounds as a list."""
    rows = queries.rounds()
    decision = queries.latest_decision()
    context = {
        "current": [(round, zone(round)) for round in queries.current_rounds()],
        "table": ROUNDS.page(request, rows),
        "decision": decision,
        "chosen": decision.chosen.select_related("question__round")[:ON_THE_AGENDA] if decision else [],
        "more": max(0, decision.chosen.count() - ON_THE_AGENDA) if decision else 0,
        "may_announce": rules.may_announce(edge.actor(request)),
    }
    return ROUNDS.download(request, rows) or render(request, "agenda/index.html", context)


def round_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A round: its state, what can be done now, its questions, its history."""
    round = found(slug)
    needed = terms().limits["estimates_needed"]
    listing = questions_listing(round, needed)
    rows = listed(request, queries.questions(round))
    actor = edge.actor(request)
    figures = queries.figures(round, needed, actor.person_id)
    context = {
        **frame(round),
        "table": listing.page(request, rows, total=figures.questions),
        "needed": needed,
        "facts": _facts(round, needed, figures),
        "history": queries.round_history(round, actor.person_id, most=RECENT),
        "mine": figures.mine,
        **map_words.summary(round, request),
        **_powers(round, actor),
    }
    return listing.download(request, rows) or render(request, "agenda/round.html", context)


def history(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What the record says of a round and its vote."""
    round = found(slug)
    lines = queries.round_history(round, edge.actor(request).person_id)
    return render(request, "agenda/history.html", {**frame(round), "history": lines})


def frame(round: Round) -> dict[str, Any]:
    """What every page of a round shows of it."""
    return {
        "round": round,
        "zone": zone(round),
        "steps": steps(round),
        "checking_ends": checking_ends(round),
        "was_lost": queries.was_lost(round),
        "ballots_lost_until": queries.ballots_lost_until(round),
        "vote_is_open": rules.vote_is_open(round),
        "takes_questions": rules.takes_questions(round),
        "is_discussed": rules.is_discussed(round),
    }


def mine(round: Round, actor: Actor) -> list[Question]:
    """The questions that the viewer proposed here."""
    if actor.person_id is None:
        return []
    return list(round.questions.filter(author_id=actor.person_id).exclude(state=Question.State.WITHDRAWN))


def _powers(round: Round, actor: Actor) -> dict[str, bool]:
    return {
        "may_propose": rules.may_propose(actor, round),
        "may_extend": rules.may_extend(actor, round),
        "may_mail": rules.may_mail(actor, round),
    }


def _facts(round: Round, needed: int, figures: queries.Figures) -> list[tuple[str, object]]:
    ballot = round.ballot
    rows: list[tuple[str, object]] = [("Questions", f"{figures.questions:,}")]
    if round.before_the_vote:
        rows += [
            (f"With {needed} estimates", f"{figures.estimated:,}"),
            ("Work on offer", amount(round, figures.hours)),
        ]
    if ballot:
        rows.append(("Capacity", amount(round, ballot.capacity)))
    if ballot and round.imported:
        rows.append(("Ballots", f"{ballot.count:,}"))
    if ballot and not round.imported:
        rows.append(("On the voter list", f"{ballot.voters_count:,}"))
    if ballot and not round.imported and ballot.count is not None:
        voted = format_html('<a href="{}">{}</a>', reverse("ballots:voted", args=[ballot.pk]), f"{ballot.count:,}")
        rows.append(("Voted", voted))
    return rows
