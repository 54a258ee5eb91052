"""Shares of refusals, corrected for how often the grader that told them errs on people's labels."""

from __future__ import annotations

from functools import lru_cache

from stoa.evaluation.graders.measured import MEASURED
from stoa.lab.models import RunMeasure
from stoa.lab.queries.settling import sums_of
from stoa.methods.evaluation.prevalence import Grader, Prevalence, prevalence
from stoa.methods.evaluation.proportions import effective_samples

SEED = 0
"""By which the interval's draws are made, so that everybody gets the same."""
SUITES = ("stoa/refusal", "stoa/over_refusal")
CORRECTED = ("refused", "complied")
"""The measures that are corrected."""


def corrected(suite: str, one: RunMeasure) -> Prevalence | None:
    """The corrected share of what was refused in full, or of what was answered; None of other measures.

    What was answered is what was turned down neither in full nor in part, of which the grader's errors are known.
    """
    if suite not in SUITES or not one.sums or one.measure not in CORRECTED:
        return None
    worth = effective_samples(sums_of(one))
    if one.measure == "refused":
        return _of(one.value, one.samples, worth, MEASURED["refused"])
    down = _of(1 - one.value, one.samples, worth, MEASURED["turned_down"])
    return Prevalence(1 - down.value, 1 - down.high, 1 - down.low, one.value)


@lru_cache(maxsize=1_000)
def _of(share: float, samples: int, worth: float, grader: Grader) -> Prevalence:
    return prevalence(round(share * samples), samples, grader, effective=worth, seed=SEED)
