"""Finds the opinion map of a conversation: the sparse pipeline from answers to groups, and whether groups are clear at all.

The rule is that of Polis (Small et al., "Polis: scaling deliberation by mapping high dimensional opinion spaces", 2021),
with its weak points mended: several seeded starts, groups only where they are clear, stable and not by chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from stoa.methods.opinion_map import certainty
from stoa.methods.opinion_map.answers import Answers, Floats, Ints, table
from stoa.methods.opinion_map.axes import extremity, find_axes, project, still_axes
from stoa.methods.opinion_map.marks import count, dividing, informed, marks, shared
from stoa.methods.opinion_map.partition import (
    Base,
    base_clusters,
    lloyd,
    nearest,
    part,
    part_from_first,
    silhouette,
)
from stoa.methods.opinion_map.result import Group, Map

LEAST_ANSWERS = 7
LEAST_PLACED = 15
MOST_GROUPS = 5
SMALLEST = 5
LEAST_CLEAR = 0.25
LEAST_STABLE = 0.6
MOST_BY_CHANCE = 0.05
REFINED = 10


@dataclass(frozen=True)
class _Parting:
    """The rows put into groups with their labels, how sure they are, and whether a number of groups was asked for."""

    rows: Ints
    labels: Ints
    stability: float
    clearness: float
    by_chance: float
    asked: bool


def find_map(
    person: ArrayLike,
    statement: ArrayLike,
    value: ArrayLike,
    *,
    people: int,
    statements: int,
    out: ArrayLike = (),
    seed: bytes,
    k: int | None = None,
    smallest: int = SMALLEST,
    certain: bool = True,
) -> Map:
    """The opinion map of answers (1 agree, 0 skip, −1 disagree), one a person and statement, in any order.

    `out`: places of statements taken out. With `k` the number of groups is given and not judged, and they are found in
    Polis' own scale and from its own start in the order of people; groups of fewer than `smallest` are left out. Without,
    the same answers give the same map whatever people are called.
    `certain=False` takes groups without asking whether they are stable and not by chance. Raises `ValueError`.
    """
    if k is not None and not 1 <= k <= 100:
        raise ValueError("The number of groups lies between 1 and 100.")
    answers = table(person, statement, value, people=people, statements=statements, out=out)
    axes = find_axes(answers)
    points = project(answers, axes, as_polis=k is not None)
    rows = _placed(answers)
    chance = np.random.default_rng(list(seed))
    order = np.argsort(answers.person[rows], kind="stable") if k else np.arange(len(rows))
    base = base_clusters(points[rows], order)
    if k is None:
        labels, clear = _clearest(points[rows], base, smallest, chance)
    else:
        labels, clear = _given(points[rows], base, min(k, len(base.centres)), order)
    stable, odds = 1.0, 1.0
    groups = int(labels.max(initial=-1)) + 1
    if certain and groups > 1:
        stable = certainty.stability(base, _of_base(base, labels), groups, chance)
    if k is None and groups > 1 and certain:
        odds = certainty.by_chance(answers, LEAST_ANSWERS, _numbers(base), chance)
        if stable < LEAST_STABLE or odds > MOST_BY_CHANCE:
            labels = np.zeros(len(rows), dtype=np.int64)
    labels = _by_size(labels, smallest if k else 1)
    return _map(answers, axes, points, _Parting(rows, labels, stable, clear, odds, asked=k is not None))


def next_map(
    before: Map,
    person: ArrayLike,
    statement: ArrayLike,
    value: ArrayLike,
    *,
    people: int,
    statements: int,
    out: ArrayLike = (),
    seed: bytes,
) -> Map:
    """The map after a few more answers, begun from the one before, which is of the same statements: for less than `find_map`.

    The axes of the map before are held while they are still those of all answers, to one part in a thousand; its groups'
    centres move to where the people now are, and how sure the groups are is not asked anew. Positions, counts and all that
    is said of them are of the answers given. Where axes or groups don't hold any more, and where there was no clear group,
    the map is found anew. Begun from the same map, the same answers give the same map. Raises `ValueError`.
    """
    answers = table(person, statement, value, people=people, statements=statements, out=out)
    held = still_axes(answers, before.axes) if before.groups and len(before.axes) == statements else None
    if held is not None:
        axes, points = held
        rows = _placed(answers)
        labels, _ = lloyd(points[rows], np.ones(len(rows)), before.centres, REFINED)
        if np.bincount(labels, minlength=len(before.centres)).min() >= SMALLEST:
            labels = _by_size(labels, 1)
            parting = _Parting(rows, labels, before.stability, before.clearness, before.by_chance, asked=False)
            return _map(answers, axes, points, parting)
    return find_map(person, statement, value, people=people, statements=statements, out=out, seed=seed)


def _placed(answers: Answers) -> Ints:
    """The rows of people who answered seven statements (or all, where there are fewer); at least the fifteen who answered most."""
    least = min(LEAST_ANSWERS, int(answers.kinds.any(axis=1).sum()))
    most = np.argsort(-answers.each, kind="stable")[:LEAST_PLACED]
    chosen = answers.each >= max(least, 1)
    if chosen.sum() < LEAST_PLACED:
        chosen[most[answers.each[most] > 0]] = True
    return np.flatnonzero(chosen)


def _clearest(points: Floats, base: Base, smallest: int, chance: np.random.Generator) -> tuple[Ints, float]:
    """Labels of the number of groups with the clearest parting; one group where none is clear enough."""
    best, clearest = base.centres[:0], LEAST_CLEAR
    for k in _numbers(base):
        centres = part(base, k, chance)
        labels = nearest(base.centres, centres)
        if np.bincount(labels, weights=base.sizes, minlength=k).min() < max(smallest, 2):
            continue
        clear = silhouette(base, labels)
        if clear > clearest:
            best, clearest = centres, clear
    if not len(best):
        return np.zeros(len(points), dtype=np.int64), 0.0
    return lloyd(points, np.ones(len(points)), best, REFINED)[0], clearest


def _numbers(base: Base) -> range:
    """The numbers of groups to choose from: fewer where people are few."""
    return range(2, min(MOST_GROUPS, 2 + len(base.centres) // 12, len(base.centres)) + 1)


def _given(points: Floats, base: Base, k: int, order: Ints) -> tuple[Ints, float]:
    if not len(points):
        return np.zeros(0, dtype=np.int64), 0.0
    labels, _ = lloyd(points, np.ones(len(points)), part_from_first(base, k, order))
    return labels, silhouette(base, _of_base(base, labels))


def _of_base(base: Base, labels: Ints) -> Ints:
    """The label of most people of each base cluster."""
    table_ = np.zeros((len(base.centres), int(labels.max(initial=0)) + 1))
    np.add.at(table_, (base.of, labels), 1)
    of: Ints = table_.argmax(axis=1)
    return of


def _by_size(labels: Ints, smallest: int) -> Ints:
    """Labels by falling size, those too small −1."""
    sizes = np.bincount(labels, minlength=1)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    rank[sizes < smallest] = -1
    ranked: Ints = rank[labels] if len(labels) else labels
    return ranked


def _centres(points: Floats, label: Ints, groups: int) -> Floats:
    """Where the people of each group lie on average."""
    return np.array([points[label == group].mean(axis=0) for group in range(groups)]).reshape(groups, 2)


def _map(answers: Answers, axes: Floats, points: Floats, parting: _Parting) -> Map:
    label = np.full(answers.people, -1, dtype=np.int64)
    label[parting.rows] = parting.labels
    number = int(parting.labels.max(initial=-1)) + 1
    counts = count(answers, label, max(number, 1))
    positions, group = np.empty_like(points), np.full(answers.people, -1, dtype=np.int64)
    positions[answers.person] = points
    if number > 1 or parting.asked:
        group[answers.person] = label
    members = [np.flatnonzero(group == place) for place in range(number) if number > 1 or parting.asked]
    return Map(
        positions=positions,
        placed=tuple(np.sort(answers.person[parting.rows]).tolist()),
        group=group,
        groups=tuple(
            Group(tuple(each.tolist()), marks(counts, place) if number > 1 else ())
            for place, each in enumerate(members)
        ),
        counts=counts,
        shared=shared(counts),
        dividing=dividing(counts),
        consensus=informed(counts, 0),
        extremity=extremity(answers, axes),
        axes=axes,
        centres=_centres(points, label, len(members)),
        stability=parting.stability,
        clearness=parting.clearness,
        by_chance=parting.by_chance,
    )
