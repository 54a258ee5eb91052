"""The page of a question, and what can be done with it: propose, edit, withdraw, estimate, offer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from stoa.agenda import acts, forms, queries, rules
from stoa.agenda.models import Question
from stoa.agenda.views import rounds
from stoa.agenda.views.words import amount, by, plural, span
from stoa.charter.queries import terms
from stoa.kit import edge
from stoa.kit.act import Actor
from stoa.kit.faults import Conflict, Refused

OWN = "Only its author can change a question, and only until the vote opens."


def found(slug: str, pk: int) -> Question:
    """The question, or a page that says there is none."""
    question = queries.find_question(slug, pk)
    if question is None:
        raise Http404
    return question


def question_page(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """A question: its text, effort, offers, state, history and citation."""
    return _shown(request, found(slug, pk))


@edge.signed_in
def propose(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Put a question to a round."""
    round = rounds.found(slug)
    actor = edge.actor(request)
    _offered(request, rules.may_propose(actor, round), "You can't put a question to this round now.")
    form = forms.ProposalForm(request.POST or None, initial=edge.typed(request, forms.ProposalForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.propose_question(
            actor,
            round=round,
            title=form.cleaned_data["title"],
            body=form.cleaned_data["body"],
            signed=form.cleaned_data["signed"],
        )
    ):
        messages.success(request, "Your question is on the agenda page now.")
        return redirect(form.outcome)
    context = {
        **rounds.frame(round),
        "form": form,
        "mine": rounds.mine(round, actor),
        "most": terms().limits["questions_per_person_and_round"],
    }
    return render(request, "agenda/propose.html", context, status=_status(form))


@edge.signed_in
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Change the text of one's own question; where it was changed meanwhile, bring both texts together."""
    question = found(slug, pk)
    _offered(request, rules.may_edit(edge.actor(request), question), OWN)
    initial = {
        "title": question.title,
        "body": question.body,
        "version": question.version,
        **edge.typed(request, forms.EditForm),
    }
    form = forms.EditForm(request.POST or None, initial=initial)
    if form.is_valid() and form.carry_out(
        lambda: acts.edit_question(
            edge.actor(request),
            question=question,
            title=form.cleaned_data["title"],
            body=form.cleaned_data["body"],
            version=form.cleaned_data["version"],
        )
    ):
        messages.success(request, "The question is changed.")
        return redirect(question)
    if isinstance(form.fault, Conflict):
        return _merge(request, question, form)
    context = {**rounds.frame(question.round), "question": question, "form": form}
    return render(request, "agenda/edit.html", context, status=_status(form))


@edge.signed_in
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Withdraw one's own question."""
    question = found(slug, pk)
    _offered(request, rules.may_edit(edge.actor(request), question), OWN)
    form = forms.WithdrawForm(request.POST or None)
    if form.is_valid() and form.carry_out(lambda: acts.withdraw_question(edge.actor(request), question=question)):
        messages.success(request, "The question is withdrawn.")
        return redirect(question)
    context = {**rounds.frame(question.round), "question": question, "form": form}
    return render(request, "agenda/withdraw.html", context, status=_status(form))


@edge.signed_in
def estimate(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Say how many hours a question would take."""
    question = found(slug, pk)
    if request.method != "POST":
        return _shown(request, question, estimating=True)
    form = forms.EstimateForm(request.POST)
    if form.is_valid() and form.carry_out(
        lambda: acts.estimate_effort(
            edge.actor(request), question=question, low=form.cleaned_data["low"], high=form.cleaned_data["high"]
        )
    ):
        messages.success(request, "Your estimate is noted.")
        return redirect(f"{question.get_absolute_url()}#effort")
    return _shown(request, question, estimate_form=form)


@edge.signed_in
def offer(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Offer hours for a question, or take the offer back."""
    question = found(slug, pk)
    if request.method != "POST":
        return _shown(request, question, offering=True)
    form = forms.OfferForm(request.POST)
    if form.is_valid() and form.carry_out(
        lambda: acts.offer_hours(edge.actor(request), question=question, hours=form.cleaned_data["hours"])
    ):
        messages.success(request, "Your offer is noted." if form.cleaned_data["hours"] else "Your offer is taken back.")
        return redirect(f"{question.get_absolute_url()}#hours")
    return _shown(request, question, offer_form=form)


def _shown(
    request: HttpRequest,
    question: Question,
    *,
    estimate_form: forms.EstimateForm | None = None,
    offer_form: forms.OfferForm | None = None,
    estimating: bool = False,
    offering: bool = False,
) -> HttpResponseBase:
    actor = edge.actor(request)
    faulty = any(form and form.errors for form in (estimate_form, offer_form))
    given = queries.effort(question, actor.person_id)
    context = {
        **rounds.frame(question.round),
        "question": question,
        "by": by(question),
        "is_author": rules.is_author(actor, question),
        "may_edit": rules.may_edit(actor, question),
        "history": _history(question, actor),
        **_effort(question, given),
    }
    if estimate_form or estimating or rules.may_estimate(actor, question):
        context["estimate_form"] = estimate_form or _estimate_form(request, given)
    if offer_form or offering or rules.may_offer(actor, question):
        context["offer_form"] = offer_form or _offer_form(request, given)
    return render(request, "agenda/question.html", context, status=422 if faulty else 200)


def _effort(question: Question, given: queries.Effort) -> dict[str, Any]:
    needed = terms().limits["estimates_needed"]
    return {
        "given": given,
        "offered_words": plural(given.hours, "hour"),
        "needed": needed,
        "missing": max(0, needed - given.estimates_made),
        "frozen": span(question.low, question.high),
        "cost": amount(question.round, question.cost),
    }


def _history(question: Question, actor: Actor) -> list[queries.Line]:
    """Of a question that was withdrawn, the texts are shown to its author alone."""
    may_read = question.state != Question.State.WITHDRAWN or rules.is_author(actor, question)
    return queries.question_history(question, actor.person_id, texts=may_read)


def _merge(request: HttpRequest, question: Question, form: forms.EditForm) -> HttpResponseBase:
    question.refresh_from_db()
    typed = {name: form.data.get(name, "") for name in ("title", "body")}
    anew = forms.EditForm(initial={**typed, "version": question.version})
    context = {**rounds.frame(question.round), "question": question, "form": anew}
    return render(request, "agenda/merge.html", context, status=409)


def _estimate_form(request: HttpRequest, given: queries.Effort) -> forms.EstimateForm:
    own = given.own_estimate
    before = {"low": own.low, "high": own.high} if own else {}
    return forms.EstimateForm(auto_id="effort_%s", initial={**before, **edge.typed(request, forms.EstimateForm)})


def _offer_form(request: HttpRequest, given: queries.Effort) -> forms.OfferForm:
    before = {"hours": given.own_offer.low} if given.own_offer else {}
    return forms.OfferForm(auto_id="hours_%s", initial={**before, **edge.typed(request, forms.OfferForm)})


def _offered(request: HttpRequest, may: bool, why_not: str) -> None:
    """Don't show a form that could not be sent. One that was sent goes to the act, so that no text is lost."""
    if request.method != "POST" and not may:
        raise Refused(why_not, remedy="Its page says what can be done and when.")


def _status(form: edge.ActForm) -> int:
    """422 for a form that came with faults."""
    return 422 if form.errors else 200
