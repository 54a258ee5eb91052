"""The comparison over HTTP: every measure of every model that was asked for, with error bars, places and differences."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import JsonValue
from pydantic_core import to_json

from stoa.kit.api import Word
from stoa.lab.queries.comparing import Cell, Comparison, Wanted, compare
from stoa.methods.evaluation.comparing import Control

router = Router(tags=["Lab"])
Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
State = Literal["", "claimed", "reproduced", "disputed", "undecided"]
Area = Literal["", "privacy", "safety", "security", "capability"]


@router.get("/lab/comparison", response=dict[str, JsonValue], summary="Compare models")
def compare_models(  # noqa: PLR0917 - ninja reads them by name
    request: HttpRequest,
    area: Area = "",
    suite: Word = "",
    q: Word = "",
    state: State = "",
    to: Number = None,
    control: Control = "holm",
) -> HttpResponse:
    """What counts of each measure for each model: value, clustered error, 95 % interval, places, difference from version `to`.

    Only what is reproduced holds a place, among the `ranked` that do, whatever `q` and `state` leave out. `control` is how it is
    allowed for that many pairs are compared at once. `models` and `measures` are listed once; `results` name them
    by their place in those lists.
    """
    found = compare(Wanted(area=area, suite=suite, words=q, state=state, against=to, control=control))
    whole = {
        "models": [
            {"model": str(one.version), "name": one.name, "version": one.label, "digest": one.digest}
            for one in found.standings
        ],
        "measures": [one._asdict() for one in found.measures],
        "results": list(_results(found)),
    }
    # written here: ten thousand results that were made above need no check
    return HttpResponse(to_json(whole), content_type="application/json")


def _results(found: Comparison) -> Any:
    models = {one.version: place for place, one in enumerate(found.standings)}
    measures = {one.key: place for place, one in enumerate(found.measures)}
    for (version, key), cell in found.cells.items():
        yield {"model": models[version], "measure": measures[key], **_plain(cell)}


def _plain(cell: Cell) -> dict[str, Any]:
    given = {
        "value": cell.value,
        "error": cell.error,
        "low": cell.low,
        "high": cell.high,
        "samples": cell.samples,
        "clusters": cell.clusters,
        "state": cell.state,
        "study": cell.study,
        "run": cell.run,
        "places": list(cell.places) if cell.places else None,
        "ranked": cell.ranked or None,
    }
    if cell.difference is not None:
        value, low, high, significant = cell.difference
        given["difference"] = {"value": value, "low": low, "high": high, "significant": significant}
    return given
