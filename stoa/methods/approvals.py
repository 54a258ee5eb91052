"""Approval ballots in arrays: equal ballots are counted once, and every option knows the groups that approve it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Supporters:
    """Who approves what, by groups of voters who are alike for the purpose.

    `costs` are in the order of listing; `groups[starts[j]:starts[j + 1]]` are the groups that approve option j,
    `weights[…]` how many of their voters do (as floats, to be multiplied with floats), `support[j]` its voters in all.
    """

    costs: tuple[int, ...]
    voters: int
    number: int
    """Of groups."""
    groups: Ints
    weights: NDArray[np.float64]
    starts: Ints
    support: Ints

    @cached_property
    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Each cost as a float, rounded down and up."""
        about = np.array([float(cost) for cost in self.costs])
        under = [cost < each for cost, each in zip(self.costs, about.tolist(), strict=True)]
        above = [cost > each for cost, each in zip(self.costs, about.tolist(), strict=True)]
        return np.where(under, np.nextafter(about, 0), about), np.where(above, np.nextafter(about, np.inf), about)

    def groups_of(self, option: int) -> Ints:
        """The groups that approve an option, given by its place."""
        return self.groups[self.starts[option] : self.starts[option + 1]]

    def sizes_of(self, option: int) -> NDArray[np.float64]:
        """How many voters of each of these groups approve it."""
        return self.weights[self.starts[option] : self.starts[option + 1]]

    def together(self, options: Ints) -> tuple[Ints, NDArray[np.float64], Ints, Ints]:
        """The groups of several approved options, one after the other, their sizes, where each begins, how many each has."""
        bounds = [(self.starts[option], self.starts[option + 1]) for option in options]
        lengths = self.starts[options + 1] - self.starts[options]
        groups = np.concatenate([self.groups[start:end] for start, end in bounds])
        sizes = np.concatenate([self.weights[start:end] for start, end in bounds])
        return groups, sizes, np.cumsum(lengths) - lengths, lengths

    def parted_by(self, options: Sequence[int], most: int) -> "Parted":
        """Groups put together where they agree on the first of these options: on as many as give at most `most` classes."""
        of: Ints = np.zeros(self.number, np.int64)
        classes = 1
        for taken, option in enumerate(options):
            finer = of * 2
            finer[self.groups_of(option)] += 1
            known, finer = np.unique(finer, return_inverse=True)
            if len(known) > most:
                options = options[:taken]
                break
            of, classes = finer, len(known)
        listed = np.repeat(np.arange(len(self.costs)), np.diff(self.starts))
        weights: NDArray[np.float64] = np.bincount(
            listed * classes + of[self.groups], self.weights, len(self.costs) * classes
        ).astype(float)
        some = np.flatnonzero(weights)
        starts = np.searchsorted(some, np.arange(len(self.costs) + 1) * classes)
        coarse = Supporters(self.costs, self.voters, classes, some % classes, weights[some], starts, self.support)
        return Parted(frozenset(options), coarse, of)


@dataclass(frozen=True, eq=False)
class Parted:
    """Groups in classes that approve the same of `options`: the classes' supporters, and the class of each group."""

    options: frozenset[int]
    classes: Supporters
    of: Ints


@dataclass(frozen=True, eq=False)
class Approvals(Supporters):
    """The ballots of one vote over options with costs. A *group* is all voters with one and the same ballot.

    `options` are in the order of listing; `sizes[g]` is the number of voters in group g, `group_of[v]` the group of
    voter v. `ballots[ends[g] - lengths[g]:ends[g]]` are the options that group g approves.
    """

    options: tuple[str, ...]
    sizes: Ints
    group_of: Ints
    ballots: Ints
    lengths: Ints
    ends: Ints

    def approved_by(self, groups: Ints) -> tuple[Ints, Ints]:
        """The approvals of these groups, one after the other: the place in `groups`, and the option."""
        lengths = self.lengths[groups]
        owners = np.repeat(np.arange(len(groups)), lengths)
        offsets = self.ends[groups] - np.cumsum(lengths)
        return owners, self.ballots[offsets[owners] + np.arange(len(owners))]

    @classmethod
    def of(cls, ballots: Sequence[Iterable[str]], costs: Mapping[str, int]) -> "Approvals":
        """Read ballots (each the ids that it approves) over the options of `costs`, whole positive numbers.

        Raises ValueError for a cost that is not positive and for a ballot that names an option which is not there.
        """
        for option, cost in costs.items():
            if cost <= 0:
                raise ValueError(f"The cost of {option!r} is {cost}: it must be above 0.")
        rows, columns = _pairs(ballots, {option: place for place, option in enumerate(costs)})
        first, group_of, sizes = _grouped(rows, columns, len(ballots))
        chosen = first[group_of[rows]] == rows
        rows, columns = group_of[rows[chosen]], columns[chosen]
        # Small integers are sorted by radix, in linear time.
        groups = rows[np.argsort(columns.astype(np.min_scalar_type(len(costs))), kind="stable")]
        lengths = np.bincount(rows, minlength=len(sizes))
        return cls(
            costs=tuple(costs.values()),
            voters=len(ballots),
            number=len(sizes),
            options=tuple(costs),
            sizes=sizes,
            group_of=group_of,
            groups=groups,
            weights=sizes[groups].astype(float),
            starts=np.append(0, np.cumsum(np.bincount(columns, minlength=len(costs)))),
            support=np.bincount(columns, weights=sizes[rows], minlength=len(costs)).astype(np.int64),
            ballots=columns,
            lengths=lengths,
            ends=np.cumsum(lengths),
        )


def _pairs(ballots: Sequence[Iterable[str]], place: Mapping[str, int]) -> tuple[Ints, Ints]:
    """Every (voter, option) of the ballots once, sorted by voter and then by option."""
    lists = [list(ballot) for ballot in ballots]
    try:
        columns = np.fromiter(map(place.__getitem__, chain.from_iterable(lists)), np.int64)
    except KeyError as fault:
        raise ValueError(f"A ballot approves {fault.args[0]!r}, which is not among the options.") from fault
    rows = np.repeat(np.arange(len(lists)), [len(ballot) for ballot in lists])
    width = max(len(place), 1)
    pairs = np.sort(rows * width + columns)
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return pairs // width, pairs % width


def _grouped(rows: Ints, columns: Ints, voters: int) -> tuple[Ints, Ints, Ints]:
    """Of each group of equal ballots its first voter; each voter's group; each group's size."""
    ends = np.cumsum(np.bincount(rows, minlength=voters)).tolist()
    data, width = columns.tobytes(), columns.itemsize
    known: dict[bytes, int] = {}
    group_of = np.empty(voters, np.int64)
    first: list[int] = []
    start = 0
    for voter, end in enumerate(ends):
        group = known.setdefault(data[width * start : width * end], len(first))
        if group == len(first):
            first.append(voter)
        group_of[voter] = group
        start = end
    return np.array(first, np.int64), group_of, np.bincount(group_of, minlength=len(first)).astype(np.int64)
