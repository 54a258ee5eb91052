"""The picture of a study: its results with error bars, with a ring for each reproduction; on its page and as files."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from stoa.kit.addresses import path_to
from stoa.kit.list_files import safe_for_spreadsheets
from stoa.kit.pictures import Again, Finding, Picture, estimates
from stoa.lab import queries
from stoa.lab.models import Result, RunMeasure
from stoa.lab.views.words import foremost, measure_of, title_of

KINDS = {"svg": "image/svg+xml", "csv": "text/csv; charset=utf-8"}
Measures = Mapping[int, Sequence[RunMeasure]]
"""What runs measured, by run."""
MOST_DRAWN = 60
"""Results of a study on its page and in its picture; the list of results has them all."""
NOTE = (
    "The bars are 95 % intervals. Samples that are alike count as a cluster: forty sums tell less than forty different questions. "
    "A reproduction by somebody independent is a ring."
)


def pictures_of(results: Sequence[Result], measures: Measures) -> list[Picture]:
    """One picture of what lies within 0 and 1, one of what is counted in bits; none of what has no result that counts."""
    drawn, results = [], [result for result in results if result.state != Result.State.ASIDE]
    again = defaultdict(list)
    for rows in measures.values():
        again[rows[0].run.reproduces_id].append(rows)
    for shares in (True, False):
        found = (_finding(result, measures, again[result.claim_id], shares=shares) for result in results)
        findings = [one for one in found if one is not None]
        if findings:
            title = "What was found" if shares else "What was found, in bits"
            drawn.append(estimates(findings, title=title, reading=_reading(findings), shares=shares, note=NOTE))
    return drawn


def numbered(drawn: Sequence[Picture], study: int) -> list[tuple[Picture, str, str]]:
    """Each picture with the addresses of its files."""
    addresses = [[path_to("lab:picture", study, place, kind) for kind in KINDS] for place in range(1, len(drawn) + 1)]
    return [(one, svg, csv) for one, (svg, csv) in zip(drawn, addresses, strict=True)]


def _finding(
    result: Result, measures: Measures, again: Iterable[Sequence[RunMeasure]], *, shares: bool
) -> Finding | None:
    """The measure of a result that counts most, if it is of this kind: the study's primary one, or the first of its suite.

    `again` is what its reproductions measured.
    """
    one = _foremost(result, measures.get(result.claim_id, ()))
    if one is None:
        return None
    known = measure_of(result.suite, one.measure)
    if (known is None or known.unit != "bits") != shares:
        return None
    title = known.title if known else one.measure
    label = f"{result.version}, {title_of(result.suite)}: {title}"
    runs = tuple(_again(result, rows, one.measure) for rows in again)
    known_runs = tuple(run for run in runs if run is not None)
    numbers = (one.value, one.low, one.high, one.samples, one.clusters)
    return Finding(label, result.claim.get_absolute_url(), *numbers, state=result.state, again=known_runs)


def _foremost(result: Result, claimed: Sequence[RunMeasure]) -> RunMeasure | None:
    primary = result.claim.plan.plan.get("primary") or {}
    measures = {one.measure: one for one in claimed}
    if primary.get("suite") == result.suite:
        return measures.get(primary.get("measure", ""))
    return measures.get(foremost(result.suite)) or next(iter(measures.values()), None)


def _again(result: Result, rows: Sequence[RunMeasure], measure: str) -> Again | None:
    """What a reproduction found of a measure, with what that says of the claim."""
    run, one = rows[0].run, next((each for each in rows if each.measure == measure), None)
    said = result.compared.get(str(run.number), {}).get(measure)
    if one is None or said is None:
        return None
    label = f"run {run.number} by {run.member.shown_name}"
    return Again(label, one.value, one.low, one.high, said["verdict"])


def _reading(findings: Sequence[Finding]) -> str:
    """How many results there are, and what they count as."""
    count = len(findings)
    first = "The first " if count == MOST_DRAWN else ""
    parts = [
        f"{first}{count} {'result' if count == 1 else 'results'}: {_counted(findings, 'reproduced', 'reproduced')}"
    ]
    for state, said in (("disputed", "disputed"), ("undecided", "not decided"), ("claimed", "only claimed")):
        if any(one.state == state for one in findings):
            parts.append(_counted(findings, state, said))
    return f"{', '.join(parts)}."


def _counted(findings: Iterable[Finding], state: str, said: str) -> str:
    number = sum(one.state == state for one in findings)
    return f"{number or 'none'} {said}"


@require_safe
def picture(request: HttpRequest, number: int, place: int, kind: str) -> HttpResponse:
    """A picture of a study to take away, or its numbers."""
    study = queries.find_study(number)
    results = list(queries.with_measures(queries.results_of(study))[:MOST_DRAWN]) if study else []
    drawn = pictures_of(results, queries.measured(results))
    if kind not in KINDS or not 0 < place <= len(drawn):
        raise Http404
    one = drawn[place - 1]
    answer = HttpResponse(one.svg if kind == "svg" else _lines(one), content_type=KINDS[kind])
    answer["Content-Disposition"] = f'attachment; filename="study-{number}-results-{place}.{kind}"'
    return answer


def _lines(one: Picture) -> str:
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(one.heads)
    writer.writerows([[safe_for_spreadsheets(str(cell)) for cell in row] for row in one.rows])
    return file.getvalue()
