"""Web, worker, database and commands are killed while members act: nothing that was acknowledged is lost, nothing is there twice.

A seed decides who is killed, when, and what members do. To replay one: `python -m tests.crashes --seed N --kills N`.
"""

from __future__ import annotations

import sys

import pytest

from tests.crashes.driving import crash

pytestmark = pytest.mark.slow
FULL = [pytest.param(seed, 50, id=f"seed-{seed}", marks=pytest.mark.prove) for seed in (2, 3, 4, 5)]


@pytest.mark.parametrize(("seed", "kills"), [pytest.param(1, 10, id="each-part-first"), *FULL])
def test_after_kills_everything_acknowledged_is_there_once(seed, kills, tmp_path, capsys):
    outcome = crash(seed, kills, tmp_path)
    with capsys.disabled():
        sys.stdout.write(f"\n{outcome.report()}\n")
    assert outcome.faults == []
    assert outcome.killed.total() >= 0.8 * kills, "some fall on a part that is not up again"
    assert outcome.decided > 0, "no round of the members came to its agenda"
    assert outcome.written
