"""The forecast of what will be unread: its interval holds as often as it says, in panels that read in different ways."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.backlog import Backlog, Reading, forecast

Chance = np.random.Generator
PANELS: dict[str, tuple[Callable[[Chance, int], np.ndarray], float]] = {
    "each at their own rate": (lambda chance, n: chance.gamma(1.5, 1 / 1.5, n), 1.0),
    "some never begin": (lambda chance, n: chance.lognormal(0.2, 0.4, n) * (chance.random(n) > 0.15), 1.0),
    "in a rush before the end": (lambda chance, n: chance.lognormal(0.0, 0.5, n), 1.3),
    "tiring": (lambda chance, n: chance.lognormal(0.2, 0.5, n), 0.8),
}
"""How fast each reviewer is, and the power of time by which reading goes on (1: evenly)."""


def panel(chance: Chance, kind: str, *, size: int, each: int, gone: float) -> tuple[list[Reading], int]:
    """A simulated panel at one instant, and how much of it is unread at the deadline in truth."""
    rates, power = PANELS[kind]
    readings, unread = [], 0
    for rate in rates(chance, size):
        instants = np.sort(chance.random(chance.poisson(rate * each)) ** (1 / power))[:each]
        read = int((instants <= gone).sum())
        readings.append(Reading(each, read, gone if read < each else float(instants[-1])))
        unread += each - len(instants)
    return readings, unread


@pytest.mark.slow
@pytest.mark.parametrize("kind", PANELS)
@pytest.mark.parametrize("gone", [0.3, 0.6])
def test_the_interval_holds_as_often_as_it_says(kind: str, gone: float) -> None:
    held = []
    for number in range(60):
        readings, unread = panel(np.random.default_rng([number, 7]), kind, size=15, each=8, gone=gone)
        found = forecast(readings, level=80, seed=number)
        held.append(found.low <= unread <= found.high)
    assert np.mean(held) >= 0.8


def test_the_interval_narrows_as_time_goes_on() -> None:
    early, late = (
        forecast(panel(np.random.default_rng(3), "each at their own rate", size=20, each=10, gone=gone)[0])
        for gone in (0.1, 0.9)
    )
    assert late.high - late.low < (early.high - early.low) / 3


def test_at_the_deadline_what_is_unread_is_known() -> None:
    assert forecast([Reading(10, 4, 1.0), Reading(5, 5, 0.5)]) == Backlog(6, 6, 6, 80)


def test_nobody_and_nothing() -> None:
    assert forecast([]) == Backlog(0, 0, 0, 80)
    assert forecast([Reading(0, 0, 0.0)]) == Backlog(0, 0, 0, 80)


@pytest.mark.parametrize("wrong", [Reading(1, 2, 0.5), Reading(1, -1, 0.5), Reading(1, 0, 1.1)])
def test_impossible_readings_are_refused(wrong: Reading) -> None:
    with pytest.raises(ValueError, match="Nobody reads more"):
        forecast([wrong])


readings = st.builds(
    lambda given, read, gone: Reading(given, min(given, read), gone),
    st.integers(0, 20),
    st.integers(0, 20),
    st.floats(0, 1),
)


@given(st.lists(readings, max_size=5))
def test_the_interval_stays_within_what_is_unread_now(panel: list[Reading]) -> None:
    found = forecast(panel)
    assert 0 <= found.low <= found.middle <= found.high <= sum(one.given - one.read for one in panel)
