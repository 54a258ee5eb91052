"""Whether groups are there: found again in resamples of the people, and clearer than where answers are shuffled.

The bootstrap (Efron 1979) draws as many people with replacement, parts them anew and compares; the axes are held. The null
shuffles each statement's answers among those who gave one, which keeps how much each is agreed with and who answered what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stoa.methods.opinion_map.answers import Answers, Ints
from stoa.methods.opinion_map.axes import ROUGH, find_axes, project
from stoa.methods.opinion_map.partition import Base, base_clusters, likeness, nearest, part, silhouette

RESAMPLES = 100
SHUFFLES = 59
ENOUGH_AS_CLEAR = 3  # that many of 59 make more than one in twenty: what follows can't make it less
MOST_SHUFFLED = 500
STARTS_ANEW = 6


def stability(base: Base, labels: Ints, k: int, chance: np.random.Generator) -> float:
    """The mean likeness of the parting of base clusters to those of resamples, over all people; 1 for one group."""
    if k < 2:
        return 1.0
    people = int(base.sizes.sum())
    scores = []
    for _ in range(RESAMPLES):
        drawn = chance.multinomial(people, base.sizes / people).astype(np.float64)
        again = nearest(base.centres, part(base, k, chance, starts=2, weights=drawn))
        scores.append(likeness(labels, again, base.sizes))
    return float(np.mean(scores))


def by_chance(answers: Answers, least: int, kinds: Sequence[int], chance: np.random.Generator) -> float:
    """The chance to find groups as clear where there are none: (1 + shuffles at least as clear) / (1 + shuffles).

    On at most five hundred people who answered `least` statements or more. Shuffled answers, too, are parted into that one of
    the numbers of groups `kinds` that is clearest: groups chosen as the clearest of several look clear by themselves. Once
    three shuffles were as clear it ends, and the chance is three by the number of shuffles (Besag & Clifford, "Sequential
    Monte Carlo p-values", 1991).
    """
    some = _some(answers, least, chance)
    found = _clearness(some, kinds, chance)
    as_clear = 0
    for tried in range(1, SHUFFLES + 1):
        as_clear += _clearness(_shuffled(some, chance), kinds, chance) >= found
        if as_clear == ENOUGH_AS_CLEAR:
            return as_clear / tried
    return (1 + as_clear) / (1 + SHUFFLES)


def _clearness(answers: Answers, kinds: Sequence[int], chance: np.random.Generator) -> float:
    points = project(answers, find_axes(answers, enough=ROUGH))
    base = base_clusters(points, np.arange(len(points)))
    parted = (part(base, k, chance, starts=STARTS_ANEW) for k in kinds if k <= len(base.centres))
    return max((silhouette(base, nearest(base.centres, centres)) for centres in parted), default=0.0)


def _some(answers: Answers, least: int, chance: np.random.Generator) -> Answers:
    """A table of some of the rows that hold enough."""
    enough = np.flatnonzero(answers.each >= least)
    chosen = np.sort(chance.permutation(enough)[:MOST_SHUFFLED])
    place = np.full(answers.people, -1, dtype=np.int32)
    place[chosen] = np.arange(len(chosen), dtype=np.int32)
    kept = place[answers.rows] >= 0
    return Answers(
        answers.person[chosen],
        place[answers.rows[kept]],
        answers.columns[kept],
        answers.value[kept],
        len(chosen),
        answers.statements,
        answers.each[chosen],
    )


def _shuffled(answers: Answers, chance: np.random.Generator) -> Answers:
    by_column = np.argsort(answers.columns, kind="stable")
    mixed = np.lexsort((chance.random(len(by_column)), answers.columns))
    value = np.empty_like(answers.value)
    value[by_column] = answers.value[mixed]
    return replace(answers, value=value)
