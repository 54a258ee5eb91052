"""Whether a run is no worse than another, or the same within a margin; and a gate that may be looked at after every sample.

Non-inferiority and equivalence are one-sided tests of a difference (Schuirmann 1987: equivalence is two of them). The
gate is a bet against the claim that the new one is worse by the margin: its wealth is a supermartingale under that claim,
so it passes 1/α with probability α at most, however often one looks (Ville 1939; Waudby-Smith and Ramdas 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stoa.methods.evaluation.pairs import Difference, difference
from stoa.methods.evaluation.sums import Sums

METHOD = "settlement/1"
WARM_UP = 10
Verdict = Literal["reproduced", "disputed", "undecided"]


@dataclass(frozen=True)
class Settlement:
    """What a reproduction says of a claim: the verdict, the difference (reproduction − claim) and its bounds at 1 − 2α.

    `p_within`: p-value of equivalence, the greater of its two one-sided tests; `p_beyond`: of a difference beyond the margin.
    """

    verdict: Verdict
    difference: float
    error: float
    low: float
    high: float
    margin: float
    p_within: float
    p_beyond: float
    paired: bool
    method: str = METHOD


@dataclass(frozen=True)
class Gate:
    """What the gate says after `looked` samples: `passed` (no worse by the margin), `harmed` (worse), or neither yet."""

    state: Literal["passed", "harmed", "open"]
    looked: int
    wealth: float
    against: float


def non_inferior(found: Difference, margin: float, *, alpha: float = 0.05) -> bool:
    """Whether the first of the two is surely not worse by the margin or more, higher being better."""
    return found.p_above(-margin) <= alpha


def equivalent(found: Difference, margin: float, *, alpha: float = 0.05) -> bool:
    """Whether the difference surely lies within the margin, by two one-sided tests."""
    return p_within(found, margin) <= alpha


def p_within(found: Difference, margin: float) -> float:
    """The p-value of equivalence: the greater one of the two one-sided tests."""
    return max(found.p_above(-margin), (-found).p_above(-margin))


def p_beyond(found: Difference, margin: float) -> float:
    """The p-value of a difference beyond the margin, on either side (twice the smaller one-sided p)."""
    return min(1.0, 2 * min(found.p_above(margin), (-found).p_above(margin)))


def settle(claim: Sums, reproduction: Sums, *, margin: float, bounded: bool = True, alpha: float = 0.05) -> Settlement:
    """What a reproduction says of a claimed result on the same suite and model version.

    Equivalent within the margin: reproduced. Significantly different beyond it: disputed. Neither: undecided, which means
    too few samples. Paired by cluster where both scored the same samples. Raises ValueError for a margin of 0 or less.
    """
    if margin <= 0:
        raise ValueError("A margin is above 0.")
    found = difference(reproduction, claim, bounded=bounded)
    within, beyond = p_within(found, margin), p_beyond(found, margin)
    verdict: Verdict = "reproduced" if within <= alpha else "disputed" if beyond <= alpha else "undecided"
    low, high = found.interval(1 - 2 * alpha)
    return Settlement(verdict, found.value, found.error, low, high, margin, within, beyond, found.paired)


def gate(differences: Sequence[float], margin: float, *, alpha: float = 0.05) -> Gate:
    """Bet sample by sample that new − old is above −margin; stop at the first sample at which a bet has won 1/α.

    `differences` lie within −1 and 1, in the order in which they came. One bet is that the new one is no worse by the
    margin, the other that it is. Each α on its own. Raises ValueError for values out of range.
    """
    if not 0 < margin < 1 or any(not -1 <= each <= 1 for each in differences):
        raise ValueError("Differences lie within −1 and 1, a margin between 0 and 1.")
    good, bad = _Bet(0.5 / (1 - margin)), _Bet(0.5 / (1 + margin))
    for looked, each in enumerate(differences, 1):
        good.take(each + margin)
        bad.take(-(each + margin))
        if good.wealth >= 1 / alpha:
            return Gate("passed", looked, good.wealth, bad.wealth)
        if bad.wealth >= 1 / alpha:
            return Gate("harmed", looked, good.wealth, bad.wealth)
    return Gate("open", len(differences), good.wealth, bad.wealth)


class _Bet:
    """A bettor who stakes on a positive mean what past samples make wise, nothing before there were ten of them."""

    def __init__(self, most: float) -> None:
        """`most`: the greatest stake, half of what could lose everything."""
        self.wealth = 1.0
        self._most = most
        self._seen = 0
        self._mean = 0.0
        self._squares = 0.0

    def take(self, gain: float) -> None:
        """Play one sample with the stake chosen before it, then learn from it (Welford's running mean and variance)."""
        self.wealth *= 1 + self._stake() * gain
        self._seen += 1
        step = gain - self._mean
        self._mean += step / self._seen
        self._squares += step * (gain - self._mean)

    def _stake(self) -> float:
        if self._seen < WARM_UP or self._mean <= 0:
            return 0.0
        return min(self._mean / (self._squares / self._seen + self._mean**2), self._most)
