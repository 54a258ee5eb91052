"""How often error bars of 95 % hold the truth, by simulation with clusters: `python bench/coverage.py [--runs 2000]`.

Beside ours: Miller's clustered error times 1.96, and with Student's t of clusters − 1. The limit is on ours: 93 to 97 % over
the means of all settings of a kind, and no setting of scores on a scale outside 92 to 98 %. Shares are held by whole numbers
of samples, so that a setting of few clusters may hold more often than it says; fewer than 92 % is a miss there too.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stoa.methods.evaluation import Sums, mean, share
from stoa.methods.evaluation.distributions import student_quantile
from stoa.methods.evaluation.means import Mean, miller_error
from tests.methods.evaluation.simulated import SHARES, Setting, held, settings


def plain(sums: Sums, quantile: float) -> Mean:
    """The mean with Miller's error and one quantile for all."""
    half = quantile * miller_error(sums)
    return Mean(sums.mean, half / quantile, sums.mean - half, sums.mean + half, sums.samples, sums.clusters, 0.0)


def row(setting: Setting, runs: int) -> tuple[float, float, float]:
    """How often each of the three intervals held: 1.96 errors, t of clusters − 1, ours."""
    ours = share if setting.scores in SHARES else mean
    freedom = setting.clusters - 1
    return (
        held(setting, lambda sums: plain(sums, 1.959964), runs=runs, seed=1),
        held(setting, lambda sums: plain(sums, student_quantile(0.975, freedom)), runs=runs, seed=1),
        held(setting, ours, runs=runs, seed=1),
    )


def main() -> int:
    """Print the table; 1 where a limit was missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=2_000)
    runs = parser.parse_args().runs
    kinds: dict[str, list[float]] = defaultdict(list)
    missed = 0
    print("clusters sizes      scores    alike   1.96·SE   t(G−1)·SE   ours")
    for setting in settings():
        usual, student, ours = row(setting, runs)
        kinds["shares" if setting.scores in SHARES else "scale"].append(ours)
        amiss = ours < 0.92 or (ours > 0.98 and setting.scores not in SHARES)
        missed += amiss
        print(
            f"{setting.clusters:8} {setting.sizes:10} {setting.scores:9} {setting.alike:5}"
            f" {100 * usual:8.1f} {100 * student:10.1f} {100 * ours:9.1f}{'  missed' if amiss else ''}",
            flush=True,
        )
    for kind, found in kinds.items():
        within = np.mean([0.93 <= each <= 0.97 for each in found])
        missed += not 0.93 <= np.mean(found) <= 0.97
        print(f"{kind}: mean {100 * np.mean(found):.1f} % (limit 93–97), least {100 * min(found):.1f}, "
              f"most {100 * max(found):.1f}, {100 * within:.0f} % of settings within 93–97")  # fmt: skip
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
