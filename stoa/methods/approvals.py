"""Approval ballots in arrays: equal ballots are counted once, and every option knows the groups that approve it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Approvals:
    """The ballots of one vote over options with costs. A *group* is all voters with one and the same ballot.

    `options` and `costs` are in the order of listing; `sizes[g]` is the number of voters in group g, `group_of[v]` the
    group of voter v; `groups[starts[j]:starts[j + 1]]` are the groups that approve option j, `weights[…]` their sizes
    (as floats, to be multiplied with floats), `support[j]` its voters. `ballots[ends[g] - lengths[g]:ends[g]]`
    are the options that group g approves.
    """

    options: tuple[str, ...]
    costs: tuple[int, ...]
    sizes: Ints
    group_of: Ints
    groups: Ints
    weights: NDArray[np.float64]
    starts: Ints
    support: Ints
    ballots: Ints
    lengths: Ints
    ends: Ints

    @property
    def voters(self) -> int:
        """How many ballots were cast, empty ones included."""
        return len(self.group_of)

    def groups_of(self, option: int) -> Ints:
        """The groups that approve an option, given by its place."""
        return self.groups[self.starts[option] : self.starts[option + 1]]

    def sizes_of(self, option: int) -> NDArray[np.float64]:
        """How many voters each of these groups has."""
        return self.weights[self.starts[option] : self.starts[option + 1]]

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
            options=tuple(costs),
            costs=tuple(costs.values()),
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
