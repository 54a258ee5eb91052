"""Pages for everybody who takes part: report, appeal, what was decided about one's own, whom and what one put away."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stoa.forum import acts
from stoa.forum.forms.moderation import AppealForm, ReportForm
from stoa.forum.queries import moderation
from stoa.forum.rules.moderation import may_report
from stoa.kit import edge, moderated, registry
from stoa.kit.edge import ActForm
from stoa.kit.faults import Refused
from stoa.kit.registry import Shown
from stoa.people.models import Person
from stoa.people.queries import find_person


def _status(form: ActForm) -> int:
    """422 for a form that came with faults."""
    return 422 if form.is_bound and form.errors else 200


@never_cache
@edge.signed_in
def report(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Ask moderators to look at a piece, or at how somebody behaves."""
    shown, of_conduct = _reportable(request, reference)
    if request.method != "POST" and not may_report(edge.actor(request)):
        raise Refused(
            "Reporting is for those who take part here.", remedy="The page of conduct says whom else to write to."
        )
    form = ReportForm(edge.sent(request), initial=edge.typed(request, ReportForm))
    form.use(of_conduct=of_conduct)
    if form.is_valid() and form.carry_out(
        lambda: acts.report(
            edge.actor(request),
            reference=reference,
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
        )
    ):
        messages.success(request, "Thank you. Those who handle it will look. You are told when it is decided.")
        return redirect(shown.address)
    context = {"form": form, "shown": shown, "of_conduct": of_conduct}
    return render(request, "forum/moderation_report.html", context, status=_status(form))


@never_cache
@edge.signed_in
def my_reports(request: HttpRequest) -> HttpResponseBase:
    """What one reported, and what became of it."""
    rows = moderation.reports_by(_me(request).pk)
    return render(request, "forum/moderation_my_reports.html", {"reports": rows, "sides": _sides(request)})


@never_cache
@edge.signed_in
def about_mine(request: HttpRequest) -> HttpResponseBase:
    """What moderators decided about what one wrote, and the way to appeal."""
    decisions = moderation.decisions_about(_me(request).pk)
    return render(request, "forum/moderation_mine.html", {"decisions": decisions, "sides": _sides(request)})


@never_cache
@edge.signed_in
def appeal(request: HttpRequest, case_id: str) -> HttpResponseBase:
    """Ask those who did not decide it to look again."""
    own = next((own for own in moderation.decisions_about(_me(request).pk) if own.case.pk == case_id), None)
    if own is None:
        raise Http404
    if own.appeal_until is None:
        return redirect("forum:about_mine")
    form = AppealForm(edge.sent(request), initial=edge.typed(request, AppealForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.appeal(edge.actor(request), case=own.case, words=form.cleaned_data["words"])
    ):
        messages.success(request, "Your appeal waits for somebody who did not take the decision.")
        return redirect("forum:about_mine")
    return render(request, "forum/moderation_appeal.html", {"form": form, "own": own}, status=_status(form))


@never_cache
@edge.signed_in
def put_away(request: HttpRequest) -> HttpResponseBase:
    """Whom one muted and what one hid."""
    me = _me(request).pk
    context = {
        "muted": moderation.muted_by(me),
        "hidden": moderation.hidden_by(me),
        "sides": _sides(request),
    }
    return render(request, "forum/moderation_put_away.html", context)


@never_cache
@edge.signed_in
@require_POST
def hide(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Hide a piece for oneself, or show it again."""
    act = acts.show_again if request.POST.get("undo") else acts.hide
    act(edge.actor(request), person=_me(request), reference=reference)
    return _back(request, reference)


@never_cache
@edge.signed_in
@require_POST
def mute(request: HttpRequest, person_id: str) -> HttpResponseBase:
    """Put away what somebody writes, for oneself, or show it again."""
    muted = find_person(person_id) if "\0" not in person_id else None
    if muted is None:
        raise Http404
    act = acts.unmute if request.POST.get("undo") else acts.mute
    act(edge.actor(request), person=_me(request), muted=muted)
    return _back(request, request.POST.get("beside", "") or f"person:{muted.pk}")


def _back(request: HttpRequest, reference: str) -> HttpResponseBase:
    """To the page of what was acted on, or to the list of what one put away."""
    if request.POST.get("beside") == "list":
        return redirect("forum:put_away")
    reference = reference.replace("\0", "")
    shown = registry.show([reference], edge.actor(request).person_id).get(reference)
    return redirect(shown.address if shown else reverse("forum:put_away"))


def _reportable(request: HttpRequest, reference: str) -> tuple[Shown, bool]:
    """What is reported, as its reporter sees it, and whether it is somebody's conduct."""
    reference = reference.replace("\0", "")
    of_conduct = reference.startswith("person:")
    shown = registry.show([reference], edge.actor(request).person_id).get(reference)
    if shown is None or not (of_conduct or moderated.moderated(reference)):
        raise Http404
    return shown, of_conduct


def _sides(request: HttpRequest) -> list[tuple[str, str, bool]]:
    sides = (
        ("Decisions about you", "forum:about_mine"),
        ("Your reports", "forum:my_reports"),
        ("Muted and hidden", "forum:put_away"),
    )
    return [(label, reverse(name), request.path == reverse(name)) for label, name in sides]


def _me(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
