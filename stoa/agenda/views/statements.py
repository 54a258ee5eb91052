"""A statement's page, proposing one of one's own, and withdrawing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from stoa.agenda import acts, forms, rules
from stoa.agenda.models import Statement
from stoa.agenda.queries import answers, statements
from stoa.agenda.views import rounds
from stoa.agenda.views.discussion import CHOICES, discussed
from stoa.forum.rules import reader
from stoa.kit import edge
from stoa.kit.faults import Conflict, Refused


@edge.unkept_if_signed_in
def statement_page(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """A statement: its words, its state, the viewer's own answer, and what is said about it."""
    actor = edge.actor(request)
    viewer = reader(actor)
    statement = _found(request, slug, pk)
    context = {
        **rounds.frame(statement.round),
        "statement": statement,
        "may_read": statements.may_read(statement, viewer),
        "is_author": viewer.person_id is not None and viewer.person_id == statement.author_id,
        "may_answer": statement.state == Statement.State.STANDING and rules.may_answer(actor, statement.round),
        "may_withdraw": rules.may_withdraw_statement(actor, statement),
        "said": answers.answer_to(statement, actor.person_id),
        "choices": CHOICES,
    }
    return render(request, "agenda/discussion_statement.html", context)


@never_cache
@edge.signed_in
def propose(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Propose a statement. Where others seem to say the same, they are shown first, to be answered instead."""
    round = discussed(slug)
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_propose_statement(actor, round):
        raise Refused(
            "You can't put a statement to this round now.",
            remedy="Members and trainees can, while the discussion is open.",
        )
    form = forms.StatementForm(edge.sent(request), initial=edge.typed(request, forms.StatementForm), round=round)
    if form.is_valid() and form.carry_out(
        lambda: acts.propose_statement(
            actor,
            round=round,
            body=form.cleaned_data["body"],
            question=form.cleaned_data["question"],
            anyway=form.cleaned_data["anyway"],
        )
    ):
        _say_proposed(request, form.outcome)
        return redirect("agenda:discussion", slug)
    alike = isinstance(form.fault, Conflict) and form.fault.code == "similar"
    context = {
        **rounds.frame(round),
        "form": form,
        "alike": statements.similar(round, form.cleaned_data["body"]) if alike else [],
        "may_answer": rules.may_answer(actor, round),
        "choices": CHOICES,
        "left": statements.statements_left(round, str(actor.person_id)),
    }
    return render(request, "agenda/discussion_propose.html", context, status=422 if form.errors else 200)


@edge.signed_in
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Withdraw one's own statement."""
    statement = _found(request, slug, pk)
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_withdraw_statement(actor, statement):
        raise Refused(
            "You can't withdraw this statement.", remedy="Its author can, while the discussion of its round is open."
        )
    form = forms.WithdrawForm(edge.sent(request))
    if form.is_valid() and form.carry_out(lambda: acts.withdraw_statement(actor, statement=statement)):
        messages.success(request, "The statement is withdrawn.")
        return redirect("agenda:discussion", slug)
    context = {**rounds.frame(statement.round), "statement": statement, "form": form}
    return render(request, "agenda/discussion_withdraw.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, slug: str, pk: int) -> Statement:
    statement = statements.find_statement(slug, pk, reader(edge.actor(request)))
    if statement is None:
        raise Http404
    return statement


def _say_proposed(request: HttpRequest, statement: Statement | None) -> None:
    if statement is not None and statement.state == Statement.State.HELD:
        messages.success(
            request, "Your statement waits for a moderator, since your account is new. You need do nothing."
        )
    else:
        messages.success(request, "Your statement is there for others to answer.")
