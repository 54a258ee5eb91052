"""Registering models and versions, correcting and removing them."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from stoa.kit import edge
from stoa.kit.faults import Invalid, Refused
from stoa.kit.powers import may
from stoa.lab import acts, forms, queries, rules
from stoa.lab.acts.open_models import MODEL_SAYS
from stoa.lab.models import Model, ModelVersion
from stoa.lab.views.open_models import found_model, found_version
from stoa.lab.views.words import is_back, status

SHOWN = ("label", "digest", "file", "format", "bytes", "parameters", "context", "licence", "made_from", "card")
WHO = "Members and trainees register models; whoever did corrects them, and stewards do."


@edge.signed_in
def new_model(request: HttpRequest) -> HttpResponseBase:
    """Register a model."""
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_register_models(actor):
        raise Refused("You can't register models.", remedy=WHO)
    if "fill" in request.POST:
        return _filled_model(request)
    form = forms.ModelForm(edge.sent(request), initial=edge.typed(request, forms.ModelForm))
    if form.is_valid() and form.carry_out(lambda: acts.register_model(actor, says=form.says())):
        messages.success(request, "The model is registered. Now register the version that you run.")
        return redirect(form.outcome)
    context = {"form": form, "filling": forms.ModelFillForm()}
    return render(request, "lab/model_form.html", context, status=status(form))


def _filled_model(request: HttpRequest) -> HttpResponseBase:
    """The form of a model with what a card says; nothing is registered yet."""
    filling = forms.ModelFillForm(request.POST)
    ready = filling.is_valid()
    form = forms.ModelForm(initial=filling.filled() if ready else {})
    context = {"form": form, "filling": filling, "filled": ready, "unsaid": filling.unsaid() if ready else []}
    return render(request, "lab/model_form.html", context, status=200 if ready else 422)


@edge.signed_in
def edit_model(request: HttpRequest, number: int) -> HttpResponseBase:
    """Correct what is said of a model."""
    model, actor = found_model(number), edge.actor(request)
    if request.method != "POST" and not may(actor, "lab.model.correct", model):
        raise Refused("You can't correct this model.", remedy=WHO)
    values = {name: getattr(model, name) for name in MODEL_SAYS}
    form = forms.ModelForm(edge.sent(request), initial={**values, **edge.typed(request, forms.ModelForm)})
    if form.is_valid() and form.carry_out(lambda: acts.correct_model(actor, model=model, says=form.says())):
        messages.success(request, "The model is corrected.")
        return redirect(model)
    return render(request, "lab/model_form.html", {"form": form, "model": model}, status=status(form))


@edge.signed_in
def remove_model(request: HttpRequest, number: int) -> HttpResponseBase:
    """Take a model from the lists, or put it back."""
    model = found_model(number)
    deed = acts.restore_model if is_back(request, model.removed) else acts.remove_model
    return _remove(request, model, lambda actor, why: deed(actor, model=model, reason=why))


@edge.signed_in
def new_version(request: HttpRequest, number: int) -> HttpResponseBase:
    """Register a version of a model."""
    model, actor = found_model(number), edge.actor(request)
    if request.method != "POST" and not rules.may_register_models(actor):
        raise Refused("You can't register versions.", remedy=WHO)
    if "fill" in request.POST:
        return _filled(request, model)
    form = forms.VersionForm(edge.sent(request), initial=edge.typed(request, forms.VersionForm))
    if form.is_valid() and form.carry_out(
        lambda: acts.register_version(
            actor, model=model, digest=form.cleaned_data["digest"], says=form.says(), bases=_bases(form)
        )
    ):
        messages.success(request, "The version is registered.")
        return redirect(form.outcome)
    context = {"form": form, "filling": forms.FillForm(), "model": model}
    return render(request, "lab/version_form.html", context, status=status(form))


def _filled(request: HttpRequest, model: Model) -> HttpResponseBase:
    """The form of a version with what a card and the head of the weights say; nothing is registered yet."""
    filling = forms.FillForm(request.POST)
    ready = filling.is_valid()
    form = forms.VersionForm(initial=filling.filled(model) if ready else {})
    unsaid = filling.unsaid() if ready else []
    context = {"form": form, "filling": filling, "filled": ready, "unsaid": unsaid, "model": model}
    return render(request, "lab/version_form.html", context, status=200 if ready else 422)


@edge.signed_in
def edit_version(request: HttpRequest, number: int, pk: int) -> HttpResponseBase:
    """Correct what is said of a version."""
    version, actor = found_version(number, pk), edge.actor(request)
    if request.method != "POST" and not may(actor, "lab.version.correct", version):
        raise Refused("You can't correct this version.", remedy=WHO)
    initial = {**_values(version), **edge.typed(request, forms.VersionForm)}
    form = forms.VersionForm(edge.sent(request), initial=initial)
    form.fields["digest"].disabled = True
    if form.is_valid() and form.carry_out(
        lambda: acts.correct_version(actor, version=version, says=form.says(), bases=_bases(form, version))
    ):
        messages.success(request, "The version is corrected.")
        return redirect(version)
    context = {"form": form, "model": version.model, "version": version}
    return render(request, "lab/version_form.html", context, status=status(form))


@edge.signed_in
def remove_version(request: HttpRequest, number: int, pk: int) -> HttpResponseBase:
    """Take a version from the lists, or put it back."""
    version = found_version(number, pk)
    deed = acts.restore_version if is_back(request, version.removed) else acts.remove_version
    return _remove(request, version, lambda actor, why: deed(actor, version=version, reason=why))


def _remove(request: HttpRequest, one: Model | ModelVersion, deed: Any) -> HttpResponseBase:
    actor, back = edge.actor(request), is_back(request, one.removed)
    kind = "version" if isinstance(one, ModelVersion) else "model"
    if request.method != "POST" and not may(actor, f"lab.{kind}.{'restore' if back else 'remove'}", one):
        raise Refused("You can't remove this or put it back.", remedy="Stewards and founders can.")
    form = forms.ReasonForm(edge.sent(request), initial=edge.typed(request, forms.ReasonForm))
    if form.is_valid() and form.carry_out(lambda: deed(actor, form.cleaned_data["reason"])):
        messages.success(request, "It is back on the lists." if back else "It is removed from the lists.")
        return redirect(one)
    return render(request, "lab/remove.html", {"form": form, "one": one, "back": back}, status=status(form))


def _bases(form: forms.VersionForm, version: ModelVersion | None = None) -> list[tuple[ModelVersion, str]]:
    """The base that the form names, and further ones that stand already."""
    further = version.bases.select_related("base")[1:] if version else []
    kept = [(one.base, one.relation) for one in further]
    digest = form.cleaned_data["base"].strip()
    if not digest:
        return kept
    base = queries.version_of_digest(digest)
    if base is None:
        raise Invalid("No version with this digest is registered.", remedy="Look it up under models.", field="base")
    return [(base, form.cleaned_data["relation"]), *kept]


def _values(version: ModelVersion) -> dict[str, Any]:
    first = version.bases.select_related("base").first()
    made = {"base": first.base.digest, "relation": first.relation} if first else {}
    header = json.dumps(version.header, indent=1, ensure_ascii=False) if version.header else ""
    return {**{name: getattr(version, name) for name in SHOWN}, **made, "header": header}
