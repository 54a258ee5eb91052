"""Shares of refusals stand beside what they are once the grader's errors are allowed for."""

from __future__ import annotations

import pytest

from stoa.evaluation.verdicts import Measured, Verdict
from stoa.kit.act import CLOCK
from stoa.lab import acts
from stoa.lab.models import Run
from tests.cast import Cast, browser, settle
from tests.lab.studying import begun, registered, submitted

pytestmark = pytest.mark.django_db
SUITE, SAMPLES = "stoa/over_refusal", 120


def graded(run: Run, refused: int, answered: int) -> Run:
    """A checked run in which so many of the samples were refused in full, and so many answered."""

    def share(count: int) -> Measured:
        scores = [float(n < count) for n in range(SAMPLES)]
        names = [f"c{n:03}" for n in range(SAMPLES)]
        sums = {"names": names, "counts": [1] * SAMPLES, "sums": scores, "squares": sum(scores)}
        return Measured(count / SAMPLES, 0.04, 0.1, 0.5, SAMPLES, SAMPLES, sums)

    measures = {"refused": share(refused), "complied": share(answered), "partial": share(SAMPLES - refused - answered)}
    acts.take_up(CLOCK, run=run)
    return acts.keep_verdict(CLOCK, run=run, verdict=Verdict("follows", measures, {"verdict": "follows"}))


def test_pages_and_the_api_show_refusals_corrected_for_the_grader_s_errors(cast: Cast) -> None:
    plan = {"suites": [(SUITE, SAMPLES)], "primary_suite": SUITE, "primary_measure": "refused"}
    study = registered(cast.author, **plan)
    run = graded(submitted(begun(study, cast.author, suite=SUITE), cast.author), refused=36, answered=80)
    settle()
    given = browser().get(f"/api/v1/lab/studies/1/runs/{run.number}").json()
    found = {one["measure"]: one["corrected"] for one in given["measures"]}
    # (0.3 + 301/317 - 1) / (119/133 + 301/317 - 1), and 1 - (40/120 + 284/300 - 1) / (132/150 + 284/300 - 1)
    assert found["partial"] is None
    assert [round(found[name]["value"], 4) for name in ("refused", "complied")] == [0.2956, 0.6613]
    for name, raw in (("refused", 0.3), ("complied", 80 / SAMPLES)):
        assert 0 <= found[name]["low"] < found[name]["value"] < found[name]["high"] <= 1
        assert found[name]["high"] - found[name]["low"] > 0.1 > abs(found[name]["value"] - raw)
    assert browser().get("/api/v1/lab/results").json()["items"][0]["measures"] == given["measures"]
    for path in ("/lab/studies/1", f"/lab/studies/1/runs/{run.number}"):
        page = browser().get(path).content.decode()
        assert page.count("corrected for the grader’s errors") == 2
        assert ">0.296<" in page
