"""A page from the visitors' cache is never older than two seconds or an instant of a phase, and never anybody's."""

from __future__ import annotations

import dataclasses
import math
import os
import platform
from typing import Any

import pytest

from stoa.config import fresh, visitors
from stoa.kit.environment import Environment
from tests.cast import Cast
from tests.config.interleaving import Seen, Town, interleave, two_processes

pytestmark = pytest.mark.slow


def deaf(found: Environment) -> Environment:
    """Hears nothing of what the database announces: the time of a page is then all that makes it end."""
    return dataclasses.replace(found, database_url="postgresql://nobody@127.0.0.1:1/nothing")


def asked(requests: int, seed: int = 1, found: Any = lambda found: found) -> Seen:
    town = Town(Cast(), seed)
    town.found()
    with two_processes(found) as addresses:
        return interleave(town, addresses, requests)


@pytest.mark.parametrize("found", [lambda found: found, deaf], ids=["hearing", "deaf"])
def test_visitors_and_members_are_shown_what_is_theirs_and_true(cloned_db: str, found: Any) -> None:
    seen = asked(120, found=found)
    assert seen.wrong == []
    assert min(seen.visitors, seen.members, seen.from_the_cache, seen.changes, seen.turns) > 0


def test_a_cache_that_forgets_who_asks_is_found_out(cloned_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "_KEEPS_OUT", frozenset())
    assert any("page of" in fault for fault in asked(400).wrong)


def test_a_cache_that_keeps_for_too_long_is_found_out(cloned_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "holds_until", lambda: math.inf)
    monkeypatch.setattr(visitors.Visitors, "purge", lambda _: None)
    assert any(" s after it" in fault for fault in asked(4000).wrong)  # after it had changed, or after its instant


@pytest.mark.prove
@pytest.mark.parametrize("found", [lambda found: found, deaf], ids=["hearing", "deaf"])
def test_of_ten_thousand_requests_none_gets_what_is_old_or_somebodys(
    cloned_db: str, found: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = asked(10_000, found=found)
    with capsys.disabled():
        hears = "hear nothing, so that two seconds are all that ends a page" if found is deaf else "hear each change"
        print(f"\n\nCache: two processes that {hears}; seed 1\n{seen.report()}\n")  # noqa: T201
        print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")  # noqa: T201
    assert seen.wrong == []
