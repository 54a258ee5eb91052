"""How common something is, corrected for a grader that errs at known rates (Rogan and Gladen 1978), drawing both samples anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

METHOD = "rogan-gladen/1"


@dataclass(frozen=True)
class Grader:
    """How a grader did on human labels: of those labelled yes how many it found, of those labelled no how many it left."""

    found: int
    yes: int
    left: int
    no: int

    @property
    def sensitivity(self) -> float:
        """Share of the labelled yes that it found."""
        return self.found / self.yes

    @property
    def specificity(self) -> float:
        """Share of the labelled no that it left."""
        return self.left / self.no


@dataclass(frozen=True)
class Prevalence:
    """The corrected share with its interval, and what the grader said."""

    value: float
    low: float
    high: float
    observed: float


def corrected(observed: float, sensitivity: float, specificity: float) -> float:
    """(observed + specificity − 1) / (sensitivity + specificity − 1), within 0 and 1.

    Raises ValueError for a grader that is no better than chance, which says nothing.
    """
    skill = sensitivity + specificity - 1
    if skill <= 0:
        raise ValueError("A grader that is right no more often than chance says nothing.")
    return min(max((observed + specificity - 1) / skill, 0.0), 1.0)


def prevalence(
    counted: int,
    samples: int,
    grader: Grader,
    *,
    effective: float | None = None,
    level: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
) -> Prevalence:
    """The corrected share of `counted` of `samples`; `effective`: what clustered samples are worth (`effective_samples`).

    Each draw takes all three rates anew, from Beta(count + ½, rest + ½), the smooth bootstrap of a share. Draws of a grader
    no better than chance are dropped. Raises ValueError if more than half were.
    """
    chance = np.random.default_rng(seed)
    worth = float(samples if effective is None else effective)
    share = counted / samples
    seen = chance.beta(share * worth + 0.5, (1 - share) * worth + 0.5, draws)
    sensitive = chance.beta(grader.found + 0.5, grader.yes - grader.found + 0.5, draws)
    specific = chance.beta(grader.left + 0.5, grader.no - grader.left + 0.5, draws)
    skill = sensitive + specific - 1
    usable = skill > 0
    if usable.mean() < 0.5:
        raise ValueError("A grader that is right no more often than chance says nothing.")
    drawn = np.clip((seen + specific - 1)[usable] / skill[usable], 0, 1)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    value = corrected(share, grader.sensitivity, grader.specificity)
    return Prevalence(value, min(float(low), value), max(float(high), value), share)
