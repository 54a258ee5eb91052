"""The vote on a round's questions: ticking, which saves itself, and casting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stoa.agenda import forms, rules
from stoa.agenda.models import Question, Round
from stoa.agenda.queries.maps import Line, opinion_map
from stoa.agenda.views import rounds
from stoa.agenda.views.lists import containing
from stoa.agenda.views.words import amount, span
from stoa.ballots import acts as ballot_acts
from stoa.ballots import queries as ballots
from stoa.ballots.models import Ballot
from stoa.kit import edge

ON_A_PHONE = 7
PER_PAGE = 4 * ON_A_PHONE


@dataclass(frozen=True)
class Choice:
    """A question on the vote page; `said` is what the discussion found shared or dividing about it."""

    question: Question
    effort: str
    ticked: bool
    said: Sequence[Line] = ()


@dataclass(frozen=True)
class Part:
    """Seven questions: what a phone shows at a time."""

    number: int
    first: int
    choices: Sequence[Choice]

    @property
    def last(self) -> int:
        """The place of the last question in it."""
        return self.first + len(self.choices) - 1


@dataclass(frozen=True)
class Page:
    """A page of the vote: its parts, and where it stands among all pages of the questions that were searched for."""

    words: str
    number: int
    pages: int
    total: int
    parts: Sequence[Part]

    @property
    def previous(self) -> int | None:
        """The page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, if any."""
        return self.number + 1 if self.number < self.pages else None


@never_cache
def vote(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Tick the questions to approve; a button saves where no script does."""
    round = rounds.found(slug)
    ballot = _ballot(round)
    person_id = edge.actor(request).person_id
    if request.method == "POST":
        return _save_and_go_on(request, slug)
    if not person_id or not rules.vote_is_open(round) or not ballots.listed(ballot, person_id):
        return _no_vote(request, round, ballot)
    ticks = _merged(ballots.own_ticks(ballot, person_id), edge.kept(request))
    context = {
        **rounds.frame(round),
        "page": _page(
            round, request.GET.get("q", "").replace("\0", "").strip()[:200], request.GET.get("page", ""), ticks
        ),
        "sum": _sum(round, ballot, ticks),
        "has_cast": ballots.own_paper(ballot, person_id) is not None,
    }
    return render(request, "agenda/vote.html", context)


@never_cache
@require_POST
@edge.signed_in
def save(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Keep what is ticked, for a page whose scripts send each change; answers with the running sum."""
    round = rounds.found(slug)
    ballot = _ballot(round)
    ticks = _saved(request, ballot)
    return render(request, "agenda/parts/sum.html", {"round": round, "sum": _sum(round, ballot, ticks), "saved": True})


@never_cache
@edge.signed_in
def cast(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Look over what is ticked, give check words, and cast."""
    round = rounds.found(slug)
    ballot = _ballot(round)
    person_id = edge.actor(request).person_id
    assert person_id is not None
    sent = request.method == "POST"
    if not sent and (not rules.vote_is_open(round) or not ballots.listed(ballot, person_id)):
        return _no_vote(request, round, ballot)
    ticks = request.POST.getlist("approved") if sent else ballots.own_ticks(ballot, person_id)
    form = forms.CastForm(request.POST or None, initial=edge.typed(request, forms.CastForm))
    if form.is_valid() and form.carry_out(
        lambda: ballot_acts.cast(edge.actor(request), ballot=ballot, approved=ticks, words=form.cleaned_data["words"])
    ):
        return redirect("ballots:receipt", ballot.pk)
    paper = ballots.own_paper(ballot, person_id)
    context = {
        **rounds.frame(round),
        "form": form,
        "choices": _ticked(round, ticks),
        "sum": _sum(round, ballot, ticks),
        "next_number": paper.voter.casts + 1 if paper else 1,
        "faulty": form.errors,
    }
    return render(request, "agenda/cast.html", context, status=422 if form.errors else 200)


def _ballot(round: Round) -> Ballot:
    if round.ballot is None:
        raise Http404
    return round.ballot


def _no_vote(request: HttpRequest, round: Round, ballot: Ballot) -> HttpResponseBase:
    """Why this viewer can't vote here now, and what they can do."""
    context = {**rounds.frame(round), "ballot": ballot, "is_signed_in": edge.actor(request).person_id is not None}
    return render(request, "agenda/no_vote.html", context)


@edge.signed_in
def _save_and_go_on(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Without scripts each button saves; which one was pressed says where to go on.

    A browser carries the part it showed over to the new address, unless that names one: a page turned begins anew.
    """
    round = rounds.found(slug)
    _saved(request, _ballot(round))
    going = request.POST.get("go", "")
    if going == "cast":
        return redirect(f"{reverse('agenda:cast', args=[slug])}#main")
    stays = going == "stay"
    page = request.POST.get("page", "") if stays else going
    asked = {"q": request.POST.get("q", "").strip()[:200], "page": page if page.isdecimal() else ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return redirect(f"{reverse('agenda:vote', args=[slug])}{'?' if query else ''}{query}{'' if stays else '#part-1'}")


def _saved(request: HttpRequest, ballot: Ballot) -> list[str]:
    actor = edge.actor(request)
    assert actor.person_id is not None
    before = ballots.own_ticks(ballot, actor.person_id)
    ticks = _merged(before, dict(request.POST.lists()))
    ballot_acts.save_draft(actor, ballot=ballot, approved=ticks)
    return ticks


def _merged(before: Sequence[str], sent: Mapping[str, Sequence[str]]) -> list[str]:
    """The ticks so far with what a page sent: of the questions that it showed, those ticked there."""
    shown = set(sent.get("shown", ()))
    kept = set(before) - shown
    return sorted(kept | (set(sent.get("approved", ())) & shown))


def _page(round: Round, words: str, asked: str, ticks: Sequence[str]) -> Page:
    rows = _on_ballot(round)
    rows = containing(rows, words) if words else rows
    total = rows.count()
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(1, int(asked)), pages) if asked.isdecimal() and len(asked) < 8 else 1
    start = (number - 1) * PER_PAGE
    found = opinion_map(round) if round.discussion_opens else None
    choices = [
        replace(choice, said=found.about(choice.question)) if found else choice
        for choice in _choices(rows[start : start + PER_PAGE], ticks)
    ]
    parts = [
        Part(i // ON_A_PHONE + 1, start + i + 1, choices[i : i + ON_A_PHONE])
        for i in range(0, len(choices), ON_A_PHONE)
    ]
    return Page(words, number, pages, total, parts)


def _on_ballot(round: Round) -> QuerySet[Question]:
    """The questions put to the vote, in the order in which they were."""
    return round.questions.filter(state=Question.State.ON_BALLOT).order_by("pk")


def _ticked(round: Round, ticks: Sequence[str]) -> list[Choice]:
    ids = [int(ref.removeprefix("question:")) for ref in ticks if ref.removeprefix("question:").isdecimal()]
    return _choices(_on_ballot(round).filter(pk__in=[i for i in ids if i < 2**63]), ticks)


def _choices(rows: QuerySet[Question], ticks: Sequence[str]) -> list[Choice]:
    return [Choice(q, span(q.low, q.high), q.reference in ticks) for q in rows]


def _sum(round: Round, ballot: Ballot, ticks: Sequence[str]) -> dict[str, str | int]:
    """What is ticked beside what there is, as plain information: nothing is capped."""
    return {
        "count": len(ticks),
        "ticked": amount(round, ballots.cost_of(ballot, list(ticks))),
        "capacity": amount(round, ballot.capacity),
    }
