"""Taking applications in from a file: bring it, say which column is what, look, and take them in as one act."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from stoa.kit import edge
from stoa.kit.faults import Fault, Invalid, Refused
from stoa.kit.files import acts as files
from stoa.kit.files.fields import brought
from stoa.kit.files.queries import own_file
from stoa.kit.powers import may
from stoa.members import acts
from stoa.members.forms.importing import BringForm, MappingForm
from stoa.members.models import Call
from stoa.members.queries.importing import sheet_of
from stoa.members.rules.incoming import guess, read_rows
from stoa.members.views.calls import found, frame
from stoa.people.models import Person

MOST_SHOWN = 100
"""Rows that can't be taken in, and rows that can, that a preview names."""
MOST_EXAMPLES = 10


@never_cache
@edge.signed_in
def bring(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Bring a file of applications."""
    call = _taking(request, slug)
    data, faults = edge.sent(request), dict[str, Fault]()
    if data is not None:
        person = Person.objects.get(pk=edge.actor(request).person_id)
        data, faults = brought(edge.actor(request), person, data, request.FILES)
    form = BringForm(data)
    if form.is_valid() and (upload := own_file(edge.actor(request).person_id, str(form.cleaned_data["file"]))):
        try:
            sheet_of(upload)
        except Invalid as fault:
            faults["file"] = fault
        else:
            return redirect("members:import_file", slug, upload.pk)
    for wrong in faults.values() if form.errors or faults else ():
        form.errors.pop("file", None)
        form.add_error("file", f"{wrong.message} {wrong.remedy}".strip())
    context = {**frame(call), "form": form}
    return render(request, "members/import.html", context, status=422 if form.errors else 200)


@never_cache
@edge.signed_in
def map_columns(request: HttpRequest, slug: str, upload: str) -> HttpResponseBase:
    """Say which column is what, look at what comes of it, and take in all rows that can be."""
    call, actor = _taking(request, slug), edge.actor(request)
    file = own_file(actor.person_id, upload)
    if file is None:
        raise Http404
    sheet = sheet_of(file)
    form = MappingForm(edge.sent(request), call=call, sheet=sheet, guessed=guess(sheet.columns, call))
    context = {**frame(call), "form": form, "rows": len(sheet.rows)}
    if form.is_valid():
        good, bad = read_rows(sheet, form.mapping(), call)
        context |= {
            "looked": True,
            "good": len(good),
            "bad": len(bad),
            "examples": good[:MOST_EXAMPLES],
            "faults": bad[:MOST_SHOWN],
        }
        if "take" in request.POST and form.carry_out(
            lambda: acts.import_applications(actor, call=call, incoming=good, digest=file.digest)
        ):
            files.drop(actor, upload=file)
            added, before = form.outcome, len(good) - form.outcome
            messages.success(request, f"{added:,} applications are in the call; {before:,} were there before.")
            return redirect("members:applications", slug)
    return render(request, "members/import_file.html", context, status=422 if form.errors else 200)


def _taking(request: HttpRequest, slug: str) -> Call:
    call = found(request, slug)
    if not may(edge.actor(request), "members.applications.import", call):
        raise Refused("You can't take applications in.", remedy="Stewards, founders and the call's organisers can.")
    return call
