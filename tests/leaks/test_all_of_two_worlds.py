"""The full count of `test_two_worlds`: every route as every role with every method, links followed, in each scene."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from stoa.kit.secrecy import secrets
from tests.leaks.asking import Request, every_request
from tests.leaks.comparing import Compared, compare
from tests.leaks.routes import Fillings, patterns
from tests.leaks.scenes import SCENES
from tests.leaks.worlds import Scene, built

pytestmark = [pytest.mark.slow, pytest.mark.prove]


@pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
def test_nothing_tells_two_worlds_apart_whatever_is_asked(
    scene: Scene, django_db_setup: None, django_db_blocker: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with django_db_blocker.unblock():
        compared = _all_of(scene)
    with capsys.disabled():
        print("\n".join(_report(scene, compared)))  # noqa: T201 - the report is what this test is run for
    assert compared.found == [], "\n".join(compared.found[:50])
    assert compared.broken == []
    assert len(compared.asked) > 8_000


def _all_of(scene: Scene) -> Compared:
    def plan(roles: Sequence[str], _everybody: Sequence[str], fillings: Fillings) -> list[Request]:
        return every_request(roles, fillings, scene.also)

    with built(scene) as there:
        return compare(there, plan, follow=True, warm=True)


def _report(scene: Scene, compared: Compared) -> Iterator[str]:
    """What was asked, in lines."""
    methods = Counter(asked.method for asked in compared.asked)
    roles = Counter(asked.role for asked in compared.asked)
    yield f"\n{os.cpu_count()} processors ({platform.machine()}), {len(patterns())} routes, {len(secrets())} secrets"
    yield f"{scene.name}: {len(scene.stories)} stories, {len(compared.differing)} fields that hold a secret differ"
    yield f"  requests in each world: {len(compared.asked):,}, to {len({asked.path for asked in compared.asked}):,} addresses"
    yield "  by method: " + ", ".join(f"{name} {count:,}" for name, count in sorted(methods.items()))
    yield "  by role: " + ", ".join(f"{name} {count:,}" for name, count in sorted(roles.items()))
    yield f"  differences: {len(compared.found)}; answers of 500 and more: {len(compared.broken)}"
    yield from (f"    {found[:300]}" for found in compared.found[:20])
