"""How often error bars of 95 % hold the truth, by simulation with clusters: `python bench/coverage.py [--runs 1000]`.

Prints the table of docs/lab-statistics.md: a row for each kind of scores and each likeness within clusters, a column for each
number of clusters, and in it the least and the most over four kinds of cluster sizes. Beside ours: Miller's clustered error
times 1.96, and with Student's t of clusters − 1. The limits are on ours, of ten clusters and more: 93 to 97 % over the means of
all settings of a kind, no setting of scores on a scale outside 92 to 98 %, no share below 91 %: Wilson's own interval of fifty
independent samples holds a share of a fiftieth in 92 %. Shares are held by whole numbers of samples, and where the upper limit
always holds they are missed on one side alone, so that they may hold more often. Six clusters, and clusters that answer as one,
are shown without a limit: error bars promise nothing there.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from multiprocessing import Pool
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stoa.methods.evaluation import Sums, mean, share
from stoa.methods.evaluation.distributions import student_quantile
from stoa.methods.evaluation.means import Mean, miller_error
from tests.methods.evaluation.simulated import AS_ONE, SHARES, Setting, drawn, edges, held, settings

Held = tuple[float, float, float]
"""How often each of three intervals held: 1.96 errors, t of clusters − 1, ours."""


def plain(sums: Sums, quantile: float) -> Mean:
    """The mean with Miller's error and one quantile for all."""
    half = quantile * miller_error(sums)
    return Mean(sums.mean, half / quantile, sums.mean - half, sums.mean + half, sums.samples, sums.clusters, 0.0)


def tried(setting: Setting, runs: int) -> Held:
    """A setting, simulated."""
    among = drawn(setting, runs=runs, seed=1)
    ours = share if setting.scores in SHARES | AS_ONE else mean
    quantile = student_quantile(0.975, setting.clusters - 1)
    return (
        held(setting, lambda sums: plain(sums, 1.959964), among),
        held(setting, lambda sums: plain(sums, quantile), among),
        held(setting, ours, among),
    )


def table(found: dict[Setting, Held]) -> None:
    """Print it, in percent."""
    sizes = sorted({one.clusters for one in found})
    rows: dict[tuple[str, float], dict[int, list[Held]]] = defaultdict(lambda: defaultdict(list))
    for setting, each in found.items():
        rows[setting.scores, setting.alike][setting.clusters].append(each)
    print("| scores | alike |", *(f"{size} clusters |" for size in sizes), "1.96 · SE | *t* · SE |")
    print("|---|---|" + "---|" * (len(sizes) + 2))
    kinds = list(dict.fromkeys(scores for scores, _ in rows))
    for (scores, alike), row in sorted(rows.items(), key=lambda one: (kinds.index(one[0][0]), one[0][1])):
        ours = [[each[2] for each in row[size]] for size in sizes]
        cells = " | ".join(f"{100 * min(cell):.1f}–{100 * max(cell):.1f}" for cell in ours)
        usual, student, _ = 100 * np.mean([each for size in sizes for each in row[size]], axis=0)
        print(f"| {scores} | {alike} | {cells} | {usual:.1f} | {student:.1f} |", flush=True)


def missed(kind: str, found: dict[Setting, float], least: float, most: float) -> bool:
    """Say how often the settings of a kind held; whether a limit was missed."""
    all_of = np.array(list(found.values()))
    amiss = [setting for setting, each in found.items() if not least <= each <= most]
    print(f"{kind}: mean {100 * all_of.mean():.1f} % (limit 93–97), least {100 * all_of.min():.1f} (limit {100 * least:.0f}), most "
          f"{100 * all_of.max():.1f}, {100 * np.mean((all_of >= 0.93) & (all_of <= 0.97)):.0f} % of {len(all_of)} settings "
          f"within 93–97")  # fmt: skip
    for setting in amiss:
        print(f"  missed: {setting} {100 * found[setting]:.1f}")
    return bool(amiss) or not 0.93 <= all_of.mean() <= 0.97


def main() -> int:
    """Print the table; 1 where a limit was missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1_000)
    runs = parser.parse_args().runs
    chosen = list(edges())
    with Pool(2) as pool:
        found = dict(zip(chosen, pool.starmap(tried, [(setting, runs) for setting in chosen], 8), strict=True))
    table(found)
    held_by = {setting: found[setting][2] for setting in settings()}
    shares = {setting: each for setting, each in held_by.items() if setting.scores in SHARES}
    scale = {setting: each for setting, each in held_by.items() if setting.scores not in SHARES}
    return int(any([missed("scores on a scale", scale, 0.92, 0.98), missed("shares", shares, 0.91, 1.0)]))


if __name__ == "__main__":
    sys.exit(main())
