"""Bringing a file of another program's results: choose it, see what was read in it, and bring it in or drop it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from stoa.kit import edge
from stoa.kit.faults import Fault, Refused
from stoa.kit.files.fields import brought
from stoa.lab import acts, forms, queries, rules
from stoa.lab.apart import can_check
from stoa.lab.incoming import given_by
from stoa.lab.models import ImportedResult, ResultFile
from stoa.lab.views.words import status
from stoa.people.models import Person

MOST_SHOWN = 200
"""Numbers that a preview shows."""


@never_cache
@edge.signed_in
def bring(request: HttpRequest) -> HttpResponseBase:
    """Choose a file, and say of which version it is; below stand those that were chosen before."""
    actor = edge.actor(request)
    if request.method != "POST" and not rules.may_import(actor):
        raise Refused("You can't bring results.", remedy="Members and trainees do.")
    me = Person.objects.get(pk=request.user.pk)
    data, faults = edge.sent(request), dict[str, Fault]()
    if data is not None:
        data, faults = brought(actor, me, data, request.FILES, sort="results")
    form = forms.ResultFileForm(data)
    if not faults and form.is_valid() and form.carry_out(lambda: acts.begin_import(actor, person=me, **form.says())):
        return redirect(form.outcome)
    for wrong in faults.values():
        form.errors.pop("upload", None)
        form.add_error("upload", f"{wrong.message} {wrong.remedy}".strip())
    context = {"form": form, "files": queries.result_files(actor)}
    return render(request, "lab/bring.html", context, status=status(form))


@never_cache
@edge.signed_in
def result_file(request: HttpRequest, draft: str) -> HttpResponseBase:
    """A file that was chosen: what it would bring, or why it can't be read."""
    actor = edge.actor(request)
    file = queries.result_files(actor).filter(pk=draft).first() if "\0" not in draft else None
    if file is None:
        raise Http404
    form = edge.ActForm(edge.sent(request))
    if "drop" in request.POST:
        acts.drop_import(actor, file=file)
        messages.success(request, "The file is deleted.")
        return redirect("lab:bring")
    if form.is_valid() and form.carry_out(lambda: acts.import_results(actor, **given_by(file), file=file)):
        messages.success(request, _said(form.outcome))
        return redirect("lab:imported")
    rows = list(_numbers(file))
    context = {
        "file": file,
        "form": form,
        "rows": rows[:MOST_SHOWN],
        "more": len(rows) - MOST_SHOWN,
        "facts": _facts(file, len(rows)),
        "before": _before(file),
        "checks_here": can_check(),
    }
    return render(request, "lab/result_file.html", context, status=status(form))


def _numbers(file: ResultFile) -> Iterator[tuple[Any, ...]]:
    for one in (file.found or {}).get("results", ()):
        for name, values in one["measures"].items():
            yield one["suite"], name, *(values.get(key) for key in ("value", "error", "samples"))


def _facts(file: ResultFile, numbers: int) -> list[tuple[str, object]]:
    found = file.found or {}
    if not found:
        return []
    return [
        ("From", ImportedResult.Format(found["format"]).label),
        ("Made by", found["made_by"]),
        ("Model, as the file has it", found["model"]),
        ("Version here", str(file.version) if file.version else "none named"),
        ("Samples", f"{found['samples']:,}" if found["samples"] else "not known"),
        ("Numbers", f"{numbers:,}"),
    ]


def _before(file: ResultFile) -> bool:
    """Whether results of the very same file were brought in before."""
    return file.found is not None and ImportedResult.objects.filter(source=file.found["source"]).exists()


def _said(new: int) -> str:
    if not new:
        return "They were there before: nothing changed."
    return f"{new:,} new {'result' if new == 1 else 'results'}, shown as imported."
