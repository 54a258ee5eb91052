"""Finds an assignment: first by what is wanted and how well it fits, then, among equals, by the seed; with its proof."""

from __future__ import annotations

import numpy as np

from stoa.methods.assignment.network import Network, NotOptimal, Numbers
from stoa.methods.assignment.problem import GREATEST_SCORE, TIE_BITS, Assignment, Problem, tie_break

MOST_PAIRS = 20_000_000


def assign(problem: Problem, *, seed: bytes) -> Assignment:
    """The assignment with the most reviews; of those with the greatest sum of scores; of those the one the seed draws.

    The same problem and seed give the same assignment, whatever solves the flow, but for a chance of about the number of
    equal choices in 2^20 that two of them draw the same. Raises ValueError for a problem that is none (`Problem.check`)
    or is too large for exact arithmetic in 64 bits.
    """
    problem.check()
    network = Network.of(problem)
    scale, missing, ties = _scale(network), _missing(network), _ties(network, seed)
    first = network.flow(network.costs(-network.scores, missing))
    flow = _among_equals(network, first, network.costs(-network.scores, missing), ties, scale)
    whole = network.costs(-network.scores * scale - ties, missing * scale)
    return _told(network, flow, network.potentials(flow, whole), seed)


def _missing(network: Network) -> int:
    """What a missing review costs: more than any rearrangement of scores on the way to another reviewer can gain."""
    longest = 2 * min(len(network.pieces), len(network.reviewers)) + 2
    return (GREATEST_SCORE + 1) * longest


def _scale(network: Network) -> int:
    """By how much scores are multiplied, so that all ties together weigh less than one point of one score."""
    scale = (int(network.wanted.sum()) + 1) << TIE_BITS
    # A way through the network passes the sink once: it meets two costs of missing reviews, and scores that weigh less.
    largest = max(4 * _missing(network) * scale, 2 * scale * (network.nodes + 1))
    if largest >= 2**63 or len(network.scores) > MOST_PAIRS:
        raise ValueError("There are too many pieces and reviewers for one assignment. Split them into parts.")
    return scale


def _ties(network: Network, seed: bytes) -> Numbers:
    """The tie-breaking number of each pair."""
    pairs = zip(network.pair_piece.tolist(), network.pair_reviewer.tolist(), strict=True)
    drawn = [tie_break(seed, network.pieces[piece], network.reviewers[reviewer]) for piece, reviewer in pairs]
    return np.array(drawn, dtype=np.int64)


def _among_equals(network: Network, first: Numbers, costs: Numbers, ties: Numbers, scale: int) -> Numbers:
    """Of all flows that cost as little as the first, the one whose tie-breaking numbers have the greatest sum.

    Whether an arc can be otherwise at the same cost is told by its reduced cost, which is 0 then; where it is not, leaving
    the optimum costs `scale`, which is more than all ties together.
    """
    potential = network.potentials(first, costs)
    reduced = costs + potential[network.tails] - potential[network.heads]
    drawn = np.sign(reduced) * scale
    drawn[: len(ties)] -= np.where(reduced[: len(ties)] == 0, ties, 0)
    return network.flow(drawn)


def _told(network: Network, flow: Numbers, potential: Numbers, seed: bytes) -> Assignment:
    chosen = np.flatnonzero(flow[: len(network.scores)])
    rows = zip(network.pair_piece[chosen].tolist(), network.pair_reviewer[chosen].tolist(), strict=True)
    pairs = tuple((network.pieces[piece], network.reviewers[reviewer]) for piece, reviewer in rows)
    if len(set(pairs)) != len(pairs):
        raise NotOptimal("A pair was assigned twice.")
    short = flow[len(flow) - len(network.pieces) :].tolist()
    prices = (potential[-1] - potential).tolist()
    count = len(network.pieces)
    return Assignment(
        pairs=pairs,
        missing={piece: n for piece, n in zip(network.pieces, short, strict=True) if n},
        objective=int(network.scores[chosen].sum()),
        seed=seed.hex(),
        piece_prices=dict(zip(network.pieces, (-price for price in prices[:count]), strict=True)),
        reviewer_prices=dict(zip(network.reviewers, prices[count : count + len(network.reviewers)], strict=True)),
    )
