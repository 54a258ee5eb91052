"""The digest of a plan covers all of it but what a server puts beside it."""

from __future__ import annotations

import hashlib

import pytest

from stoa.evaluation.plans import FORMAT, digest_of

PLAN = {"format": FORMAT, "study": 7, "margin": 0.1, "title": "Who refuses, and why?", "models": []}


def test_the_digest_is_that_of_the_canonical_form() -> None:
    canonical = '{"format":"stoa-plan/1","margin":0.1,"models":[],"study":7,"title":"Who refuses, and why?"}'
    assert digest_of(PLAN) == f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def test_what_stands_beside_the_plan_changes_nothing() -> None:
    assert digest_of({**PLAN, "digest": digest_of(PLAN), "entry": 12}) == digest_of(PLAN)


@pytest.mark.parametrize("change", [{"margin": 0.2}, {"study": 8}, {"salt": ""}])
def test_whatever_else_is_changed_changes_the_digest(change: dict) -> None:
    assert digest_of({**PLAN, **change}) != digest_of(PLAN)
