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
        seen = np.bincount(self.columns, minlength=self.statements)
        sums = np.bincount(self.columns, weights=self.value, minlength=self.statements)
        means: Floats = sums / np.maximum(seen, 1)
        return means

    @cached_property
    def centred(self) -> NDArray[np.float32]:
        """Each answer less the mean of its column: what is not answered is then 0, as if filled with the mean."""
        return (self.value - self.means[self.columns]).astype(np.float32)


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
    order = np.argsort(who * statements + what, kind="stable")
    who, what, said = who[order], what[order], said[order]
    if len(who) > 1 and ((who[1:] == who[:-1]) & (what[1:] == what[:-1])).any():
        raise ValueError("A person answered a statement twice.")
    kept = ~removed[what]
    ordered = _in_own_order(who[kept], what[kept], said[kept], each, statements)
    return replace(ordered, taken_out=int(removed.sum()))


def _in_own_order(who: Ints, what: Ints, said: NDArray[np.int8], each: Ints, statements: int) -> Answers:
    """Order rows by a hash of what they hold, so that sums come out the same to the last bit whatever people are called."""
    marks = (what * 3 + said + 2).astype(np.uint64) * MIX
    marks = (marks ^ (marks >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    marks ^= marks >> np.uint64(32)
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
    source = np.arange(len(what)) - np.repeat(begin, moved) + np.repeat(starts[order], moved)
    return Answers(order, rows, what[source].astype(np.int32), said[source], people, statements, each[order])
