"""What scipy and statsmodels say of random cases (see oracle.py), and what ours says of them."""

from __future__ import annotations

import json
from math import isclose
from pathlib import Path
from typing import Any

import pytest

from stoa.methods.evaluation import distributions, gather, mcnemar, wilson
from stoa.methods.evaluation.means import clustered_error, miller_error
from stoa.methods.evaluation.memorisation import auroc, skew_normal_below
from stoa.methods.evaluation.multiplicity import benjamini_hochberg, holm
from stoa.methods.evaluation.proportions import clopper_pearson, newcombe

SAID: dict[str, Any] = json.loads((Path(__file__).parent / "scipy.json").read_text())


@pytest.mark.parametrize("name", ["student_below", "student_quantile", "beta_below", "beta_quantile", "binomial_below"])
def test_distributions(name: str) -> None:
    for *case, said in SAID["distributions"][name]:
        assert isclose(getattr(distributions, name)(*case), said, rel_tol=1e-8, abs_tol=1e-12), case


def test_the_skew_normal_distribution() -> None:
    for *case, said in SAID["distributions"]["skew_normal_below"]:
        assert isclose(skew_normal_below(*case), said, rel_tol=1e-7, abs_tol=1e-14), case


def test_wilson_and_clopper_pearson() -> None:
    for count, size, low, high in SAID["shares"]["wilson"]:
        assert wilson(count / size, size) == pytest.approx((max(low, 0.0), min(high, 1.0)), abs=1e-10)
    for count, size, low, high in SAID["shares"]["clopper_pearson"]:
        assert clopper_pearson(count, size) == pytest.approx((low, high), abs=1e-10)


def test_newcombe_and_mcnemar() -> None:
    for *case, low, high in SAID["shares"]["newcombe"]:
        assert newcombe(*case) == pytest.approx((low, high), abs=1e-10)
    for first, second, p in SAID["shares"]["mcnemar"]:
        assert mcnemar(first, second) == pytest.approx(p, abs=1e-10)


def test_the_clustered_error_of_a_regression_on_a_constant() -> None:
    """Theirs adds up cluster totals alone, as Miller's does but for n against n − 1 in what samples differ by themselves."""
    for case in SAID["clustered"]:
        sums = gather(case["scores"], case["clusters"])
        alone = sums.deviations * (1 / (60 * 59) - 1 / 60**2)
        assert miller_error(sums) ** 2 - alone == pytest.approx(case["error"] ** 2, rel=1e-9)
        assert clustered_error(sums) > case["error"]


def test_adjusted_p_values() -> None:
    for case in SAID["adjusted"]:
        assert holm(case["p"]).tolist() == pytest.approx(case["holm"])
        assert benjamini_hochberg(case["p"]).tolist() == pytest.approx(case["bh"])


def test_the_area_under_the_curve() -> None:
    for case in SAID["curves"]:
        assert auroc(case["members"], case["others"]) == pytest.approx(case["auroc"])
