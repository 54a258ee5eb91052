"""Runs as pages: every attempt of a study, one with what its log was found to say, the log itself, and one's own keys."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stoa.evaluation.verdicts import faults_in
from stoa.kit import edge
from stoa.kit.act import Actor
from stoa.kit.faults import Closed, Refused
from stoa.kit.files.answering import attachment
from stoa.kit.powers import may
from stoa.lab import acts, forms, queries, rules
from stoa.lab.models import Result, Run
from stoa.lab.views.faults import in_words
from stoa.lab.views.studies import ATTEMPTS, comparisons, found_study, frame
from stoa.lab.views.words import duration, is_back, measure_of, measured, run_outcome, run_state, status, title_of
from stoa.people.models import Person

SHOWN_FAULTS = 50
ASIDE, AGAIN = "lab.run.set_aside", "lab.run.count_again"


@require_safe
def index(request: HttpRequest, number: int) -> HttpResponseBase:
    """Every attempt of a study."""
    study = found_study(number)
    rows = queries.runs_of(study)
    context = {**frame(study), "table": ATTEMPTS.page(request, rows)}
    return ATTEMPTS.download(request, rows) or render(request, "lab/runs.html", context)


@require_safe
def run(request: HttpRequest, number: int, run: int) -> HttpResponseBase:
    """One attempt: what its log was found to say, with every number recomputed, or what differs."""
    study, one = _found(number, run)
    actor, found = edge.actor(request), one.found or {}
    word, then = run_state(one)
    again = one.reproductions.select_related("member", "study")
    faults = [in_words(fault) for fault in (found.get("faults") or [])[:SHOWN_FAULTS]]
    context = {
        **frame(study),
        "run": one,
        "run_word": word,
        "run_then": then,
        "suite": title_of(one.suite),
        "measures": measured(one.suite, one.measures.all()),
        "faults": faults,
        "unshown": f"{faults_in(found) - len(faults):,}" if faults_in(found) > len(faults) else "",
        "not_measurable": [_titled(one.suite, name) for name in found.get("not_measurable") or []],
        "facts": _facts(one, found),
        "reproductions": [(other, run_outcome(other)) for other in again.order_by("number")],
        "result": (result := queries.result_of(one, actor)),
        "compared": _compared(one, result),
        "waits": (waits := result is not None and rules.waits(result)),
        "would_count": queries.dependence_of(result, actor) if result and waits else None,
        "may_fetch": rules.may_fetch_log(actor, one),
        "awaited": rules.is_awaited(one),
        "committed": _committed(actor, one),
        "may_set_aside": _may_judge(actor, ASIDE, one),
        "may_count_again": _may_judge(actor, AGAIN, one),
    }
    return render(request, "lab/run.html", context)


def _compared(one: Run, result: Result | None) -> list[dict[str, Any]]:
    """How the reproductions of a claim differ from it, or this one from its claim."""
    if one.reproduces_id is None:
        return list(comparisons(result)) if result else []
    of = Result.objects.select_related("study", "claim__plan").filter(claim=one.reproduces_id).first()
    return [said for said in comparisons(of) if said["run"] == str(one.number)] if of else []


def _committed(actor: Actor, one: Run) -> bool:
    """Whether to say that the run is committed to: to its member alone, and to all once it failed."""
    shown = one.state == Run.State.FAILED or (actor.person_id == one.member_id and one.state == Run.State.BEGUN)
    return shown and hasattr(one, "commitment")


def _titled(suite: str, measure: str) -> str:
    known = measure_of(suite, measure)
    return known.title if known else measure


@edge.signed_in
def aside(request: HttpRequest, number: int, run: int) -> HttpResponseBase:
    """Let a run count no more, or again, with a public reason."""
    _, one = _found(number, run)
    actor, back = edge.actor(request), is_back(request, one.set_aside)
    deed, power = (acts.count_again, AGAIN) if back else (acts.set_aside, ASIDE)
    if request.method != "POST" and not _may_judge(actor, power, one):
        raise Refused(
            "You can't set this run aside or let it count again.", remedy="Stewards can, not in their own matter."
        )
    form = forms.ReasonForm(edge.sent(request), initial=edge.typed(request, forms.ReasonForm))
    if form.is_valid() and form.carry_out(lambda: deed(actor, run=one, reason=form.cleaned_data["reason"])):
        messages.success(request, "It counts again." if back else "It counts no more.")
        return redirect(one)
    context = {"form": form, "run": one, "study": one.study, "back": back}
    return render(request, "lab/set_aside.html", context, status=status(form))


def _may_judge(actor: Actor, power: str, one: Run) -> bool:
    """Whether somebody may say of a run whether it counts: of one that decides, or that was set aside."""
    decides = rules.counts(one) if power == ASIDE else one.set_aside is not None
    return decides and not rules.is_party(actor, one) and may(actor, power, one)


@require_safe
def log(request: HttpRequest, number: int, run: int) -> HttpResponseBase:
    """The log of a run, as a file."""
    _, one = _found(number, run)
    if one.upload is None:
        raise Http404
    if not rules.may_fetch_log(edge.actor(request), one):
        raise Closed("This log can’t be fetched yet.", remedy="The page of the run says when it can.")
    return attachment(one.upload)


@never_cache
@edge.signed_in
def keys(request: HttpRequest) -> HttpResponseBase:
    """The keys by which one's logs are signed."""
    actor, me = edge.actor(request), Person.objects.get(pk=request.user.pk)
    ending = request.POST.get("end", "")
    if ended := next((key for key in queries.keys_of(actor).filter(ended=None) if key.pk == ending), None):
        acts.end_key(actor, person=me, key=ended)
        messages.success(request, "The key signs no more.")
        return redirect("lab:keys")
    form = forms.KeyForm(edge.sent(request), initial=edge.typed(request, forms.KeyForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.register_key(actor, person=me, key=form.cleaned_data["key"], name=form.cleaned_data["name"])
    ):
        messages.success(request, "The key is registered.")
        return redirect("lab:keys")
    return render(request, "lab/keys.html", {"form": form, "keys": queries.keys_of(actor)}, status=status(form))


def _found(number: int, run: int) -> tuple[Any, Run]:
    study = found_study(number)
    one = queries.find_run(study, run)
    if one is None:
        raise Http404
    one.study = study  # with its authors
    return study, one


def _facts(one: Run, found: dict[str, Any]) -> list[tuple[str, object]]:
    seconds, tokens = found.get("seconds"), found.get("tokens")
    return [
        ("By", one.member.shown_name),
        ("Of", one.organisation.name if one.organisation else None),
        ("Suite", f"{one.suite}, version {one.suite_version}"),
        ("Samples", f"{found['samples']:,}" if isinstance(found.get("samples"), int) else None),
        ("Tokens", f"{tokens:,}" if isinstance(tokens, int) else None),
        ("Checked in", duration(int(seconds)) if isinstance(seconds, int | float) and seconds >= 60 else None),
        ("Plan", f"version {one.plan.number}"),
    ]
