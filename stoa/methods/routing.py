"""Which statement to show next: the rule by which Polis routes (Small et al. 2021; its `math` source), exactly.

A statement matters more the fewer pass on it, the more agree with it, and the further a lone vote on it moves a person on the
opinion map; one that few have seen gets a bonus that halves with every five who see it. The next one is drawn with a chance
proportional to its priority.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

ABOUT_THE_PEOPLE = 49.0
BONUS = 8.0
BONUS_HALVES_EVERY = 5


def priorities(
    agrees: ArrayLike,
    passes: ArrayLike,
    seen: ArrayLike,
    extremity: ArrayLike | None = None,
    *,
    about_people: ArrayLike = False,
) -> Floats:
    """The priority of each statement, above 0.

    `agrees`, `passes`, `seen` (all answers, of any value) are counts per statement; `extremity` is `Map.extremity`, taken as 0
    where there is no map yet. Statements `about_people` (who someone is, not what they think) have a fixed priority.
    """
    a, p, s = (np.asarray(counts, dtype=np.float64) for counts in (agrees, passes, seen))
    e = np.zeros_like(s) if extremity is None else np.asarray(extremity, dtype=np.float64)
    importance = (1 - (p + 1) / (s + 2)) * (e + 1) * (a + 1) / (s + 2)
    priority = (importance * (1 + BONUS * 2.0 ** (-s / BONUS_HALVES_EVERY))) ** 2
    fixed: Floats = np.where(np.asarray(about_people), ABOUT_THE_PEOPLE, priority)
    return fixed
