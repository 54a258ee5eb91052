"""How announcements come to be: drafted, changed, released by one or by two, corrected, retracted."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from stoa.kit import edge
from stoa.kit.faults import Refused
from stoa.notices import acts, forms, queries, rules
from stoa.notices.models import Announcement
from stoa.notices.views.announcements import found
from stoa.notices.views.words import status
from stoa.people.queries import addressed

DRAFTERS = "The charter gives this to stewards, founders and facilitators."


def _found_draft(request: HttpRequest, pk: str) -> Announcement:
    announcement = queries.find_draft(pk, edge.actor(request))
    if announcement is None:
        raise Http404
    return announcement


@edge.signed_in
def index(request: HttpRequest) -> HttpResponseBase:
    """Drafts that wait."""
    actor = edge.actor(request)
    if not rules.may_draft(actor):
        raise Refused("You can't draft announcements.", remedy=DRAFTERS)
    return render(request, "notices/drafts.html", {"drafts": queries.drafts(actor)[:100]})


@edge.signed_in
def write(request: HttpRequest) -> HttpResponseBase:
    """Draft an announcement."""
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_draft(actor):
        raise Refused("You can't draft announcements.", remedy=DRAFTERS)
    form = forms.AnnouncementForm(edge.sent(request), initial=edge.typed(request, forms.AnnouncementForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.write_announcement(
            actor,
            title=form.cleaned_data["title"],
            body=form.cleaned_data["body"],
            mailed=form.cleaned_data["mailed"],
        )
    ):
        messages.success(request, "The announcement is drafted.")
        return redirect(form.outcome)
    return render(request, "notices/write.html", {"form": form}, status=status(form))


@edge.signed_in
def draft(request: HttpRequest, draft: str) -> HttpResponseBase:
    """A draft as it will read, and the button that releases it."""
    one, actor = _found_draft(request, draft), edge.actor(request)
    form = forms.ReleaseForm(edge.sent(request), initial={"version": one.version})
    if form.is_valid() and form.carry_out(
        lambda: acts.release_announcement(actor, announcement=one, version=form.cleaned_data["version"])
    ):
        messages.success(request, "The announcement is released.")
        return redirect(form.outcome)
    edge.overtaken(form, version=one.version)
    context = {
        "one": one,
        "form": form,
        "reaches": addressed().count() if one.mailed else 0,
        "may_edit": rules.may_edit(actor, one),
        "may_release": rules.may_release(actor, one),
        "is_own": one.drafted_by_id == actor.person_id,
    }
    return render(request, "notices/draft.html", context, status=status(form))


@edge.signed_in
def edit(request: HttpRequest, draft: str) -> HttpResponseBase:
    """Change a draft, or drop it."""
    one, actor = _found_draft(request, draft), edge.actor(request)
    if request.method == "POST" and "drop" in request.POST:
        acts.drop_announcement(actor, announcement=one)
        messages.success(request, "The draft is deleted.")
        return redirect("notices:drafts")
    values = {name: getattr(one, name) for name in ("title", "body", "mailed", "version")}
    form = forms.AnnouncementForm(edge.sent(request), initial={**values, **edge.typed(request, forms.AnnouncementForm)})
    if form.is_valid() and form.carry_out(
        lambda: acts.edit_announcement(
            actor,
            announcement=one,
            version=form.cleaned_data["version"] or 0,
            title=form.cleaned_data["title"],
            body=form.cleaned_data["body"],
            mailed=form.cleaned_data["mailed"],
        )
    ):
        return redirect(form.outcome)
    context = {"form": form, "one": one, "meanwhile": edge.overtaken(form, version=one.version)}
    return render(request, "notices/write.html", context, status=status(form))


@edge.signed_in
def correct(request: HttpRequest, number: int) -> HttpResponseBase:
    """Let an announcement read otherwise; what it said before stays in sight."""
    one, actor = _standing(request, number), edge.actor(request)
    values = {name: getattr(one, name) for name in ("title", "body", "version")}
    form = forms.CorrectionForm(edge.sent(request), initial={**values, **edge.typed(request, forms.CorrectionForm)})
    if form.is_valid() and form.carry_out(
        lambda: acts.correct_announcement(
            actor,
            announcement=one,
            version=form.cleaned_data["version"],
            title=form.cleaned_data["title"],
            body=form.cleaned_data["body"],
            reason=form.cleaned_data["reason"],
        )
    ):
        messages.success(request, "The announcement is corrected.")
        return redirect(one)
    context = {"one": one, "form": form, "meanwhile": edge.overtaken(form, version=one.version)}
    return render(request, "notices/correct.html", context, status=status(form))


@edge.signed_in
def retract(request: HttpRequest, number: int) -> HttpResponseBase:
    """Say that an announcement holds no more."""
    one, actor = _standing(request, number), edge.actor(request)
    form = forms.ReasonForm(edge.sent(request), initial=edge.typed(request, forms.ReasonForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.retract_announcement(actor, announcement=one, reason=form.cleaned_data["reason"])
    ):
        messages.success(request, "The announcement is retracted.")
        return redirect(one)
    return render(request, "notices/retract.html", {"one": one, "form": form}, status=status(form))


def _standing(request: HttpRequest, number: int) -> Announcement:
    one = found(number)
    if request.method != "POST" and not rules.may_correct(edge.actor(request), one):
        raise Refused("You can't change this announcement.", remedy="Stewards and founders can, until it is retracted.")
    return one
