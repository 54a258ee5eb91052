"""Pages for those who handle cases: what waits, one case, removing and putting back; and the figures for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stoa.forum import acts
from stoa.forum.forms.moderation import DecisionForm, RemoveForm
from stoa.forum.models import Case
from stoa.forum.queries import figures, moderation
from stoa.forum.queries.figures import Month
from stoa.forum.queries.moderation import Matter
from stoa.forum.words.reasons import reason_words
from stoa.kit import edge, moderated, registry
from stoa.kit.act import authority
from stoa.kit.edge import ActForm
from stoa.kit.faults import Refused
from stoa.kit.moderated import State
from stoa.kit.tables import Column, Filter, Listing, link

READS = "forum.report.read"

CASES = Listing[Matter](
    name="cases",
    caption="Cases",
    columns=[
        Column(
            "about",
            "About",
            lambda m: m.title,
            show=lambda m: link(capfirst(m.title), reverse("forum:case", args=[m.case.pk])),
        ),
        Column("asks", "What", lambda m: m.asks),
        Column("reasons", "Reasons", lambda m: m.reasons, show=lambda m: m.reasons or "–"),
        Column("reports", "Reports", lambda m: len(m.case.reports.all()), numeric=True),
        Column("since", "Since", lambda m: m.since),
    ],
    filters=[
        Filter(
            "what",
            "What",
            lambda rows, what: [row for row in rows if row.asks == what],
            choices=[(word, word) for word in ("report", "first post", "complaint", "appeal")],
        )
    ],
    sort="since",
    empty="Nothing waits for you.",
)

MONTHS = Listing[Month](
    name="moderation",
    caption="What moderators did, by month",
    columns=[
        Column("month", "Month", lambda m: m.month, show=lambda m: m.words),
        Column("removed", "Removed", lambda m: m.removed, numeric=True),
        Column("restored", "Put back without an appeal", lambda m: m.restored, numeric=True),
        Column("appeals", "Appeals decided", lambda m: m.appeals, numeric=True),
        Column("reversed", "of them put back", lambda m: m.reversed, numeric=True),
        Column("released", "First posts let through", lambda m: m.released, numeric=True),
        Column("hours", "Hours to a decision (median)", lambda m: m.hours, numeric=True),
    ],
    sort="-month",
    per_page=24,
    empty="Nothing has been removed or held yet.",
)

REASONS = Listing[tuple[str, int]](
    name="removed-by-reason",
    caption="Removed, by reason",
    columns=[
        Column("reason", "Reason", lambda row: row[0], show=lambda row: reason_words(row[0])),
        Column("removed", "Removed", lambda row: row[1], numeric=True),
    ],
    sort="-removed",
    prefix="r-",
    empty="Nothing has been removed yet.",
)


@require_safe
def figures_page(request: HttpRequest) -> HttpResponseBase:
    """What moderators did, in figures, for everybody."""
    months = figures.months()
    reasons = figures.removed_for(months)
    found = MONTHS.download(request, months) or REASONS.download(request, reasons)
    if found is not None:
        return found
    context = {
        "months": MONTHS.page(request, months),
        "reasons": REASONS.page(request, reasons),
        "years": figures.reports_by_year(),
        "fewest": figures.FEWEST,
    }
    return render(request, "forum/moderation_figures.html", context)


@never_cache
@edge.signed_in
def queue(request: HttpRequest) -> HttpResponseBase:
    """What waits for whoever looks, or what was decided."""
    viewer = _handler(request)
    decided = request.GET.get("state") == "decided"
    rows = moderation.matters((moderation.cases_decided if decided else moderation.cases_waiting)(viewer), viewer)
    here = reverse("forum:queue")
    context = {
        "table": CASES.page(request, rows),
        "sides": [("Waiting", here, not decided), ("Decided", f"{here}?state=decided", decided)],
    }
    return CASES.download(request, rows) or render(request, "forum/moderation_queue.html", context)


@never_cache
@edge.signed_in
def case_page(request: HttpRequest, case_id: str) -> HttpResponseBase:
    """A case: what it is about, what was reported, and a form for those who decide it now."""
    case = _case(request, case_id)
    if not moderation.waits_for(case, edge.actor(request).person_id):
        return _shown(request, case)
    form = DecisionForm(edge.sent(request), initial=edge.typed(request, DecisionForm))
    form.use(case)
    if form.is_valid() and form.carry_out(lambda: _end(request, case, form.cleaned_data)):
        messages.success(request, "It is decided.")
        return redirect("forum:queue")
    return _shown(request, case, form=form)


@never_cache
@edge.signed_in
@require_POST
def read_reports(request: HttpRequest, case_id: str) -> HttpResponseBase:
    """Show who reported what, on this one answer; each of them is told."""
    case = acts.read_reports(edge.actor(request), case=_case(request, case_id))
    return _shown(
        request,
        case,
        form=_new_form(request, case),
        reports=[(report, reason_words(report.reason)) for report in case.reports.all()],
    )


@never_cache
@edge.signed_in
@require_POST
def see_author(request: HttpRequest, case_id: str) -> HttpResponseBase:
    """Show who wrote an unsigned piece, on this one answer; they are told."""
    case = acts.see_author(edge.actor(request), case=_case(request, case_id))
    return _shown(request, case, form=_new_form(request, case), author=case.concerns, author_seen=True)


@never_cache
@edge.signed_in
@require_POST
def restore(request: HttpRequest, case_id: str) -> HttpResponseBase:
    """Put back what was removed."""
    case = acts.restore(edge.actor(request), case=_case(request, case_id))
    messages.success(request, "It is put back. Everybody can read it again.")
    return redirect("forum:case", case.pk)


@never_cache
@edge.signed_in
def remove(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Remove a piece that one came across, without waiting for a report."""
    viewer = _handler(request)
    piece = moderated.pieces([reference]).get(reference)
    shown = registry.show([reference], viewer).get(reference)
    if piece is None or shown is None or piece.state != State.STANDING:
        raise Http404
    form = RemoveForm(edge.sent(request), initial=edge.typed(request, RemoveForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.remove(
            edge.actor(request),
            reference=reference,
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
        )
    ):
        messages.success(request, "It is removed. Its author is told why, and how to appeal.")
        return redirect(shown.address)
    context = {"form": form, "piece": piece, "shown": shown}
    return render(request, "forum/moderation_remove.html", context, status=_status(form))


def _end(request: HttpRequest, case: Case, given: dict[str, Any]) -> Case:
    words, reason = given["words"], given.get("reason", "")
    return acts.by_end(edge.actor(request), case, given["decision"], reason=reason, words=words)


def _shown(request: HttpRequest, case: Case, form: DecisionForm | None = None, **context: Any) -> HttpResponseBase:
    viewer = str(edge.actor(request).person_id)
    kind = moderated.moderated(case.subject)
    piece = moderated.pieces([case.subject]).get(case.subject)
    removed = case.outcome == Case.Outcome.REMOVED and case.restored is None
    context = {
        "case": case,
        "matter": moderation.matters([case], viewer)[0],
        "piece": piece,
        "changed": piece is not None and bool(case.text) and piece.text != case.text,
        "signed": kind is None or kind.signed,
        "counted": _counted(case),
        "appeal": getattr(case, "appeal", None),
        "may_restore": removed and not moderation.appeal_waits(case),
        "form": form,
        **context,
    }
    return render(request, "forum/moderation_case.html", context, status=_status(form))


def _counted(case: Case) -> list[tuple[str, int]]:
    """How many reports gave which reason."""
    codes = [report.reason for report in case.reports.all()]
    return [(reason_words(code), codes.count(code)) for code in dict.fromkeys(codes)]


def _new_form(request: HttpRequest, case: Case) -> DecisionForm | None:
    if not moderation.waits_for(case, edge.actor(request).person_id):
        return None
    form = DecisionForm()
    form.use(case)
    return form


def _handler(request: HttpRequest) -> str:
    """Whoever asks, if they hold an office and came with what it demands; nobody else sees that there are cases."""
    actor = edge.actor(request)
    authority()(actor, READS, None)
    if actor.person_id is None:
        raise Refused("This is for those who moderate.", remedy="The charter says who they are.")
    return actor.person_id


def _case(request: HttpRequest, case_id: str) -> Case:
    case = moderation.find_case(case_id.replace("\0", ""), _handler(request))
    if case is None:
        raise Http404
    return case


def _status(form: ActForm | None) -> int:
    """422 for a form that came with faults."""
    return 422 if form is not None and form.is_bound and form.errors else 200
