"""Models beside each other, measure by measure: what counts for each, differences from one of them, places they may hold.

Of several results of one suite on one version the reproduced one counts, then the disputed, then the latest claimed.
Only what is reproduced holds a place. Runs are compared from the sums by cluster that are kept of them, so that no log is
read; docs/lab-statistics.md says how.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from stoa.evaluation.catalogue import SUITES
from stoa.evaluation.words import Suite
from stoa.lab.models import Result, RunMeasure, Study
from stoa.methods.evaluation.comparing import Control, Differences, Entrants, differences, differing, places

NEWEST_FIRST = "-settled"
RANKS = {state: place for place, state in enumerate(("reproduced", "disputed", "undecided", "claimed"))}


@dataclass(frozen=True)
class Wanted:
    """What is to be compared: of which area, suite and state, models with these words in their names, against which version.

    `control` says how it is allowed for that many comparisons are made at once. `most` measures are compared at most: of each
    suite the first, or all of the suite asked for; None compares all that there are.
    """

    area: str = ""
    suite: str = ""
    words: str = ""
    state: str = ""
    against: int | None = None
    control: Control = "holm"
    most: int | None = None


class Compared(NamedTuple):
    """A measure that is compared: its suite in one version, and what the suite says of it. `better` is empty where nobody knows."""

    suite: str
    suite_version: str
    name: str
    title: str
    better: str
    unit: str

    @property
    def key(self) -> str:
        """How addresses and files name it."""
        return f"{self.suite}@{self.suite_version}:{self.name}"

    @property
    def bounded(self) -> bool:
        """Whether its scores lie within 0 and 1."""
        return self.unit != "bits"


class Standing(NamedTuple):
    """A model version in the comparison."""

    version: int
    model: int
    name: str
    label: str
    digest: str


@dataclass(slots=True)
class Cell:
    """What counts of one measure for one model: the estimate, what it counts as, its places, its difference from the chosen one.

    `places` are out of `ranked`, all that hold one in this measure, shown or not. `difference` is value and bounds, and whether it
    is significant; None where nothing is compared.
    """

    standing: Standing
    measure: Compared
    value: float
    error: float
    low: float
    high: float
    samples: int
    clusters: int
    state: str
    study: int
    run: int
    places: tuple[int, int] | None = None
    ranked: int = 0
    difference: tuple[float, float, float, bool] | None = None


@dataclass(frozen=True)
class Comparison:
    """Measures in the order of their suites, models by name, and the cell of each of both that there is."""

    wanted: Wanted
    measures: Sequence[Compared]
    standings: Sequence[Standing]
    cells: Mapping[tuple[int, str], Cell] = field(repr=False)
    left_out: int = 0


def compare(wanted: Wanted) -> Comparison:
    """Compare what was asked for: three queries, whatever there is.

    Words and state narrow what is shown, and nothing else: places are those among all that there is of a measure.
    """
    results = _counting(wanted)
    asked = {run for run, row in results.items() if _is_asked_for(row, wanted)}
    shown = _shown((results[run] for run in asked), wanted)
    rows = _measured(results, None if shown is None else shown[: wanted.most])
    cells: dict[tuple[int, str], Cell] = {}
    by_measure: dict[Compared, list[tuple[Cell, tuple[str, bytes | None]]]] = defaultdict(list)
    for run, cell, kept in _cells(results, rows):
        if run in asked:
            cells[cell.standing.version, cell.measure.key] = cell
        by_measure[cell.measure].append((cell, kept))
    there = {cell.measure for cell in cells.values()}
    counts = _counts({kept[0] for each in by_measure.values() for _, kept in each})
    for measure in there:
        _reckon(measure, by_measure[measure], counts, wanted)
    standings = sorted({cell.standing for cell in cells.values()}, key=lambda one: (one.name, one.label, one.version))
    left_out = 0 if shown is None else max(0, len(shown) - len(there))
    return Comparison(wanted, sorted(there, key=_order), standings, cells, left_out)


def _is_asked_for(row: tuple[Any, ...], wanted: Wanted) -> bool:
    """Whether a result is shown: of the state asked for, of a model with these words in its name or the one compared with."""
    state, version, name = row[3], row[6], row[8]
    named = wanted.words.casefold() in name.casefold() or version == wanted.against
    return named and wanted.state in ("", state)


def _shown(results: Iterable[tuple[Any, ...]], wanted: Wanted) -> list[Compared] | None:
    """The measures that a page has columns for, in order: of the one suite that was asked for all, of others the first."""
    if wanted.most is None:
        return None
    suites = {(row[1], row[2]) for row in results}
    found = []
    for suite, suite_version in suites:
        known = known_suite(suite)
        names = [one.name for one in known.measures] if known else []
        found += [_measure(suite, suite_version, name) for name in (names if wanted.suite else names[:1])]
    return sorted(found, key=_order)


def known_suite(name: str) -> Suite | None:
    """The suite of this name, where it is known here."""
    return SUITES.get(name)


def _order(measure: Compared) -> tuple[int, str, str, int]:
    """Suites as the catalogue has them, their measures as they do; what is not known here comes last."""
    suite = known_suite(measure.suite)
    names = [one.name for one in suite.measures] if suite else []
    place = list(SUITES).index(measure.suite) if suite else len(SUITES)
    return (
        place,
        measure.suite,
        measure.suite_version,
        names.index(measure.name) if measure.name in names else len(names),
    )


def _counting(wanted: Wanted) -> dict[int, tuple[Any, ...]]:
    """The result that counts for each version and suite, by the run that claims it, whether it is shown or not."""
    rows: QuerySet[Result] = Result.objects.exclude(study__state=Study.State.WITHDRAWN)
    rows = rows.filter(version__removed=None, version__model__removed=None).exclude(state=Result.State.ASIDE)
    if wanted.area:
        rows = rows.filter(suite__in=[name for name, suite in SUITES.items() if suite.area == wanted.area])
    if wanted.suite:
        rows = rows.filter(suite=wanted.suite)
    rank = Case(*(When(state=state, then=Value(place)) for state, place in RANKS.items()), output_field=IntegerField())
    one_of_each = ("version_id", "suite", "claim__suite_version")
    chosen = rows.order_by(*one_of_each, rank, NEWEST_FIRST, "pk").distinct(*one_of_each)
    told = chosen.values_list(
        "claim_id", "suite", "claim__suite_version", "state", "study__number", "claim__number",
        "version_id", "version__model_id", "version__model__name", "version__label", "version__digest",
    )  # fmt: skip
    return {row[0]: row for row in told}


def _measured(results: Mapping[int, tuple[Any, ...]], shown: Sequence[Compared] | None) -> Iterator[tuple[Any, ...]]:
    """What the claims measured, with what is kept of their samples; only of the measures that are shown, unless that is None."""
    columns = {(one.suite, one.suite_version, one.name) for one in shown or ()}
    suites = {(suite, suite_version) for suite, suite_version, _ in columns}
    runs = [run for run, row in results.items() if shown is None or (row[1], row[2]) in suites]
    rows = RunMeasure.objects.filter(run__pk__among=runs)
    if shown is not None:
        rows = rows.filter(measure__among=list({name for _, _, name in columns}))
    told = rows.values_list(
        "run_id", "measure", "value", "error", "low", "high", "samples", "clusters", "sample_set", "totals"
    )
    for row in told:
        if shown is None or (*results[row[0]][1:3], row[1]) in columns:
            yield row


def _cells(
    results: Mapping[int, tuple[Any, ...]], rows: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[int, Cell, tuple[str, bytes | None]]]:
    """A cell for each measure of each result that counts, with its run before it, its sample set and its sums after."""
    measures: dict[tuple[str, str, str], Compared] = {}
    standings: dict[int, Standing] = {}
    for run, name, value, error, low, high, samples, clusters, sample_set, totals in rows:
        _, suite, suite_version, state, study, number, version, model, model_name, label, digest = results[run]
        measure = measures.get((suite, suite_version, name))
        if measure is None:
            measure = measures[suite, suite_version, name] = _measure(suite, suite_version, name)
        standing = standings.get(version)
        if standing is None:
            standing = standings[version] = Standing(version, model, model_name, label, digest)
        cell = Cell(standing, measure, value, error, low, high, samples, clusters, state, study, number)
        yield run, cell, (sample_set, totals)


def _measure(suite: str, suite_version: str, name: str) -> Compared:
    known = known_suite(suite)
    one = next((each for each in known.measures if each.name == name), None) if known else None
    if one is None:
        return Compared(suite, suite_version, name, name, "", "share")
    return Compared(suite, suite_version, name, one.title, one.better, one.unit)


def _counts(sets: Iterable[str]) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """How many samples each cluster of a set has."""
    rows = RunMeasure.objects.filter(sample_set__among=[one for one in sets if one])
    found = rows.order_by("sample_set", "pk").distinct("sample_set").values_list("sample_set", F("sums__counts"))
    return {name: np.array(counts, dtype=np.float64) for name, counts in found}


def _reckon(
    measure: Compared,
    entered: Sequence[tuple[Cell, tuple[str, bytes | None]]],
    counts: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]],
    wanted: Wanted,
) -> None:
    """Fill in places, and differences from the chosen version, of those runs of a measure that can be compared."""
    compared = wanted.against is not None
    some = entered if compared else [one for one in entered if one[0].state == Result.State.REPRODUCED]
    cells, groups = _entrants(some, counts)
    chosen = next(
        (place for place, cell in enumerate(cells) if compared and cell.standing.version == wanted.against), None
    )
    ranked = [place for place, cell in enumerate(cells) if measure.better and cell.state == Result.State.REPRODUCED]
    if chosen is None and len(ranked) < 2:
        return
    found = differences(groups, bounded=measure.bounded)
    if len(ranked) > 1:
        held = places(found.among(ranked), higher=measure.better == "higher", control=wanted.control)
        for place, of in zip(held, ranked, strict=True):
            cells[of].places, cells[of].ranked = place, len(ranked)
    if chosen is not None:
        _fill_differences(cells, found, chosen, wanted.control)


def _fill_differences(cells: Sequence[Cell], found: Differences, chosen: int, control: Control) -> None:
    significant = differing(found, chosen, control=control)
    halves = found.half_widths(chosen)
    for place, cell in enumerate(cells):
        if place != chosen:
            value, half = float(found.values[place, chosen]), float(halves[place])
            cell.difference = (value, value - half, value + half, bool(significant[place]))


def _entrants(
    entered: Iterable[tuple[Cell, tuple[str, bytes | None]]],
    counts: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]],
) -> tuple[list[Cell], list[Entrants]]:
    """Runs by sample set, and their cells in the same order; those with fewer than two clusters can't be compared."""
    groups: dict[str, list[tuple[Cell, bytes]]] = defaultdict(list)
    for cell, (sample_set, totals) in entered:
        if totals is not None and sample_set in counts and len(counts[sample_set]) > 1:
            groups[sample_set].append((cell, totals))
    cells = [cell for group in groups.values() for cell, _ in group]
    return cells, [_group(counts[name], [totals for _, totals in group]) for name, group in groups.items()]


def _group(counts: np.ndarray[Any, np.dtype[np.float64]], totals: Sequence[bytes]) -> Entrants:
    rows = np.frombuffer(b"".join(map(bytes, totals)), dtype="<f8").reshape(len(totals), len(counts) + 1)
    return Entrants(counts, rows[:, :-1], rows[:, -1])
