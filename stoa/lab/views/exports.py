"""Results as Every Eval Ever: a file for each model and suite, together in a ZIP, from a study or from the comparison."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from stoa.charter.queries import community
from stoa.evaluation.catalogue import SUITES
from stoa.evaluation.formats.every_eval_ever import written
from stoa.kit import clock
from stoa.kit.addresses import path_to
from stoa.lab import queries
from stoa.lab.models import Result
from stoa.lab.queries.comparing import Cell
from stoa.lab.views.studies import found_study
from stoa.lab.views.words import measure_of

EVERY_EVAL_EVER = "every-eval-ever"
_MADE = (1980, 1, 1, 0, 0, 0)
"""One date for all files, so that the same results are the same octets."""


@require_safe
def study_results(request: HttpRequest, number: int) -> HttpResponse:
    """What a study found."""
    study = found_study(number)
    results = queries.results_of(study).prefetch_related("claim__measures")
    return zipped(request, _of_results(request, results), f"study-{number}")


def of_cells(request: HttpRequest, cells: Iterable[Cell]) -> Iterator[Mapping[str, Any]]:
    """Each cell of a comparison as a row."""
    for cell in cells:
        one, measure = cell.standing, cell.measure
        yield {
            "model": f"{one.name} {one.label}",
            "model_digest": one.digest,
            "suite_version": measure.suite_version,
            "better": measure.better,
            "state": cell.state,
            "page": request.build_absolute_uri(path_to("lab:run", cell.study, cell.run)),
            **_measured(cell, measure.suite, measure.name),
        }


def _of_results(request: HttpRequest, results: Iterable[Result]) -> Iterator[Mapping[str, Any]]:
    for result in results:
        for one in result.claim.measures.all():
            known = measure_of(result.suite, one.measure)
            yield {
                "model": str(result.version),
                "model_digest": result.version.digest,
                "suite_version": result.claim.suite_version,
                "better": known.better if known else "",
                "state": result.state,
                "page": request.build_absolute_uri(result.claim.get_absolute_url()),
                **_measured(one, result.suite, one.measure),
            }


def _measured(one: Any, suite: str, measure: str) -> dict[str, Any]:
    numbers = {name: getattr(one, name) for name in ("value", "error", "low", "high", "samples")}
    source = SUITES[suite].source if suite in SUITES else ""
    known = measure_of(suite, measure)
    unit = known.unit if known else "share"
    return {"suite": suite, "suite_source": source, "measure": measure, "unit": unit, **numbers}


def zipped(request: HttpRequest, rows: Iterable[Mapping[str, Any]], name: str) -> HttpResponse:
    """The answer with a file for each model and suite."""
    retrieved, source = int(clock.now().timestamp()), request.build_absolute_uri("/")
    made = written(list(rows), source=source, organisation=community().name, retrieved=retrieved)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as into:
        for number, one in enumerate(made, 1):
            words = f"{one['evaluation_results'][0]['evaluation_name']}-{one['model_info']['name']}"
            file = f"{number:04}-{re.sub(r'[^A-Za-z0-9._-]+', '-', words)[:80]}.json"
            into.writestr(zipfile.ZipInfo(file, _MADE), json.dumps(one, ensure_ascii=False, indent=1) + "\n")
    answer = HttpResponse(held.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{EVERY_EVAL_EVER}.zip"'
    return answer
