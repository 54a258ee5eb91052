"""Which statement comes next: the formulas by hand, Polis' own published priorities."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from stoa.methods.routing import priorities

REAL = Path(__file__).parents[3] / "shared" / "data" / "deliberation" / "polis-api"


def test_the_formula_by_hand():
    # 10 saw it, 4 agree, 1 passes, a lone vote lies at 0.5.
    importance = (1 - Fraction(2, 12)) * Fraction(3, 2) * Fraction(5, 12)
    expected = (importance * (1 + Fraction(8, 4))) ** 2
    assert priorities([4], [1], [10], [0.5]).tolist() == pytest.approx([float(expected)], rel=1e-12)


def test_a_statement_that_nobody_saw_without_a_map():
    assert priorities([0], [0], [0]).tolist() == [(0.5 * 0.5 * 9) ** 2]


def test_statements_about_people_have_a_fixed_priority():
    assert priorities([4, 4], [0, 0], [9, 9], about_people=[True, False])[0] == 49.0


def test_polis_own_priorities_are_found_from_its_counts_and_extremities():
    found = json.loads((REAL / "improving-polis-37p" / "math-pca2.json").read_text())
    counts = np.zeros((44, 3))
    for group in found["group-votes"].values():
        for statement, votes in group["votes"].items():
            counts[int(statement)] += [votes["A"], votes["D"], votes["S"]]
    agrees, disagrees, seen = counts.T
    ours = priorities(agrees, seen - agrees - disagrees, seen, found["pca"]["comment-extremity"])
    theirs = [found["comment-priorities"][str(place)] for place in range(44)]
    meta = set(found["meta-tids"])
    close = [place for place in range(44) if place in meta or ours[place] == pytest.approx(theirs[place], rel=1e-6)]
    # Polis' priorities lag one update behind its counts, so some differ.
    assert len(close) >= 25
