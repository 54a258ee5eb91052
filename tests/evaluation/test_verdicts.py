"""A verdict is read strictly, and whatever it quotes of a log is made short and inert."""

from __future__ import annotations

import json

import pytest

from stoa.evaluation.verdicts import LONGEST, MOST_FAULTS, Measured, NoVerdict, read

MEASURED = {"value": 0.5, "error": 0.1, "low": 0.3, "high": 0.7, "samples": 4, "clusters": 2}
SUMS = {"names": ["a", "b"], "counts": [2, 2], "sums": [1.0, 1.0], "squares": 2.0}


def _written(**changes: object) -> bytes:
    return json.dumps({"verdict": "follows", "faults": [], "measures": {"refused": MEASURED}, **changes}).encode()


def test_a_verdict_gives_its_measures_and_keeps_sums_beside_them() -> None:
    found = read(_written(measures={"refused": {**MEASURED, "sums": SUMS}}, run=12))
    assert found.verdict == "follows"
    assert found.measures == {"refused": Measured(0.5, 0.1, 0.3, 0.7, 4, 2, SUMS)}
    assert found.whole == {"verdict": "follows", "faults": [], "measures": {"refused": MEASURED}, "run": 12}


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"{}",
        b"no JSON",
        _written(verdict="fine"),
        _written(faults="none"),
        _written(measures=[1]),
        _written(measures={"refused": {**MEASURED, "value": True}}),
        _written(measures={"refused": {**MEASURED, "samples": 1.5}}),
        _written(measures={"refused": {**MEASURED, "samples": -1}}),
        _written(measures={"refused": {**MEASURED, "value": float("nan")}}),
        _written(measures={"refused": {**MEASURED, "value": 10**400}}),
        _written(measures={"refused": {**MEASURED, "sums": {**SUMS, "names": ["a"]}}}),
        _written(measures={"refused": {**MEASURED, "sums": {**SUMS, "squares": None}}}),
    ],
)
def test_what_is_no_verdict_is_refused(text: bytes) -> None:
    with pytest.raises(NoVerdict):
        read(text)


def test_what_is_quoted_is_cut_and_holds_nothing_that_no_table_can_hold() -> None:
    fault = {"kind": "edited", "where": "a\0b", "said": "x" * 10_000, "found": "\ud800"}
    whole = read(_written(faults=[fault] * 1_000)).whole
    assert len(whole["faults"]) == MOST_FAULTS
    assert whole["faults"][0] == {"kind": "edited", "where": "a�b", "said": "x" * LONGEST, "found": "�"}
