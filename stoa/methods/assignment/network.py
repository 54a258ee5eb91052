"""The flow that an assignment is: from pieces over organisations to reviewers, and what is missing past them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from stoa.methods.assignment.problem import Problem

Numbers = NDArray[np.int64]


class NotOptimal(RuntimeError):
    """The solver's flow can be improved, or is none: a fault of the program, never of the input."""


@dataclass(frozen=True)
class Network:
    """The arcs of a problem, in this order: pair arcs, organisation arcs, reviewer arcs, arcs for what is missing.

    Nodes: pieces, then reviewers, then one for each piece and organisation with several candidates, then the sink.
    A pair arc leads to its reviewer from the piece or, where there is one, from the node of piece and organisation.
    """

    problem: Problem
    pieces: list[str]
    reviewers: list[str]
    pair_piece: Numbers
    pair_reviewer: Numbers
    scores: Numbers
    group: Numbers
    """Of each pair, the node of its piece and organisation, counted from 0; -1 where it needs none."""
    group_piece: Numbers

    @classmethod
    def of(cls, problem: Problem) -> Network:
        """The network of a problem; pieces and reviewers in the order of their names."""
        pieces, reviewers = sorted(problem.wanted), sorted(problem.loads)
        place = {reviewer: number for number, reviewer in enumerate(reviewers)}
        rows = [
            (number, place[reviewer], score)
            for number, piece in enumerate(pieces)
            for reviewer, score in sorted(problem.scores.get(piece, {}).items())
        ]
        columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
        named = sorted({name for name in problem.organisations.values() if name})
        code = {name: number for number, name in enumerate(named)}
        of_reviewer = np.array([code.get(problem.organisations.get(r, ""), -1) for r in reviewers], dtype=np.int64)
        group, group_piece = _groups(columns[:, 0], of_reviewer[columns[:, 1]], len(named))
        return cls(problem, pieces, reviewers, columns[:, 0], columns[:, 1], columns[:, 2], group, group_piece)

    @cached_property
    def wanted(self) -> Numbers:
        """Reviews wanted, by piece."""
        return np.array([self.problem.wanted[piece] for piece in self.pieces], dtype=np.int64)

    @cached_property
    def loads(self) -> Numbers:
        """The most that each reviewer takes."""
        return np.array([self.problem.loads[reviewer] for reviewer in self.reviewers], dtype=np.int64)

    @property
    def nodes(self) -> int:
        """How many nodes there are, the sink last."""
        return len(self.pieces) + len(self.reviewers) + len(self.group_piece) + 1

    @cached_property
    def tails(self) -> Numbers:
        """Where each arc begins."""
        first_group = len(self.pieces) + len(self.reviewers)
        pairs = np.where(self.group >= 0, first_group + self.group, self.pair_piece)
        reviewers = len(self.pieces) + np.arange(len(self.reviewers))
        return np.concatenate([pairs, self.group_piece, reviewers, np.arange(len(self.pieces))])

    @cached_property
    def heads(self) -> Numbers:
        """Where each arc ends."""
        first_group = len(self.pieces) + len(self.reviewers)
        sink = np.full(len(self.reviewers) + len(self.pieces), self.nodes - 1)
        groups = first_group + np.arange(len(self.group_piece))
        return np.concatenate([len(self.pieces) + self.pair_reviewer, groups, sink])

    @cached_property
    def capacities(self) -> Numbers:
        """How much each arc takes."""
        ones = np.ones(len(self.pair_piece) + len(self.group_piece), dtype=np.int64)
        return np.concatenate([ones, self.loads, self.wanted])

    def costs(self, pairs: Numbers, missing: int) -> Numbers:
        """The cost of each arc where only pairs and missing reviews cost something."""
        free = np.zeros(len(self.group_piece) + len(self.reviewers), dtype=np.int64)
        return np.concatenate([pairs, free, np.full(len(self.pieces), missing, dtype=np.int64)])

    def flow(self, costs: Numbers) -> Numbers:
        """A flow of least cost, by arc."""
        solver = min_cost_flow.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(self.tails, self.heads, self.capacities, costs)
        supplies = np.zeros(self.nodes, dtype=np.int64)
        supplies[: len(self.pieces)] = self.wanted
        supplies[-1] = -self.wanted.sum()
        solver.set_nodes_supplies(np.arange(self.nodes), supplies)
        if (status := solver.solve()) != solver.OPTIMAL:
            raise NotOptimal(f"The solver of flows ended with {status.name}.")
        return np.asarray(solver.flows(np.arange(len(costs))), dtype=np.int64)

    def potentials(self, flow: Numbers, costs: Numbers) -> Numbers:
        """Distances of all nodes to each other in what is left of the network (Bellman 1958, Ford 1956).

        They exist only where no cycle has a negative cost, which is what makes the flow one of least cost: `NotOptimal`.
        """
        forward, backward = flow < self.capacities, flow > 0
        tails = np.concatenate([self.tails[forward], self.heads[backward]])
        heads = np.concatenate([self.heads[forward], self.tails[backward]])
        lengths = np.concatenate([costs[forward], -costs[backward]])
        order = np.argsort(heads, kind="stable")
        tails, heads, lengths = tails[order], heads[order], lengths[order]
        starts = np.flatnonzero(np.r_[True, heads[1:] != heads[:-1]]) if len(heads) else np.empty(0, np.int64)
        reached = heads[starts] if len(heads) else heads
        distance = np.zeros(self.nodes, dtype=np.int64)
        for _ in range(self.nodes + 1):
            nearer = np.minimum.reduceat(distance[tails] + lengths, starts) if len(starts) else lengths
            better = nearer < distance[reached]
            if not better.any():
                return distance
            distance[reached[better]] = nearer[better]
        raise NotOptimal("The flow has a cycle along which it gets cheaper.")


def _groups(piece: Numbers, organisation: Numbers, organisations: int) -> tuple[Numbers, Numbers]:
    """Of each pair, which node of piece and organisation it passes, -1 for none; and the piece of each such node."""
    keys = piece * max(organisations, 1) + organisation
    found, place, count = np.unique(np.where(organisation >= 0, keys, -1), return_inverse=True, return_counts=True)
    needed = (count > 1) & (found >= 0)
    number = np.where(needed, np.cumsum(needed) - 1, -1)
    return number[place.reshape(-1)], found[needed] // max(organisations, 1)
