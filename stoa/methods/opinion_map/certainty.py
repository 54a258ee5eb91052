"""Whether groups are there: found again in resamples of the people, and clearer than where answers are shuffled.

The bootstrap (Efron 1979) draws as many people with replacement, parts them anew and compares; the axes are held. The null
shuffles each statement's answers among those who gave one, which keeps how much each is agreed with and who answered what.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stoa.methods.opinion_map.answers import Answers, Ints
from stoa.methods.opinion_map.axes import ROUGH, find_axes, project
from stoa.methods.opinion_map.partition import Base, base_clusters, likeness, nearest, part, silhouette

RESAMPLES = 50
SHUFFLES = 19
MOST_SHUFFLED = 500


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


def by_chance(answers: Answers, least: int, k: int, chance: np.random.Generator) -> float:
    """The chance to find groups as clear where there are none: (1 + shuffles at least as clear) / (1 + shuffles).

    On at most five hundred people who answered `least` statements or more, parted into k groups.
    """
    some = _some(answers, least, chance)
    found = _clearness(some, k, chance)
    as_clear = sum(_clearness(_shuffled(some, chance), k, chance) >= found for _ in range(SHUFFLES))
    return (1 + as_clear) / (1 + SHUFFLES)


def _clearness(answers: Answers, k: int, chance: np.random.Generator) -> float:
    points = project(answers, find_axes(answers, enough=ROUGH))
    base = base_clusters(points, np.arange(len(points)))
    if len(base.centres) < k:
        return 0.0
    return silhouette(base, nearest(base.centres, part(base, k, chance, starts=3)))


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
