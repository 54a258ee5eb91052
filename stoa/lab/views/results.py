"""Results as pages: what was found and what that counts as, what waits to be reproduced, what came from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from stoa.kit import edge
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.lab import queries, rules
from stoa.lab.models import ImportedResult, Result
from stoa.lab.queries import Task
from stoa.lab.views.words import counts_as, duration, estimate, size, title_of


def _counts(task: Task) -> str:
    if task.counts is None:
        return "–"
    return "yes" if task.counts else f"no: {task.dependence}"


def _measures(one: ImportedResult) -> SafeString:
    said = ", ".join(f"{name} {values['value']:.3g}" for name, values in list(one.measures.items())[:6])
    more = len(one.measures) - 6
    return format_html("{}{}", said, f" and {more} more" if more > 0 else "")


def _primary(result: Result) -> str:
    rows = {one.measure: one for one in result.claim.measures.all()}
    said = result.claim.plan.plan["primary"]
    name = said["measure"] if said["suite"] == result.suite else next(iter(rows), "")
    return estimate(rows.get(name))


def _of_study(rows: QuerySet[Result], text: str) -> QuerySet[Result]:
    known = text.isascii() and text.isdecimal() and len(text) < 10
    return rows.filter(study__number=int(text)) if known else rows.none()


LISTED = Listing[Result](
    name="results",
    caption="Results",
    columns=[
        Column(
            "suite",
            "Suite",
            lambda r: r.suite,
            show=lambda r: link(title_of(r.suite), r.claim.get_absolute_url()),
            order=("suite",),
        ),
        Column(
            "model",
            "Model",
            lambda r: str(r.version),
            show=lambda r: link(r.version, r.version.get_absolute_url()),
            order=("version__model__name", "version__label"),
        ),
        Column(
            "study",
            "Study",
            lambda r: r.study.number,
            show=lambda r: link(r.study.title, r.study.get_absolute_url()),
            order=("study__number",),
        ),
        Column("measured", "Measured (95 %)", _primary, sortable=False),
        Column("state", "Counts as", counts_as, order=("state",)),
        Column("settled", "Since", lambda r: r.settled, order=("settled",)),
    ],
    filters=[
        Filter("state", "Counts as", lambda rows, state: rows.filter(state=state), list(Result.State.choices)),
        Filter("q", "Model", lambda rows, text: rows.filter(version__model__name__icontains=text)),
        Filter("study", "Study, by its number", _of_study),
    ],
    sort="-settled",
    empty="No result was claimed yet.",
)
TASKS = Listing[Task](
    name="reproductions",
    caption="Results that wait to be reproduced",
    columns=[
        Column(
            "study",
            "Study",
            lambda t: t.result.study.title,
            show=lambda t: link(t.result.study.title, t.result.study.get_absolute_url()),
            sortable=False,
        ),
        Column(
            "run",
            "Reproduces",
            lambda t: t.result.claim.number,
            show=lambda t: link(f"run {t.result.claim.number}", t.result.claim.get_absolute_url()),
            sortable=False,
        ),
        Column("suite", "Suite", lambda t: title_of(t.result.suite), sortable=False),
        Column("model", "Model", lambda t: str(t.result.version), sortable=False),
        Column("state", "Counts as", lambda t: t.result.get_state_display(), sortable=False),
        Column("samples", "Samples", lambda t: t.samples, numeric=True, sortable=False),
        Column(
            "time", "Takes about", lambda t: t.seconds, show=lambda t: duration(t.seconds), numeric=True, sortable=False
        ),
        Column(
            "memory", "Memory", lambda t: t.memory, show=lambda t: size(t.memory) or "–", numeric=True, sortable=False
        ),
        Column("counts", "Yours would count", _counts, sortable=False),
    ],
    filters=[Filter("suite", "Suite", lambda rows, text: rows.filter(suite__icontains=text))],
    empty="Nothing waits to be reproduced.",
)
IMPORTED = Listing[ImportedResult](
    name="imported",
    caption="Imported results",
    columns=[
        Column(
            "model",
            "Model",
            lambda r: r.model_name,
            show=lambda r: (
                link(r.version, r.version.get_absolute_url()) if r.version else format_html("{}", r.model_name)
            ),
            order=("model_name",),
        ),
        Column("suite", "Suite", lambda r: r.suite, order=("suite",)),
        Column("format", "From", lambda r: r.get_format_display(), order=("format",)),
        Column("measures", "Measures", _measures, show=_measures, sortable=False),
        Column("source", "Digest of the file", lambda r: r.source, show=lambda r: r.source[7:23], order=("source",)),
        Column("at", "Brought", lambda r: r.at, order=("at",)),
    ],
    filters=[
        Filter("q", "Model", lambda rows, text: rows.filter(model_name__icontains=text)),
        Filter("format", "From", lambda rows, name: rows.filter(format=name), list(ImportedResult.Format.choices)),
    ],
    sort="-at",
    empty="Nothing was imported yet.",
)


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """What studies found."""
    rows = queries.results()
    context = {"table": LISTED.page(request, rows)}
    return LISTED.download(request, rows) or render(request, "lab/results.html", context)


@require_safe
def tasks(request: HttpRequest) -> HttpResponseBase:
    """What waits to be reproduced, with how long it takes and whether one's own would count."""
    actor = edge.actor(request)
    rows = queries.to_reproduce(actor)

    def complete(results: Sequence[Result]) -> list[Task]:
        return list(queries.open_tasks(actor, results))

    context = {"table": TASKS.page(request, rows, complete)}
    return TASKS.download(request, rows, complete) or render(request, "lab/tasks.html", context)


@require_safe
def imported(request: HttpRequest) -> HttpResponseBase:
    """Results that came from elsewhere."""
    rows = queries.imported()
    context = {"table": IMPORTED.page(request, rows), "may_import": rules.may_import(edge.actor(request))}
    return IMPORTED.download(request, rows) or render(request, "lab/imported.html", context)
