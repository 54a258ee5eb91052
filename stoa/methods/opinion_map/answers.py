"""Answers as a sparse table: one row a person, one column a statement, in an order that depends on what was answered alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Answers:
    """Answers ordered by row, then column; `person[row]` is whose row it is. Rows of people without answers come too.

    `value` is 1, 0 or −1. Answers to statements that moderators took out are not here, but count in `each`, how many
    statements a row answered: as in Polis, nobody leaves the map because a statement does. `taken_out`: how many those are.
    """

    person: Ints
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    value: NDArray[np.int8]
    people: int
    statements: int
    each: Ints
    taken_out: int = 0

    @cached_property
    def means(self) -> Floats:
        """The mean of each column over those who answered; 0 where nobody did."""
        means: Floats = (self.kinds[:, 2] - self.kinds[:, 0]) / np.maximum(self.kinds.sum(axis=1), 1)
        return means

    @cached_property
    def places(self) -> NDArray[np.int32]:
        """Where each answer belongs in a table of columns by −1, 0 and 1."""
        places: NDArray[np.int32] = self.columns * np.int32(3) + (self.value + np.int8(1))
        return places

    @cached_property
    def kinds(self) -> Ints:
        """How many answered −1, 0 and 1, by column."""
        return np.bincount(self.places, minlength=3 * self.statements).reshape(-1, 3)

    @cached_property
    def centred(self) -> NDArray[np.float32]:
        """Each answer less the mean of its column: what is not answered is then 0, as if filled with the mean."""
        differences = (np.array([-1, 0, 1]) - self.means[:, None]).astype(np.float32)
        centred: NDArray[np.float32] = differences.ravel()[self.places]
        return centred

    @cached_property
    def begun(self) -> tuple[Ints, Ints]:
        """The rows that hold answers, and where each begins."""
        counts = np.bincount(self.rows, minlength=self.people)
        some = np.flatnonzero(counts)
        return some, (np.cumsum(counts) - counts)[some]


def table(
    person: ArrayLike, statement: ArrayLike, value: ArrayLike, *, people: int, statements: int, out: ArrayLike = ()
) -> Answers:
    """The table of one answer per person and statement, given in any order; raises `ValueError` for what can't be one."""
    who, what = np.asarray(person, dtype=np.int64), np.asarray(statement, dtype=np.int64)
    said = np.asarray(value, dtype=np.int8)
    if not len(who) == len(what) == len(said):
        raise ValueError("Give as many people and statements as answers.")
    if len(who) and not (who.min() >= 0 and who.max() < people and what.min() >= 0 and what.max() < statements):
        raise ValueError("A person or a statement lies outside the table.")
    if np.abs(said).max(initial=0) > 1:
        raise ValueError("An answer is 1, 0 or -1.")
    removed = np.zeros(statements, dtype=bool)
    removed[np.asarray(out, dtype=np.int64)] = True
    each = np.bincount(who, minlength=people)
    cells = who * statements + what
    if not (cells[1:] > cells[:-1]).all():
        order = np.argsort(cells, kind="stable")
        who, what, said, cells = who[order], what[order], said[order], cells[order]
        if (cells[1:] == cells[:-1]).any():
            raise ValueError("A person answered a statement twice.")
    if removed.any():
        kept = ~removed[what]
        who, what, said = who[kept], what[kept], said[kept]
    ordered = _in_own_order(who, what, said, each, statements)
    return replace(ordered, taken_out=int(removed.sum()))


def _in_own_order(who: Ints, what: Ints, said: NDArray[np.int8], each: Ints, statements: int) -> Answers:
    """Order rows by a hash of what they hold, so that sums come out the same to the last bit whatever people are called."""
    places = what.astype(np.int32)
    places *= 3
    places += said
    places += 1
    marks = _marks(3 * statements)[places]
    people = len(each)
    counts = np.bincount(who, minlength=people)
    starts = np.cumsum(counts) - counts
    hashes = np.zeros(people, dtype=np.uint64)
    some = counts > 0
    if some.any():
        hashes[some] = np.add.reduceat(marks, starts[some])
    order = np.lexsort((each, hashes))
    moved = counts[order]
    rows = np.repeat(np.arange(people, dtype=np.int32), moved)
    begin = np.cumsum(moved) - moved
    source = np.arange(len(what), dtype=np.int32) + np.repeat((starts[order] - begin).astype(np.int32), moved)
    places = places[source]
    columns = places // 3
    return Answers(order, rows, columns, (places - columns * 3 - 1).astype(np.int8), people, statements, each[order])


def _marks(number: int) -> NDArray[np.uint64]:
    """Numbers that look drawn by lot, always the same."""
    marks = np.arange(1, number + 1, dtype=np.uint64) * MIX
    marks = (marks ^ (marks >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return marks ^ (marks >> np.uint64(32))
