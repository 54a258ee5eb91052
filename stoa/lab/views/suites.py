"""Suites as pages: what each asks, how answers are graded, what it reports, and how anybody runs it."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from stoa.evaluation.catalogue import SUITES
from stoa.evaluation.words import Suite
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.lab import queries
from stoa.lab.views.words import AREAS, UNITS, counts_as


def address(suite: Suite) -> str:
    """The page of a suite."""
    return reverse("lab:suite", args=[suite.name.partition("/")[2].replace("_", "-")])


LISTED = Listing[Suite](
    name="suites",
    caption="Suites",
    columns=[
        Column("title", "Suite", lambda s: s.title, show=lambda s: link(s.title, address(s))),
        Column("area", "About", lambda s: AREAS[s.area]),
        Column("name", "Name", lambda s: s.name),
        Column("version", "Version", lambda s: s.version),
        Column("measures", "Measures", lambda s: ", ".join(m.title for m in s.measures)),
        Column("most", "Samples", lambda s: s.most, numeric=True),
    ],
    filters=[Filter("area", "About", lambda rows, area: [s for s in rows if s.area == area], list(AREAS.items()))],
    sort="title",
    empty="No such suite.",
)


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Every suite."""
    rows = list(SUITES.values())
    return LISTED.download(request, rows) or render(request, "lab/suites.html", {"table": LISTED.page(request, rows)})


@require_safe
def suite(request: HttpRequest, suite: str) -> HttpResponseBase:
    """One suite."""
    one = next((found for found in SUITES.values() if address(found) == request.path), None)
    if one is None:
        raise Http404
    facts = [
        ("Name", one.name),
        ("Version", one.version),
        ("About", AREAS[one.area]),
        ("Samples", f"1 to {one.most:,}"),
        ("Licence", one.licence),
        ("Needs log probabilities", "yes" if one.needs_log_probabilities else None),
    ]
    measures = [(m, UNITS[m.unit]) for m in one.measures]
    results = [(result, counts_as(result)) for result in queries.results().filter(suite=one.name)[:20]]
    context = {"suite": one, "facts": facts, "measures": measures, "results": results}
    return render(request, "lab/suite.html", context)
