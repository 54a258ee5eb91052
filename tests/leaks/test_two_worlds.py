"""Two worlds that differ in secrets alone answer everybody else alike: pages, API, headers, cookies, work, mails, live messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from stoa.kit.secrecy import secret_fields
from tests.leaks.asking import Fillings, Request, some_requests
from tests.leaks.comparing import Compared, compare
from tests.leaks.routes import patterns
from tests.leaks.scenes import SCENES
from tests.leaks.worlds import built

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def compared(django_db_setup: None, django_db_blocker: Any) -> list[Compared]:
    """A share of all that can be asked, the same every time, in each scene."""
    return [_some_of(number, django_db_blocker) for number in range(len(SCENES))]


def _some_of(number: int, blocker: Any) -> Compared:
    scene = SCENES[number]

    def plan(roles: Sequence[str], everybody: Sequence[str], fillings: Fillings) -> list[Request]:
        return some_requests(roles, everybody, fillings, scene.also, number)

    with blocker.unblock(), built(scene) as there:
        return compare(there, plan)


@pytest.mark.parametrize("number", range(len(SCENES)), ids=[scene.name for scene in SCENES])
def test_nothing_tells_two_worlds_apart(compared: list[Compared], number: int) -> None:
    assert compared[number].found == [], "\n".join(compared[number].found[:30])
    assert compared[number].broken == []


def test_every_route_is_asked_and_everybody_asks(compared: list[Compared]) -> None:
    assert set(patterns()) - set().union(*(each.patterns for each in compared)) == set()
    for each in compared:
        assert len({asked.role for asked in each.asked}) == 8
        assert {asked.method for asked in each.asked} == {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}


def test_every_secret_differs_in_one_of_them(compared: list[Compared]) -> None:
    declared = {(model._meta.label, name) for model, name, _ in secret_fields()}
    assert declared - set().union(*(each.differing for each in compared)) == set()
