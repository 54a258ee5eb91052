"""What groups and all people say: counts, what marks a group, what all share, what divides them (Polis' formulas).

With A, D, S the agreements, disagreements and answers of a group, p = (A+1)/(S+2) is its smoothed share; a z beyond 1.2816
(ninety in a hundred, one-sided) is needed before anything is said of it.
"""

from __future__ import annotations

import numpy as np

from stoa.methods.opinion_map.answers import Answers, Floats, Ints
from stoa.methods.opinion_map.result import Mark

Z = 1.2816
MOST_MARKS = 5
MOST_SHARED = 5
MOST_DIVIDING = 10
LEAST_SPREAD = 0.3


def count(answers: Answers, label: Ints, groups: int) -> Ints:
    """Answers by group, statement and kind (agree, disagree, all): groups × statements × 3. A label below 0 is in no group."""
    m = answers.statements
    # Those in no group are counted as one more, which is left out.
    of = np.where(label < 0, groups, label).astype(np.int32) * (3 * m)
    kinds = np.bincount(of[answers.rows] + answers.places, minlength=3 * m * (groups + 1))
    disagree, skip, agree = np.moveaxis(kinds.reshape(groups + 1, m, 3)[:groups], 2, 0)
    return np.stack([agree, disagree, agree + skip + disagree], axis=2)


def marks(counts: Ints, group: int) -> tuple[Mark, ...]:
    """What marks a group most against the others, agreements first; the strongest alone where nothing is beyond chance."""
    own, rest = counts[group], counts.sum(axis=0) - counts[group]
    alone = np.stack([_one_share(own[:, kind], own[:, 2]) for kind in (0, 1)])
    against = np.stack([_two_shares(own[:, kind], own[:, 2], rest[:, kind], rest[:, 2]) for kind in (0, 1)])
    share = np.stack([(own[:, kind] + 1) / (own[:, 2] + 2) for kind in (0, 1)])
    ratio = share / np.stack([(rest[:, kind] + 1) / (rest[:, 2] + 2) for kind in (0, 1)])
    kind, places = np.where(against[0] > against[1], 0, 1), np.arange(len(own))
    measure = (ratio * against * share * alone)[kind, places]
    passing = (alone[kind, places] > Z) & (against[kind, places] > Z) & (own[:, 2] > 0)
    measure[own[:, 2] == 0] = -np.inf
    order = np.argsort(-measure, kind="stable")
    chosen = [place for place in order if passing[place]][:MOST_MARKS] or order[:1].tolist()
    found = [Mark(int(place), -1 if kind[place] else 1) for place in chosen]
    return tuple(sorted(found, key=lambda mark: -mark.sign))


def informed(counts: Ints, kind: int) -> Floats:
    """Group-informed consensus of each statement, Π (A+1)/(S+2) over groups, to the root of their number (kind 1: disagreement)."""
    shares = (counts[:, :, kind] + 1) / (counts[:, :, 2] + 2)
    consensus: Floats = np.exp(np.log(shares).mean(axis=0))
    return consensus


def shared(counts: Ints) -> tuple[Mark, ...]:
    """What each group agrees on, or disagrees with, by majority and beyond chance in all; strongest first."""
    total = counts.sum(axis=0)
    found: list[Mark] = []
    for kind, sign in ((0, 1), (1, -1)):
        shares = (counts[:, :, kind] + 1) / (counts[:, :, 2] + 2)
        z = _one_share(total[:, kind], total[:, 2])
        score = informed(counts, kind) * np.maximum(z, 0)
        score[~((shares > 0.5).all(axis=0) & (z > Z) & (counts[:, :, 2].min(axis=0) > 0))] = 0
        found += [Mark(int(place), sign) for place in np.argsort(-score, kind="stable")[:MOST_SHARED] if score[place]]
    return tuple(found)


def dividing(counts: Ints) -> tuple[int, ...]:
    """The statements on which groups differ most, beyond chance; with one group, on which all are split. Most first."""
    shares = (counts[:, :, 0] + 1) / (counts[:, :, 2] + 2)
    if len(counts) < 2:
        against = (counts[0, :, 1] + 1) / (counts[0, :, 2] + 2)
        spread = np.minimum(shares[0], against)
        spread[_one_share(counts[0, :, 0] + counts[0, :, 1], counts[0, :, 2]) <= Z] = 0
    else:
        high, low = shares.argmax(axis=0), shares.argmin(axis=0)
        places = np.arange(shares.shape[1])
        spread = shares[high, places] - shares[low, places]
        top, bottom = counts[high, places], counts[low, places]
        spread[_two_shares(top[:, 0], top[:, 2], bottom[:, 0], bottom[:, 2]) <= Z] = 0
    best = np.argsort(-spread, kind="stable")[:MOST_DIVIDING]
    return tuple(int(place) for place in best if spread[place] >= LEAST_SPREAD)


def _one_share(part: Floats | Ints, whole: Floats | Ints) -> Floats:
    """Z of a share against one half."""
    z: Floats = 2 * np.sqrt(whole + 1) * ((part + 1) / (whole + 1) - 0.5)
    return z


def _two_shares(part: Floats | Ints, whole: Floats | Ints, part2: Floats | Ints, whole2: Floats | Ints) -> Floats:
    """Z of the difference of two shares, one added to each count; 0 where both are whole."""
    one, two = (part + 1) / (whole + 1), (part2 + 1) / (whole2 + 1)
    pooled = (part + part2 + 2) / (whole + whole2 + 2)
    variance = np.maximum(pooled * (1 - pooled), 0) * (1 / (whole + 1) + 1 / (whole2 + 1))
    z: Floats = np.where(variance > 0, (one - two) / np.sqrt(np.maximum(variance, 1e-30)), 0.0)
    return z
