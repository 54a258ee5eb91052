"""The comparison of two worlds finds a leak of each kind that was planted on purpose, and nothing where none was."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tests.leaks.asking import Answer, Asked, Asking, Request, differences
from tests.leaks.comparing import TYPED
from tests.leaks.planted import PLANTS, plant
from tests.leaks.scenes import IN_DISCUSSION
from tests.leaks.worlds import World, built

pytestmark = pytest.mark.slow
Shown = dict[str | None, dict[Asked, Answer]]


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: Any) -> list[Shown]:
    """What both worlds show with each plant, and with none."""
    leaking = [*settings.MIDDLEWARE, "tests.leaks.planted.middleware"]
    stories = next(iter(IN_DISCUSSION.groups(["visitor"])))
    shown = []
    with django_db_blocker.unblock(), built(IN_DISCUSSION) as there, override_settings(MIDDLEWARE=leaking):
        for otherwise in (True, False):
            with there.world_of(stories, otherwise=otherwise) as world:
                shown.append({kind: _shown(world, kind) for kind in (None, *PLANTS)})
    return shown


def _shown(world: World, kind: str | None) -> dict[Asked, Answer]:
    plant(kind)
    plants = [PLANTS[kind]] if kind else list(PLANTS.values())
    roles = {each.role for each in plants}
    people = {role: person for role, person in world.everybody_else().items() if role in roles}
    try:
        asked = [Request(each.role, each.method, each.path, each.path) for each in plants]
        return Asking(world, people, TYPED, world.some[:1]).all(asked)
    finally:
        plant(None)


@pytest.mark.parametrize("kind", PLANTS)
def test_a_planted_leak_is_found(worlds: list[Shown], kind: str) -> None:
    one, other = (shown[kind] for shown in worlds)
    assert differences(one, other) != []


def test_nothing_is_found_where_nothing_leaks(worlds: list[Shown]) -> None:
    one, other = (shown[None] for shown in worlds)
    assert differences(one, other) == []
    assert {answer.status for answer in one.values()} <= {200, 201, 302}
