"""Models as pages: the list, one with its versions and what they were made from, and one version with its card."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from stoa.kit import edge
from stoa.kit.powers import may
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.lab import queries, rules
from stoa.lab.lineage import drawn_lineage
from stoa.lab.models import Model, ModelVersion, Result
from stoa.lab.views.words import counts_as, size, title_of
from stoa.record.queries import history

RECENT = 6
LISTED = Listing[Any](
    name="models",
    caption="Models",
    columns=[
        Column("name", "Model", lambda m: m.name, show=lambda m: link(m.name, m.get_absolute_url()), order=("name",)),
        Column("maker", "Maker", lambda m: m.maker, order=("maker",)),
        Column("licence", "Licence", lambda m: m.licence, order=("licence",)),
        Column("largest", "Parameters", lambda m: m.largest, order=("largest",), numeric=True),
        Column("versions", "Versions", lambda m: m.version_count, order=("version_count",), numeric=True),
        Column("added", "Registered", lambda m: m.added, order=("added",)),
    ],
    filters=[
        Filter("q", "Words", lambda rows, t: rows.filter(Q(name__icontains=t) | Q(maker__icontains=t))),
        Filter("licence", "Licence", lambda rows, text: rows.filter(licence__iexact=text)),
    ],
    sort="name",
    empty="No model is registered yet.",
)
VERSIONS = Listing[ModelVersion](
    name="versions",
    caption="Versions",
    columns=[
        Column(
            "label", "Version", lambda v: v.label, show=lambda v: link(v.label, v.get_absolute_url()), order=("label",)
        ),
        Column("format", "Format", lambda v: v.get_format_display(), order=("format",)),
        Column("parameters", "Parameters", lambda v: v.parameters, order=("parameters",), numeric=True),
        Column("context", "Context", lambda v: v.context, order=("context",), numeric=True),
        Column("bytes", "Size", lambda v: v.bytes, show=lambda v: size(v.bytes) or "–", order=("bytes",), numeric=True),
        Column("digest", "Digest", lambda v: v.digest, show=lambda v: v.digest[7:23], order=("digest",)),
    ],
    sort="label",
    empty="No version is registered yet.",
)
RESULTS = Listing[Result](
    name="results",
    caption="What studies found of it",
    columns=[
        Column(
            "suite",
            "Suite",
            lambda r: r.suite,
            show=lambda r: link(title_of(r.suite), r.claim.get_absolute_url()),
            order=("suite",),
        ),
        Column(
            "study",
            "Study",
            lambda r: r.study.number,
            show=lambda r: link(r.study.title, r.study.get_absolute_url()),
            order=("study__number",),
        ),
        Column("state", "Counts as", counts_as, order=("state",)),
        Column("settled", "Since", lambda r: r.settled, order=("settled",)),
    ],
    sort="suite",
    prefix="results-",
    empty="No study has a result of this version yet.",
)


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Every model that is registered."""
    rows = queries.models()
    context = {"table": LISTED.page(request, rows), "may_register": rules.may_register_models(edge.actor(request))}
    return LISTED.download(request, rows) or render(request, "lab/models.html", context)


@require_safe
def model(request: HttpRequest, number: int) -> HttpResponseBase:
    """A model: what it is, its versions, and what they were made from."""
    one, actor = found_model(number), edge.actor(request)
    rows = one.versions.filter(removed=None)
    context = {
        "model": one,
        "table": VERSIONS.page(request, rows),
        "lineage": drawn_lineage(queries.lineage(one)),
        "facts": _facts(one),
        "history": history([one.reference], actor.person_id, most=RECENT),
        "may_correct": one.removed is None and may(actor, "lab.model.correct", one),
        "may_remove": one.removed is None and may(actor, "lab.model.remove", one),
        "may_restore": one.removed is not None and may(actor, "lab.model.restore", one),
        "may_register": one.removed is None and rules.may_register_models(actor),
    }
    return VERSIONS.download(request, rows) or render(request, "lab/model.html", context)


@require_safe
def version(request: HttpRequest, number: int, pk: int) -> HttpResponseBase:
    """A version: its digest, what it was made from, its card as inert text, and what was found of it."""
    one, actor = found_version(number, pk), edge.actor(request)
    rows = queries.results().filter(version=one)
    context = {
        "version": one,
        "model": one.model,
        "bases": one.bases.select_related("base__model"),
        "derived": one.derived.select_related("version__model").filter(version__removed=None)[:50],
        "table": RESULTS.page(request, rows),
        "imported": queries.imported().filter(version=one)[:20],
        "facts": _version_facts(one),
        "header": json.dumps(one.header, indent=1, ensure_ascii=False) if one.header else "",
        "may_correct": one.removed is None and may(actor, "lab.version.correct", one),
        "may_remove": one.removed is None and may(actor, "lab.version.remove", one),
        "may_restore": one.removed is not None and may(actor, "lab.version.restore", one),
    }
    return RESULTS.download(request, rows) or render(request, "lab/version.html", context)


@require_safe
def weights(request: HttpRequest, pk: int) -> HttpResponseBase:
    """To the page of a version, by its number alone, as plans have it."""
    one = queries.find_version(pk)
    if one is None:
        raise Http404
    return redirect(one)


def found_model(number: int) -> Model:
    """The model of this number, or a page that says there is none."""
    one = queries.find_model(number)
    if one is None:
        raise Http404
    return one


def found_version(number: int, pk: int) -> ModelVersion:
    """The version of this number of this model, or a page that says there is none."""
    one = queries.find_version(pk)
    if one is None or one.model_id != number:
        raise Http404
    return one


def _facts(one: Model) -> list[tuple[str, object]]:
    return [("Maker", one.maker), ("Licence", one.licence or None)]


def _version_facts(one: ModelVersion) -> list[tuple[str, object]]:
    return [
        ("Format", one.get_format_display()),
        ("File", one.file or None),
        ("Size", size(one.bytes)),
        ("Parameters", f"{one.parameters:,}" if one.parameters else None),
        ("Context", f"{one.context:,} tokens" if one.context else None),
        ("Licence", one.licence or one.model.licence or None),
    ]
