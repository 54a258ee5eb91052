"""The comparison as a page: models by measures, with error bars, differences from a chosen model, and places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from stoa.evaluation.catalogue import SUITES
from stoa.kit.addresses import path_to
from stoa.kit.edge import address_with
from stoa.kit.numerals import numeral
from stoa.kit.tables import Column, Filter, Listing, link
from stoa.lab import queries
from stoa.lab.queries.comparing import Cell, Compared, Comparison, Standing, Wanted, compare
from stoa.lab.views.exports import EVERY_EVAL_EVER, of_cells, zipped
from stoa.lab.views.words import AREAS, more_or_less, signed, title_of
from stoa.methods.evaluation.comparing import Control

MOST_MEASURES = 8
USUAL: tuple[Control, str] = ("holm", "none, in 95 of 100 tables (Holm)")
CONTROLS: tuple[tuple[Control, str], ...] = (
    ("bh", "one in twenty differences (Benjamini–Hochberg)"),
    ("none", "not controlled"),
)
STATES = (
    ("reproduced", "reproduced"),
    ("claimed", "only claimed"),
    ("disputed", "disputed"),
    ("undecided", "not decided"),
)
IMPORTED_SHOWN = 10
DOWNLOADS = (("csv", "CSV"), ("json", "JSON"), (EVERY_EVAL_EVER, "Every Eval Ever"))
CELLS = Listing[Cell](
    name="comparison",
    caption="Comparison",
    columns=[
        Column("model", "Model", lambda c: c.standing.name),
        Column("version", "Version", lambda c: c.standing.label),
        Column("digest", "Digest", lambda c: c.standing.digest),
        Column("suite", "Suite", lambda c: c.measure.suite),
        Column("suite_version", "Suite version", lambda c: c.measure.suite_version),
        Column("measure", "Measure", lambda c: c.measure.name),
        Column("better", "Better", lambda c: c.measure.better),
        Column("value", "Value", lambda c: c.value),
        Column("error", "Error", lambda c: c.error),
        Column("low", "From", lambda c: c.low),
        Column("high", "To", lambda c: c.high),
        Column("samples", "Samples", lambda c: c.samples),
        Column("clusters", "Clusters", lambda c: c.clusters),
        Column("state", "Counts as", lambda c: c.state),
        Column("first_place", "First place", lambda c: c.places[0] if c.places else None),
        Column("last_place", "Last place", lambda c: c.places[1] if c.places else None),
        Column("ranked", "Of", lambda c: c.ranked or None),
        Column("difference", "Difference", lambda c: c.difference[0] if c.difference else None),
        Column("difference_low", "From", lambda c: c.difference[1] if c.difference else None),
        Column("difference_high", "To", lambda c: c.difference[2] if c.difference else None),
        Column("significant", "Significant", lambda c: c.difference[3] if c.difference else None),
        Column("study", "Study", lambda c: c.study),
        Column("run", "Run", lambda c: c.run),
    ],
)


@require_safe
def comparison(request: HttpRequest) -> HttpResponseBase:
    """Models beside each other. The file has every measure of what is chosen, the page as many as fit."""
    query = request.GET
    if query.get("as"):
        whole = compare(wanted(query, most=None))
        if query["as"] == EVERY_EVAL_EVER:
            return zipped(request, of_cells(request, in_order(whole)), "comparison")
        return CELLS.download(request, in_order(whole)) or render(request, "lab/compare.html", _context(request, whole))
    return render(request, "lab/compare.html", _context(request, compare(wanted(query, most=MOST_MEASURES))))


def wanted(query: Mapping[str, str], *, most: int | None) -> Wanted:
    """What an address asks to compare; what it says that nobody knows is left aside."""
    area, suite, state = (query.get(name, "") for name in ("area", "suite", "state"))
    control = query.get("control", "")
    return Wanted(
        area=area if area in AREAS else "",
        suite=suite if suite in SUITES else "",
        words=query.get("q", "").replace("\0", "").strip()[:200],
        state=state if state in dict(STATES) else "",
        against=_number(query.get("to", "")),
        control=next((value for value, _ in CONTROLS if value == control), USUAL[0]),
        most=most,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def in_order(whole: Comparison) -> list[Cell]:
    """The cells model by model, measure by measure."""
    keys = [measure.key for measure in whole.measures]
    wanted_cells = ((one.version, key) for one in whole.standings for key in keys)
    return [cell for cell in map(whole.cells.get, wanted_cells) if cell is not None]


def _context(request: HttpRequest, whole: Comparison) -> dict[str, Any]:
    table = _listing(whole, request.GET).page(request, list(whole.standings))
    chosen = next((one for one in whole.standings if one.version == whole.wanted.against), None)
    imported = queries.imported()
    return {
        "table": table,
        "chosen": chosen,
        "measures": whole.measures,
        "left_out": whole.left_out,
        "titles": {one.suite: title_of(one.suite) for one in whole.measures},
        "downloads": [(title, address_with(request.GET, {"as": kind, "page": ""})) for kind, title in DOWNLOADS],
        "imported": imported[:IMPORTED_SHOWN],
        "without": address_with(request.GET, {"to": "", "page": ""}),
    }


def _listing(whole: Comparison, query: QueryDict) -> Listing[Standing]:
    """The table of this comparison: a column for each measure, cells sorted by their value."""
    columns = [Column[Standing]("model", "Model", lambda s: f"{s.name} {s.label}".lower(), show=_model_cell(query))]
    columns += [_column(measure, whole) for measure in whole.measures]
    suites = [(name, suite.title) for name, suite in SUITES.items()]
    filters = [
        Filter("q", "Words in the model’s name", _kept),
        Filter("area", "Area", _kept, choices=list(AREAS.items())),
        Filter("suite", "Suite", _kept, choices=suites),
        Filter("state", "Counts as", _kept, choices=STATES),
        Filter("control", "Wrong places allowed", _kept, choices=CONTROLS, without=USUAL[1]),
    ]
    return Listing(
        name="comparison",
        caption="Models by measures",
        columns=columns,
        filters=filters,
        sort="model",
        per_page=25,
        empty="Nothing to compare yet: no study has a result of what was chosen.",
    )


def _kept(rows: list[Standing], value: str) -> list[Standing]:
    """Rows are narrowed before they are reckoned with."""
    del value
    return rows


def _model_cell(query: QueryDict) -> Any:
    def show(one: Standing) -> str:
        page = link(f"{one.name} {one.label}", path_to("lab:version", one.model, one.version))
        against = address_with(query, {"to": str(one.version), "page": ""})
        return format_html('{}<br><a class="quiet" href="{}">compare with it</a>', page, against)

    return show


def _column(measure: Compared, whole: Comparison) -> Column[Standing]:
    arrow = {"higher": " ↑", "lower": " ↓"}.get(measure.better, "")
    title = f"{title_of(measure.suite)}: {measure.title}{arrow}"

    def cell(one: Standing) -> Cell | None:
        return whole.cells.get((one.version, measure.key))

    def value(one: Standing) -> float | None:
        found = cell(one)
        return found.value if found else None

    return Column(measure.key, title, value, show=lambda one: shown(cell(one)), numeric=True)


def figure(value: float, unit: str) -> str:
    """A value as pages show it: a share in percent, anything else with two decimals."""
    return f"{numeral(100 * value, 0)} %" if unit == "share" else numeral(value, 2)


def shown(cell: Cell | None) -> SafeString:
    """A cell in words: value and bounds, then its places or what it counts as, then its difference from the chosen model."""
    if cell is None:
        return mark_safe("–")
    unit = cell.measure.unit
    address = path_to("lab:run", cell.study, cell.run)
    bounds = f"{figure(cell.low, unit)} to {figure(cell.high, unit)}"
    parts = format_html(
        '<a href="{}">{}</a> <small class="bounds">{}</small>', address, figure(cell.value, unit), bounds
    )
    parts += format_html('<br><small class="{}">{}</small>', cell.state, standing(cell))
    if cell.difference is not None:
        parts += format_html("<br><small>{}</small>", difference_in_words(cell))
    return parts


def standing(cell: Cell) -> str:
    """Its places, or why it holds none."""
    if cell.places is not None:
        first, last = cell.places
        held = f"place {first}" if first == last else f"place {first} to {last}"
        return f"{held} of {cell.ranked}"
    return {
        "claimed": "only claimed, no place",
        "disputed": "disputed, no place",
        "undecided": "not decided, no place",
    }.get(cell.state, "reproduced, none to compare with")


def difference_in_words(cell: Cell) -> str:
    """How it differs from the chosen model, with bounds, and whether that is more than chance."""
    assert cell.difference is not None
    value, low, high, significant = cell.difference
    unit = cell.measure.unit
    said = f"{more_or_less(value, unit)} ({signed(low, unit)} to {signed(high, unit)})"
    if not significant or not cell.measure.better:
        return f"{said}, {'differs' if significant else 'no difference shown'}"
    return f"{said}, {'better' if (value > 0) == (cell.measure.better == 'higher') else 'worse'}"
