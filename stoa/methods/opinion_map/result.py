"""What an opinion map is: where people lie, which groups they form, what marks and what joins and divides them."""

from __future__ import annotations

from dataclasses import dataclass

from stoa.methods.opinion_map.answers import Floats, Ints


@dataclass(frozen=True)
class Mark:
    """A statement, by its place, and whether it is agreed (1) or disagreed (−1) with."""

    statement: int
    sign: int


@dataclass(frozen=True)
class Group:
    """People who answer alike, by their places in order, and the statements that mark them, strongest of each kind first."""

    members: tuple[int, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Map:
    """An opinion map.

    `positions` (people × 2) and `group` (−1: in none) are in the order of people as given; `placed` says who answered enough
    to be put into a group. `groups` come by falling size and are empty where none are clear. `counts` is groups × statements
    × (agree, disagree, answers), of all placed people as one group where there are none. `shared` and `dividing` are of
    `counts`. `centres` is where each group lies on average. `stability` is the mean adjusted Rand index over resamples,
    `clearness` the mean silhouette, `by_chance` the chance to find so clear groups where there are none (1 where it was
    not asked).
    """

    positions: Floats
    placed: tuple[int, ...]
    group: Ints
    groups: tuple[Group, ...]
    counts: Ints
    shared: tuple[Mark, ...]
    dividing: tuple[int, ...]
    consensus: Floats
    extremity: Floats
    axes: Floats
    centres: Floats
    stability: float
    clearness: float
    by_chance: float
