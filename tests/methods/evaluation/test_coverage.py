"""Error bars of 95 % hold the truth about 95 % of the time: few and many clusters, equal and unequal, scales and shares.

`bench/coverage.py` prints the whole table. Here fewer runs, so that chance alone may take two points either way.
"""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from stoa.methods.evaluation import Sums, mean, share
from tests.methods.evaluation.simulated import SHARES, Setting, draw, drawn, held, settings

ALL = list(settings())
SOME = list(islice(ALL, 3, None, 11))


def coverage(chosen: list[Setting], runs: int) -> tuple[np.ndarray, np.ndarray]:
    """How often the intervals of scores on a scale and of shares hold, by setting."""
    found = {True: [], False: []}
    for setting in chosen:
        kind = setting.scores in SHARES
        found[kind].append(held(setting, share if kind else mean, drawn(setting, runs=runs, seed=7)))
    return np.array(found[False]), np.array(found[True])


@pytest.mark.slow
def test_error_bars_hold_as_often_as_they_say() -> None:
    for found in coverage(SOME, 250):
        assert 0.93 <= found.mean() <= 0.97
        assert found.min() >= 0.9


@pytest.mark.parametrize(
    "setting", [Setting(n, sizes, "pairs", 0.1) for n in (20, 60, 120) for sizes in ("one", "equal")]
)
def test_error_bars_of_matched_pairs_near_the_end_stay_within_it_and_hold(setting: Setting) -> None:
    chance = np.random.default_rng(5)
    found = [share(draw(chance, setting)) for _ in range(400)]
    assert all(0 <= one.low <= one.value <= one.high <= 1 for one in found)
    assert 0.9 <= np.mean([one.low <= setting.truth <= one.high for one in found]) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "least"),
    [
        (Setting(50, "unequal", "a twentieth", 0.5), 0.93),
        (Setting(100, "unequal", "a fiftieth", 0.5), 0.93),
        (Setting(100, "lognormal", "a fiftieth", 0.3), 0.93),
        (Setting(20, "equal", "a tenth, as one", 0.5), 0.91),
        (Setting(100, "unequal", "a fiftieth", 0.0), 0.93),
    ],
)
def test_error_bars_of_rare_answers_hold_whether_they_come_in_heaps_or_not(setting: Setting, least: float) -> None:
    others = {True: 1 - setting.truth, False: setting.truth}
    for mirrored, truth in others.items():
        found = [share(_mirrored(one) if mirrored else one) for one in drawn(setting, runs=600, seed=3)]
        assert least <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.995


def _mirrored(sums: Sums) -> Sums:
    """The same answers with yes for no."""
    return Sums(sums.names, sums.counts, sums.counts - sums.sums, float((sums.counts - sums.sums).sum()))


@pytest.mark.slow
def test_error_bars_hold_in_a_third_of_all_settings() -> None:
    scale, shares = coverage(ALL[1::3], 300)
    assert 0.93 <= scale.mean() <= 0.97
    assert 0.93 <= shares.mean() <= 0.97
    assert scale.min() >= 0.9
    assert scale.max() <= 0.99
    assert shares.min() >= 0.9
