"""What a result counts as, worked out from its claim and the independent reproductions of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from stoa.evaluation.catalogue import SUITES
from stoa.lab.models import Result, Run, RunMeasure
from stoa.methods.evaluation import Settlement, Sums, settle

Compared = dict[str, dict[str, Any]]
KEPT = ("verdict", "difference", "error", "low", "high", "margin", "paired", "method")


def reckoned(result: Result) -> tuple[str, Compared]:
    """The state of a result, and how each independent reproduction compares: by its number, measure by measure.

    Margin and primary measure are those of the plan that the claim was run under. Of the primary suite the primary measure
    decides, of others every measure within 0 and 1. One that disputes outweighs those that reproduce. Of a claim that was set
    aside they decide nothing.
    """
    compared = {str(run.number): _compared(result, run) for run in independent(result)}
    if result.claim.set_aside is not None:
        return str(Result.State.ASIDE), compared
    verdicts = {_verdict(result, measures) for measures in compared.values()}
    for state in (Result.State.DISPUTED, Result.State.REPRODUCED, Result.State.UNDECIDED):
        if state in verdicts:
            return str(state), compared
    return str(Result.State.CLAIMED), compared


def independent(result: Result) -> list[Run]:
    """The reproductions of a result that count: independent, their logs hold, and nobody set them aside."""
    runs = Run.objects.filter(reproduces=result.claim, independent=True, verdict=Run.Verdict.FOLLOWS, set_aside=None)
    return list(runs.order_by("number").prefetch_related("measures"))


def _compared(result: Result, run: Run) -> dict[str, Any]:
    margin = float(result.claim.plan.plan["margin"])
    mine = {one.measure: one for one in run.measures.all()}
    pairs = ((one, mine.get(one.measure)) for one in result.claim.measures.all())
    return {
        one.measure: _plain(
            settle(sums_of(one), sums_of(other), margin=margin, bounded=_bounded(result.suite, one.measure))
        )
        for one, other in pairs
        if other is not None and one.sums and other.sums
    }


def deciding(result: Result, measures: Mapping[str, Any]) -> list[str]:
    """Of what was measured, by what a reproduction is told from its claim: the primary measure, or all within 0 and 1."""
    said = result.claim.plan.plan["primary"]
    primary = said["measure"] if result.suite == said["suite"] else None
    wanted = [primary] if primary else [name for name in measures if _bounded(result.suite, name)]
    return [name for name in wanted if name in measures]


def _verdict(result: Result, measures: Mapping[str, Any]) -> str:
    verdicts = {measures[name]["verdict"] for name in deciding(result, measures)}
    if "disputed" in verdicts:
        return str(Result.State.DISPUTED)
    return str(Result.State.REPRODUCED if verdicts == {"reproduced"} else Result.State.UNDECIDED)


def sums_of(one: RunMeasure) -> Sums:
    """The sums of a measure, as they are compared."""
    sums = one.sums or {}
    counts, values = (np.array(sums[name], dtype=np.float64) for name in ("counts", "sums"))
    return Sums(tuple(sums["names"]), counts, values, float(sums["squares"]))


def _bounded(suite: str, measure: str) -> bool:
    """Whether a measure lies within 0 and 1, so that the study's margin means something for it."""
    found = SUITES.get(suite)
    units = {one.name: one.unit for one in found.measures} if found else {}
    return units.get(measure, "share") != "bits"


def _plain(settlement: Settlement) -> dict[str, Any]:
    """What is kept of a comparison; bounds that nothing is known of are left out."""
    found = {name: value for name, value in asdict(settlement).items() if name in KEPT}
    return {name: value for name, value in found.items() if not isinstance(value, float) or np.isfinite(value)}
