"""Drafting a study in steps, each with a save button; then its plan is read once more and registered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from stoa.kit import edge
from stoa.kit.faults import Conflict, Invalid, Refused
from stoa.lab import acts, forms, queries, rules
from stoa.lab.models import Study
from stoa.lab.views.studies import frame
from stoa.lab.views.words import status, title_of
from stoa.methods.evaluation import sample_size
from stoa.people.models import Person
from stoa.people.queries import find_person

STEPS = {"question": "Question", "models": "Models", "suites": "Suites", "plan": "Plan"}
MOST_OFFERED = 40
USUAL_VARIANCE = 0.25
WHO = "Members and trainees draft studies."


@edge.signed_in
def index(request: HttpRequest) -> HttpResponseBase:
    """One's drafts, and those that one was asked to be an author of."""
    actor = edge.actor(request)
    context = {"drafts": queries.drafts(actor)[:100], "may_draft": rules.may_draft(actor)}
    return render(request, "lab/drafts.html", context)


@edge.signed_in
def begin(request: HttpRequest) -> HttpResponseBase:
    """Begin to draft a study: its question."""
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_draft(actor):
        raise Refused("You can't draft studies.", remedy=WHO)
    initial = {"version": queries.last_drafted(actor), "question": request.GET.get("question", "")}
    initial |= edge.typed(request, forms.QuestionForm)
    form = forms.QuestionForm(edge.sent(request), initial=initial)
    if form.is_valid() and form.carry_out(lambda: acts.draft_study(actor, says=form.says())):
        return redirect("lab:edit_draft", form.outcome.pk, "models")
    context = {"form": form, "step": "question", "steps": _steps(None, "question"), "keep": f"new-{request.user.pk}"}
    return render(request, "lab/draft_step.html", context, status=status(form))


@never_cache
@edge.signed_in
def edit(request: HttpRequest, draft: str, step: str) -> HttpResponseBase:
    """One step of a draft, saved by its button and as it is typed."""
    study, actor = found_draft(request, draft), edge.actor(request)
    if step not in STEPS:
        raise Http404
    form = _form(request, study, step)
    if form.is_valid() and form.carry_out(
        lambda: acts.edit_study(actor, study=study, version=form.cleaned_data["version"], says=form.says())
    ):
        if edge.saves_itself(request):
            return JsonResponse({"fields": {"version": form.outcome.version}})
        if "stay" in request.POST:
            messages.success(request, "It is saved.")
        return redirect(_next(study, step, request))
    if edge.saves_itself(request):
        return edge.not_saved(form)
    context = {
        **_frame(study),
        "form": form,
        "step": step,
        "steps": _steps(study, step),
        "found": request.GET.get("q", ""),
    }
    if isinstance(form.fault, Conflict):
        context["meanwhile"] = _meanwhile(study, step)
        form.data = {**form.data.dict(), "version": study.version}
    return render(request, "lab/draft_step.html", context, status=status(form))


@never_cache
@edge.signed_in
def draft(request: HttpRequest, draft: str) -> HttpResponseBase:
    """A draft as its plan will read, and the button that registers it; or that drops it."""
    study, actor = found_draft(request, draft), edge.actor(request)
    form = forms.ConfirmForm(edge.sent(request), initial={"version": study.version})
    if "drop" in request.POST:
        acts.drop_study(actor, study=study)
        messages.success(request, "The draft is deleted.")
        return redirect("lab:drafts")
    if form.is_valid() and form.carry_out(
        lambda: acts.register_plan(actor, study=study, version=form.cleaned_data["version"])
    ):
        messages.success(request, "The plan is registered. Runs can begin.")
        return redirect(form.outcome)
    context = {
        **_frame(study),
        "form": form,
        "steps": _steps(study, ""),
        "suites": [(one, title_of(one.suite)) for one in study.suites.all()],
        "primary": f"{title_of(study.primary_suite)}: {study.primary_measure}" if study.primary_suite else "",
    }
    return render(request, "lab/draft.html", context, status=status(form))


@never_cache
@edge.signed_in
def authors(request: HttpRequest, draft: str) -> HttpResponseBase:
    """Who are the authors of a draft: ask somebody, accept, leave."""
    study, actor = found_draft(request, draft), edge.actor(request)
    me = Person.objects.get(pk=request.user.pk)
    if "accept" in request.POST:
        acts.accept_authorship(actor, person=me, study=study)
        return redirect("lab:draft", study.pk)
    if "leave" in request.POST:
        acts.leave_authorship(actor, person=me, study=study)
        return redirect("lab:drafts")
    form = forms.AskForm(edge.sent(request), initial=edge.typed(request, forms.AskForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.ask_author(actor, study=study, person=_person(form.cleaned_data["person"]))
    ):
        messages.success(request, "They get a mail and see the draft now; they are an author once they accept.")
        return redirect("lab:draft_authors", study.pk)
    return render(request, "lab/authors.html", {**_frame(study), "form": form}, status=status(form))


def found_draft(request: HttpRequest, pk: str) -> Study:
    """The draft of this id, if who asks may know of it; or a page that says there is none."""
    study = queries.find_draft(pk, edge.actor(request))
    if study is None:
        raise Http404
    return study


def needed(study: Study) -> int:
    """How many samples find a difference of the margin's size with the power wanted, by the formula of `sample_size`."""
    return sample_size(study.margin, spread=study.spread or USUAL_VARIANCE, power=study.power)


def _form(request: HttpRequest, study: Study, step: str) -> Any:
    sent, initial = edge.sent(request), _values(study, step)
    if step == "question":
        return forms.QuestionForm(sent, initial={**initial, **edge.typed(request, forms.QuestionForm)})
    if step == "models":
        return forms.ModelsForm(sent, initial=initial, offered=_offered(request, study))
    if step == "suites":
        return forms.SuitesForm(sent, initial=initial)
    return forms.PlanForm(sent, initial=initial, suites=[one.suite for one in study.suites.all()])


def _values(study: Study, step: str) -> dict[str, Any]:
    """What a step shows of a draft."""
    values: dict[str, Any] = {"version": study.version}
    if step == "question":
        return values | {"title": study.title, "question": study.question_id, "why": study.why}
    if step == "models":
        return values | {"models": [str(one.version_id) for one in study.models.all()]}
    if step == "suites":
        return values | {one.suite: one.samples for one in study.suites.all()}
    names = ("margin", "spread", "power", "stopping", "method")
    primary = f"{study.primary_suite} {study.primary_measure}" if study.primary_suite else ""
    return values | {"primary": primary} | {name: getattr(study, name) for name in names}


def _offered(request: HttpRequest, study: Study) -> list[Any]:
    """The versions that a draft has, those that were sent, and what is found by the words asked for."""
    chosen = [one.version for one in study.models.all()]
    asked = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = queries.versions()
    found = rows.filter(model__name__icontains=asked) if asked else rows
    sent = [int(pk) for pk in request.POST.getlist("models") if pk.isascii() and pk.isdecimal() and len(pk) < 19]
    named = list(rows.filter(pk__in=sent)) if sent else []
    return list({one.pk: one for one in [*chosen, *named, *found[:MOST_OFFERED]]}.values())


def _next(study: Study, step: str, request: HttpRequest) -> str:
    """Where saving a step leads: to the next one, or after the last to the draft; it stays where that was asked for."""
    names = list(STEPS)
    following = names[names.index(step) :] if "stay" in request.POST else names[names.index(step) + 1 :]
    if not following:
        return reverse("lab:draft", args=[study.pk])
    return reverse("lab:edit_draft", args=[study.pk, following[0]])


def _steps(study: Study | None, now: str) -> list[dict[str, str]]:
    done = _done(study) if study else {}
    rows = []
    for name, label in STEPS.items():
        url = reverse("lab:edit_draft", args=[study.pk, name]) if study else ""
        rows.append(
            {"label": label, "url": url, "status": "now" if name == now else "done" if done.get(name) else "next"}
        )
    return rows


def _done(study: Study) -> dict[str, bool]:
    return {
        "question": bool(study.title and study.why),
        "models": bool(study.models.all()),
        "suites": bool(study.suites.all()),
        "plan": bool(study.primary_measure and study.stopping),
    }


def _meanwhile(study: Study, step: str) -> list[tuple[str, object]]:
    """What a step says as somebody else saved it."""
    return [(name, value) for name, value in _values(study, step).items() if name != "version"]


def _frame(study: Study) -> dict[str, Any]:
    return {**frame(study), "draft": study, "keep": study.pk, "needed": needed(study)}


def _person(pk: str) -> Person:
    person = find_person(pk)
    if person is None:
        raise Invalid("Nobody here has this page.", remedy="Copy the address of their page.", field="person")
    return person
