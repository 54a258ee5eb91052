"""A reviewer's pages: their panels, the desk, one piece beside its rubric, and what is taken along."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stoa.kit import edge, instants, registry
from stoa.kit.act import Actor
from stoa.kit.edge import ActForm
from stoa.kit.faults import Conflict
from stoa.kit.powers import may
from stoa.review import acts, forms, queries, rules
from stoa.review.acts.reading import MOST_TEXT
from stoa.review.models import Assignment, Panel, Seat
from stoa.review.offline import as_form
from stoa.review.printing import as_pdf

MOST_UPLOAD = 2_000_000


def found(pk: int) -> Panel:
    """The panel of this number, or a page that says there is none."""
    panel = queries.find_panel(pk)
    if panel is None:
        raise Http404
    return panel


def _own(request: HttpRequest, pk: int, number: int) -> Assignment:
    """The viewer's own assignment; who has none learns no more than that there is none."""
    assignment = queries.own_assignment(found(pk), number, edge.actor(request).person_id)
    if assignment is None:
        raise Http404
    return assignment


@never_cache
@edge.signed_in
def mine(request: HttpRequest) -> HttpResponseBase:
    """What one reviews, and where one is asked to."""
    actor = edge.actor(request)
    seats = queries.seats_of(actor.person_id or "")
    context = {"seats": seats, "may_open": may(actor, "review.panel.open"), "states": Seat.State}
    return render(request, "review/mine.html", context)


@never_cache
@edge.signed_in
def desk(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What one reads on a panel, and what is next."""
    panel, actor = found(pk), edge.actor(request)
    if seat := rules.own_seat(panel, actor.person_id):
        return _desk(request, panel, seat)
    if not rules.may_keep(actor, panel):
        raise Http404
    return redirect("review:panel", pk)


def _desk(request: HttpRequest, panel: Panel, seat: Seat, status: int = 200, **filled_in: ActForm) -> HttpResponse:
    """The desk with its forms; one that was sent and not carried out stands there as it was filled in."""
    actor = edge.actor(request)
    context = {
        **_frame(panel, seat, keeps=rules.may_keep(actor, panel)),
        "served": registry.show([panel.serves] if panel.kind else [], actor.person_id),
        "desk": queries.overview(panel, actor.person_id),
        "form": forms.AcceptForm(initial=_kept(seat)),
        "sheet": forms.SheetForm(auto_id="sheet_%s"),
        **filled_in,
    }
    return render(request, "review/desk.html", context, status=status)


@require_POST
@never_cache
@edge.signed_in
def answer(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Accept or decline to review."""
    panel, actor = found(pk), edge.actor(request)
    seat = rules.own_seat(panel, actor.person_id)
    if seat is None:
        raise Http404
    if "decline" in request.POST:
        form: ActForm = forms.ConfirmForm(request.POST)
        done = form.is_valid() and form.carry_out(lambda: acts.decline(actor, seat=seat))
    else:
        form = forms.AcceptForm(request.POST)
        done = form.is_valid() and form.carry_out(lambda: acts.accept(actor, seat=seat, **_accepted(form)))
    if done:
        messages.success(request, "Thank you: your answer is kept.")
        return redirect("review:desk", pk)
    return _desk(request, panel, seat, 422, form=form)


def _accepted(form: ActForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("load", "work", "ties")}


def _kept(seat: Seat) -> dict[str, Any]:
    return {"load": seat.load, "work": "\n\n".join(seat.texts), "ties": "\n".join(seat.known.get("named", []))}


@never_cache
@edge.signed_in
def piece(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """One piece beside its rubric, and one's own review of it; the others' once one gave it."""
    assignment, actor = _own(request, pk, number), edge.actor(request)
    panel = found(pk)
    form = forms.ReviewForm(panel, edge.sent(request), initial=_initial(assignment))
    if form.is_valid() and form.carry_out(
        lambda: acts.give_review(actor, assignment=assignment, said=form.said(), version=form.version_before)
    ):
        messages.success(request, f"Your review of number {number} is given.")
        following = queries.overview(panel, actor.person_id).next
        return redirect("review:piece", pk, following.piece.number) if following else redirect("review:desk", pk)
    return _shown(request, panel, assignment, form)


def _shown(request: HttpRequest, panel: Panel, assignment: Assignment, form: ActForm, **more: Any) -> HttpResponse:
    """The page of a piece; where another tab or a sheet saved meanwhile, what it kept stands beside what was typed here."""
    actor = edge.actor(request)
    kept = getattr(assignment, "review", None) if isinstance(form.fault, Conflict) else None
    if kept is not None:
        kept.refresh_from_db()
        edge.write_on(form, version=kept.version)
    context = {
        **_frame(panel, assignment.seat, keeps=False),
        "desk": queries.overview(panel, actor.person_id),
        "assignment": assignment,
        "kept": kept,
        "kept_scores": queries.scores_in_words(panel, kept) if kept else [],
        "piece": assignment.piece,
        "form": form,
        "has_said": rules.has_said(assignment),
        "others": queries.others(panel, assignment),
        "remarks": queries.remarks(panel, assignment),
        "abstain": forms.AbstainForm(auto_id="abstain_%s"),
        "remark": forms.RemarkForm(auto_id="remark_%s"),
        "confirm": forms.ConfirmForm(auto_id="confirm_%s"),
        **more,
    }
    failed = any(isinstance(one, ActForm) and one.errors for one in context.values())
    return render(request, "review/piece.html", context, status=409 if kept else 422 if failed else 200)


def _initial(assignment: Assignment) -> dict[str, Any]:
    review = getattr(assignment, "review", None)
    if review is None:
        return {}
    scores = {f"score_{code}": score for code, score in review.scores.items()}
    return {"for_panel": review.for_panel, "for_author": review.for_author, "version": review.version, **scores}


@require_POST
@never_cache
@edge.signed_in
def draft(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Keep what one has written so far."""
    assignment = _own(request, pk, number)
    form = forms.ReviewForm(found(pk), request.POST)
    actor = edge.actor(request)
    if form.is_valid() and form.carry_out(
        lambda: acts.save_draft(actor, assignment=assignment, said=form.said(), version=form.version_before)
    ):
        if edge.saves_itself(request):
            return JsonResponse({"fields": {"version": form.outcome.version}})
        messages.success(request, "Kept. Nobody else sees it.")
        return redirect("review:piece", pk, number)
    if edge.saves_itself(request):
        return edge.not_saved(form)
    return _shown(request, found(pk), assignment, form)


@require_POST
@never_cache
@edge.signed_in
def abstain(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Say nothing of a piece, and why."""
    assignment, actor = _own(request, pk, number), edge.actor(request)
    form = forms.AbstainForm(request.POST, auto_id="abstain_%s")
    if form.is_valid() and form.carry_out(
        lambda: acts.abstain(actor, assignment=assignment, reason=form.cleaned_data["reason"])
    ):
        messages.success(request, f"You abstained from number {number}.")
        return redirect("review:desk", pk)
    return _shown(
        request, found(pk), assignment, forms.ReviewForm(found(pk), initial=_initial(assignment)), abstain=form
    )


@require_POST
@never_cache
@edge.signed_in
def conflict(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Say that one is in conflict with a piece, which goes to somebody else."""
    _own(request, pk, number)
    actor, form = edge.actor(request), forms.ConfirmForm(request.POST)
    deed: Callable[[], bool] = lambda: acts.declare_conflict(actor, panel=found(pk), number=number)  # noqa: E731 - one line of a view
    if form.is_valid() and form.carry_out(deed):
        given = "somebody else reads it now" if form.outcome else "those who keep the panel find somebody else"
        messages.success(request, f"Number {number} is off your desk; {given}.")
    elif form.fault:
        messages.error(request, str(form.fault))
    return redirect("review:desk", pk)


@require_POST
@never_cache
@edge.signed_in
def remark(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Say something to the others who read it."""
    assignment, actor = _own(request, pk, number), edge.actor(request)
    form = forms.RemarkForm(request.POST, auto_id="remark_%s")
    if form.is_valid() and form.carry_out(
        lambda: acts.write_remark(actor, panel=found(pk), number=number, body=form.cleaned_data["body"])
    ):
        return redirect("review:piece", pk, number)
    return _shown(
        request, found(pk), assignment, forms.ReviewForm(found(pk), initial=_initial(assignment)), remark=form
    )


def _seat_of_reader(panel: Panel, actor: Actor) -> Seat:
    """The seat of somebody who reads for the panel; to others there is nothing to take along."""
    seat = rules.own_seat(panel, actor.person_id)
    if seat is None or seat.state != Seat.State.ACCEPTED:
        raise Http404
    return seat


@never_cache
@edge.signed_in
def sheet(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take along what one reads as a sheet to fill in without a line; or send it back filled in."""
    panel, actor = found(pk), edge.actor(request)
    seat = _seat_of_reader(panel, actor)
    if request.method != "POST":
        body = json.dumps(queries.sheet(panel, actor.person_id), ensure_ascii=False, indent=1)
        headers = {"Content-Disposition": f'attachment; filename="reviews-{pk}.json"'}
        return HttpResponse(body, content_type="application/json", headers=headers)
    form = forms.SheetForm(request.POST, request.FILES, auto_id="sheet_%s")
    if form.is_valid() and form.carry_out(
        lambda: acts.take_sheet(actor, panel=panel, sheet=form.cleaned_data["sheet"].read(MOST_UPLOAD))
    ):
        messages.success(request, f"Drafts kept: {form.outcome}. Look through each and give it.")
        return redirect("review:desk", pk)
    return _desk(request, panel, seat, 422, sheet=form)


@never_cache
@edge.signed_in
def offline(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What one still reads as a form that is filled in without a line, and saves the sheet."""
    panel, actor = found(pk), edge.actor(request)
    _seat_of_reader(panel, actor)
    body = as_form(panel, queries.sheet(panel, actor.person_id), most=MOST_TEXT)
    headers = {"Content-Disposition": f'attachment; filename="reviews-{pk}.html"'}
    return HttpResponse(body, content_type="text/html; charset=utf-8", headers=headers)


@never_cache
@edge.signed_in
def pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What one still reads, as PDF."""
    panel, actor = found(pk), edge.actor(request)
    _seat_of_reader(panel, actor)
    due = f"Reviews are due {instants.say(panel.deadline, 'UTC')}"
    body = as_pdf(queries.sheet(panel, actor.person_id), due=due)
    headers = {"Content-Disposition": f'attachment; filename="reviews-{pk}.pdf"'}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


@never_cache
@edge.signed_in
def printed(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What one reads, on one page that prints or saves as PDF."""
    panel, actor = found(pk), edge.actor(request)
    seat = _seat_of_reader(panel, actor)
    context = {**_frame(panel, seat, keeps=False), "desk": queries.desk(panel, actor.person_id)}
    return render(request, "review/printed.html", context)


def _frame(panel: Panel, seat: Seat, *, keeps: bool) -> dict[str, Any]:
    facts = [("Reviews of each", panel.reviews_each), ("Minutes each", panel.minutes_each)]
    at = settings.STOA.embeddings_host
    return {"panel": panel, "seat": seat, "keeps": keeps, "facts": facts, "states": Seat.State, "compared_at": at}
