"""Makes scipy.json: what scipy and statsmodels say of random cases. Run it where both are installed; tests read the file.

`python tests/methods/evaluation/oracle.py` with scipy 1.17 and statsmodels 0.15, which Stoa itself doesn't need.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("scipy.json")


def distributions(chance: np.random.Generator) -> dict[str, list[list[float]]]:
    from scipy import stats

    t = [(float(chance.normal(0, 3)), float(10 ** chance.uniform(0, 3))) for _ in range(60)]
    beta = [(float(chance.random()), *(10 ** chance.uniform(-1, 3, 2)).tolist()) for _ in range(60)]
    trials = [(int(chance.integers(0, n + 1)), int(n), float(chance.random())) for n in chance.integers(1, 400, 60)]
    skew = [(float(chance.normal(0, 3)), float(chance.normal(0, 3))) for _ in range(60)]
    levels = [(float(chance.uniform(0.001, 0.999)), float(10 ** chance.uniform(0, 3))) for _ in range(60)]
    return {
        "student_below": [[*case, float(stats.t.cdf(*case))] for case in t],
        "student_quantile": [[*case, float(stats.t.ppf(*case))] for case in levels],
        "beta_below": [[*case, float(stats.beta.cdf(*case))] for case in beta],
        "beta_quantile": [[*case, float(stats.beta.ppf(*case))] for case in beta],
        "binomial_below": [[*case, float(stats.binom.cdf(*case))] for case in trials],
        "skew_normal_below": [[*case, float(stats.skewnorm.cdf(*case))] for case in skew],
    }


def shares(chance: np.random.Generator) -> dict[str, list[list[float]]]:
    from scipy.stats import binomtest
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

    sizes = [int(n) for n in chance.integers(1, 200, 40)]
    pairs = [
        (int(chance.integers(0, n + 1)), n, int(chance.integers(0, m + 1)), m)
        for n, m in zip(sizes, sizes[::-1], strict=True)
    ]
    each = [(count, size) for count, size, _, _ in pairs]
    return {
        "wilson": [[*case, *map(float, proportion_confint(*case, method="wilson"))] for case in each],
        "clopper_pearson": [[*case, *map(float, proportion_confint(*case, method="beta"))] for case in each],
        "newcombe": [[*case, *map(float, confint_proportions_2indep(*case, method="newcomb"))] for case in pairs],
        "mcnemar": [[a, b, float(binomtest(min(a, b), a + b, 0.5).pvalue)] for a, b, _, _ in pairs if a + b],
    }


def clustered(chance: np.random.Generator) -> list[dict[str, object]]:
    """The error of statsmodels' clustered regression on a constant, without its small-sample factor; and of its design."""
    import statsmodels.api as sm

    cases = []
    for _ in range(20):
        groups = np.sort(chance.integers(0, chance.integers(3, 30), 60))
        scores = chance.normal(groups % 5, 1.0)
        fit = sm.OLS(scores, np.ones(60)).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
        cases.append({"scores": scores.tolist(), "clusters": groups.tolist(), "error": float(fit.bse[0])})
    return cases


def adjusted(chance: np.random.Generator) -> list[dict[str, object]]:
    from statsmodels.stats.multitest import multipletests

    rows = [chance.random(n) ** 3 for n in (1, 2, 5, 20, 50)]
    return [
        {
            "p": p.tolist(),
            "holm": multipletests(p, method="holm")[1].tolist(),
            "bh": multipletests(p, method="fdr_bh")[1].tolist(),
        }
        for p in rows
    ]


def curves(chance: np.random.Generator) -> list[dict[str, object]]:
    from scipy.stats import mannwhitneyu

    cases = []
    for _ in range(10):
        inside, outside = chance.normal(0.5, 1, 30).round(1), chance.normal(0, 1, 40).round(1)
        area = float(mannwhitneyu(inside, outside).statistic) / 1200
        cases.append({"members": inside.tolist(), "others": outside.tolist(), "auroc": area})
    return cases


if __name__ == "__main__":
    chance = np.random.default_rng(20270101)
    made = {
        "distributions": distributions(chance),
        "shares": shares(chance),
        "clustered": clustered(chance),
        "adjusted": adjusted(chance),
        "curves": curves(chance),
    }
    FILE.write_text(json.dumps(made, separators=(",", ":")) + "\n")
