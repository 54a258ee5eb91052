"""The discussion of a round: answering one statement after the other, one's own answers, and the proof of them."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stoa.agenda import acts, forms, rules
from stoa.agenda.acts.answers import VALUES
from stoa.agenda.models import Round, Statement
from stoa.agenda.queries import answers, statements
from stoa.agenda.views import rounds
from stoa.agenda.views.lists import STATEMENTS
from stoa.charter.queries import terms
from stoa.kit import edge
from stoa.kit.faults import Invalid

CHOICES = [("agree", "Agree"), ("disagree", "Disagree"), ("skip", "Skip")]
MAP_AFTER = 10
"""Answers of one's own after which one is shown the map, so that it does not lead them."""


@edge.unkept_if_signed_in
def answering(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The next statement with three equal buttons, a form for a statement of one's own, and all statements as a list."""
    round = discussed(slug)
    actor = edge.actor(request)
    rows = statements.listed_statements(round)
    complete = partial(statements.with_round, round=round)
    mine = statements.own_statements(round, actor.person_id)
    may_propose = rules.may_propose_statement(actor, round)
    asked, after = (statements.standing_statement(slug, request.GET.get(name, "")) for name in ("statement", "after"))
    context = {
        **_part(request, round, shown=asked, after=after),
        "table": STATEMENTS.page(request, rows, complete),
        "form": forms.StatementForm(round=round) if may_propose else None,
        "left": statements.most_statements() - len(mine),
        "mine": mine,
        "may_propose": may_propose,
        "window_hours": _window_hours(round),
        "has_proof": _has_proof(request, round),
    }
    return STATEMENTS.download(request, rows, complete) or render(request, "agenda/discussion.html", context)


@never_cache
@require_POST
@edge.signed_in
def answer(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give an answer; from the list of one's own, back to it, otherwise on to the next statement."""
    statement = _sent(request, slug)
    value = VALUES.get(request.POST.get("answer", ""))
    if value is None:
        raise Invalid("No answer came with the form.", remedy="Press “Agree”, “Disagree” or “Skip”.")
    acts.give_answer(edge.actor(request), statement=statement, value=value)
    if request.POST.get("from") == "own":
        return _own(request, statement, request.POST["answer"])
    if request.POST.get("from") == "statement":
        return redirect(statement)
    if "HX-Request" in request.headers:
        return edge.part(request, "agenda/parts/answering.html", _onward(request, statement, request.POST["answer"]))
    return redirect(f"{reverse('agenda:discussion', args=[slug])}?after={statement.pk}#answering")


@never_cache
@require_POST
@edge.signed_in
def take_back(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Take an answer back and show its statement again."""
    statement = _sent(request, slug)
    acts.take_answer_back(edge.actor(request), statement=statement)
    if request.POST.get("from") == "own":
        return _own(request, statement, "")
    if "HX-Request" in request.headers:
        return edge.part(request, "agenda/parts/answering.html", _part(request, statement.round, shown=statement))
    return redirect(f"{reverse('agenda:discussion', args=[slug])}?statement={statement.pk}#answering")


@never_cache
@edge.signed_in
def own_answers(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One's own answers, each of which can be changed while the discussion is open. For oneself alone."""
    round = discussed(slug)
    given = answers.answers_of(round, edge.actor(request).person_id)
    context = {
        **_frame(request, round),
        "given": [(one.statement, answers.WORDS[one.value]) for one in given],
    }
    return render(request, "agenda/discussion_answers.html", context)


@never_cache
@edge.signed_in
def proof(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One's own answers as they were committed to at the close, with the proof; as a page or as JSON."""
    round = discussed(slug)
    found = answers.proof_of(round, edge.actor(request).person_id)
    if request.GET.get("format") == "json":
        if found is None:
            raise Http404
        headers = {"Content-Disposition": f'attachment; filename="{slug}-answers-proof.json"'}
        return JsonResponse(asdict(found), json_dumps_params={"indent": 1}, headers=headers)
    context = {**_frame(request, round), "proof": found, "given": answers.committed_answers(round, found)}
    return render(request, "agenda/discussion_proof.html", context)


def discussed(slug: str) -> Round:
    """The round of this short name, if it has a discussion."""
    round = rounds.found(slug)
    if round.discussion_opens is None:
        raise Http404
    return round


def _frame(request: HttpRequest, round: Round) -> dict[str, Any]:
    """What the pages of a discussion share."""
    committed = getattr(round, "answers_committed", None)
    return {
        **rounds.frame(round),
        "may_answer": rules.may_answer(edge.actor(request), round),
        "committed": committed,
        "choices": CHOICES,
    }


def _part(
    request: HttpRequest, round: Round, *, shown: Statement | None = None, after: Statement | None = None
) -> dict[str, Any]:
    """The statement to answer next, how many the viewer has answered, and what they said last, to undo."""
    person_id = edge.actor(request).person_id
    said = answers.answer_to(after, person_id) if after else ""
    drawn = answers.next_statement(round, person_id, but=after)
    if shown is None and rules.is_discussed(round):
        shown = drawn.statement
    return _frame(request, round) | _shown(shown, drawn.answered, after, said)


def _onward(request: HttpRequest, answered: Statement, said: str) -> dict[str, Any]:
    """The same after an answer was given just now: whoever could give it may answer, and nothing is committed to yet.

    This is what people do most, so nothing is asked twice.
    """
    drawn = answers.next_statement(answered.round, edge.actor(request).person_id, but=answered)
    frame = rounds.frame(answered.round) | {"may_answer": True, "committed": None, "choices": CHOICES}
    return frame | _shown(drawn.statement, drawn.answered, answered, said)


def _shown(shown: Statement | None, count: int, last: Statement | None, said: str) -> dict[str, Any]:
    return {
        "statement": shown,
        "last": last if said else None,
        "said": said,
        "count": count,
        "map_after": MAP_AFTER,
        "to_map": max(0, MAP_AFTER - count),
    }


def _own(request: HttpRequest, statement: Statement, said: str) -> HttpResponseBase:
    """Back in the list of one's own answers, with the one that was changed."""
    if "HX-Request" in request.headers:
        context = {**_frame(request, statement.round), "statement": statement, "said": said, "saved": True}
        return edge.part(request, "agenda/parts/own_answer.html", context)
    return redirect(f"{reverse('agenda:own_answers', args=[statement.round.slug])}#statement-{statement.pk}")


def _sent(request: HttpRequest, slug: str) -> Statement:
    statement = statements.standing_statement(slug, request.POST.get("statement", ""))
    if statement is None:
        discussed(slug)
        raise Invalid("This statement can't be answered.", remedy="Go back to the discussion and take the next one.")
    return statement


def _window_hours(round: Round) -> int:
    committed = getattr(round, "answers_committed", None)
    return committed.window_hours if committed else terms().windows["check_hours"]


def _has_proof(request: HttpRequest, round: Round) -> bool:
    committed = getattr(round, "answers_committed", None)
    return committed is not None and committed.unlinked is None and edge.actor(request).person_id is not None
