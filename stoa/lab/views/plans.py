"""A plan as JSON, changing it in sight, and ending a study."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from stoa.kit import edge
from stoa.kit.faults import Conflict, Refused
from stoa.kit.powers import may
from stoa.lab import acts, forms, queries, rules
from stoa.lab.models import ModelVersion, Study
from stoa.lab.views.plan_changes import Change, changes
from stoa.lab.views.studies import found_study, frame
from stoa.lab.views.words import status

MOST_OFFERED = 20


@require_safe
def plan(request: HttpRequest, number: int) -> HttpResponse:
    """The plan in force as a file, or with `?version=` an earlier one."""
    study = found_study(number)
    asked = request.GET.get("version", "")
    plans = study.plans.select_related("study")
    known = asked.isascii() and asked.isdecimal() and len(asked) < 10
    one = plans.filter(number=int(asked)).first() if known else plans.last()
    if one is None:
        raise Http404
    body = json.dumps(queries.plan_as_given(one), ensure_ascii=False, indent=1) + "\n"
    name = f"plan-{study.number}-{one.number}.json"
    answer = HttpResponse(body, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@edge.signed_in
def change(request: HttpRequest, number: int) -> HttpResponseBase:
    """Change a registered plan, in sight and with the reason."""
    study, actor = _own(request, number), edge.actor(request)
    form = forms.ChangeForm(edge.sent(request), initial=_values(study), offered=_offered(study))
    if form.is_valid() and form.carry_out(
        lambda: acts.change_plan(
            actor,
            study=study,
            version=form.cleaned_data["version"],
            says=form.says(),
            reason=form.cleaned_data["reason"],
        )
    ):
        messages.success(request, "The plan is changed. Runs that begin from now on are held to it.")
        return redirect(study)
    context = {**frame(study), "form": form}
    if isinstance(form.fault, Conflict):
        context["meanwhile"] = _merged(form, request.POST, study)
    return render(request, "lab/change_plan.html", context, status=status(form))


def _merged(form: forms.ChangeForm, sent: QueryDict, study: Study) -> list[Change]:
    """Let the form be sent again as typed, over the plan in force, and say what that changed since the one that was read."""
    plans = study.plans
    read, latest = plans.filter(number=form.cleaned_data["version"]).first(), plans.latest("number")
    data = sent.copy()
    data["version"] = str(latest.number)
    form.data = data
    return changes(read.plan, latest.plan) if read else []


@edge.signed_in
def end(request: HttpRequest, number: int) -> HttpResponseBase:
    """Close a study with what it concludes, or withdraw it."""
    study, actor = found_study(number), edge.actor(request)
    if request.method != "POST" and not may(actor, "lab.study.withdraw", study):
        raise Refused("You are not an author of this study.", remedy="Its authors end it.")
    form = forms.EndForm(edge.sent(request), initial=edge.typed(request, forms.EndForm))
    deeds = {"close": acts.close_study, "withdraw": acts.withdraw_study}
    if form.is_valid() and form.carry_out(
        lambda: deeds[form.cleaned_data["how"]](actor, study=study, ending=form.cleaned_data["ending"])
    ):
        messages.success(request, "The study has ended.")
        return redirect(study)
    return render(request, "lab/end.html", {**frame(study), "form": form}, status=status(form))


def _own(request: HttpRequest, number: int) -> Study:
    study = found_study(number)
    if request.method != "POST" and not rules.is_author(edge.actor(request), study):
        raise Refused("You are not an author of this study.", remedy="Its authors change its plan.")
    return study


def _values(study: Study) -> dict[str, Any]:
    names = ("margin", "spread", "power", "stopping", "method")
    latest = study.plans.latest("number")
    primary = f"{study.primary_suite} {study.primary_measure}"
    parts = {"models": [str(one.version_id) for one in study.models.all()]} | {
        one.suite: one.samples for one in study.suites.all()
    }
    return {"primary": primary, "version": latest.number} | parts | {name: getattr(study, name) for name in names}


def _offered(study: Study) -> list[ModelVersion]:
    """The versions that the plan has, and the first by name of those that it could have; others are named by their address."""
    chosen = [one.version for one in study.models.select_related("version__model")]
    return list({one.pk: one for one in [*chosen, *queries.versions()[:MOST_OFFERED]]}.values())
