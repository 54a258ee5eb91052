"""Two worlds that differ in secrets alone answer everybody else alike: pages, API, headers, cookies, work, mails, live messages."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from stoa.kit.secrecy import secret_fields
from tests.leaks.asking import Asking, Request, some_requests
from tests.leaks.comparing import Compared, compare, fillings, typed
from tests.leaks.routes import Fillings, filled, methods_of, parts, patterns
from tests.leaks.scenes import SCENES
from tests.leaks.worlds import Built, built

pytestmark = pytest.mark.slow
NOT_THERE = {401, 403, 404, 405, 410}
LEADS_NOWHERE = {
    "/api/v1/calls/<slug>/appeals/<appeal>",  # answered by who had no part in the decision; all here had one
    "/api/v1/calls/<slug>/questions/<number>",  # taken away by who asked, and only until it has an answer
    "/calls/<slug:slug>/questions/<int:pk>/withdraw",  # the same
    "/calls/<slug:slug>/mine/files/<str:upload>",  # whose file it is
}
"""Addresses near to secrets that lead to something only those who don't ask here."""


@dataclass(frozen=True)
class Told:
    """What two worlds of a scene showed, and which private addresses of it lead nobody to anything."""

    compared: Compared
    lost: set[str]


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> list[Told]:
    """A share of all that can be asked, the same every time, in each scene."""
    return [_some_of(number, django_db_blocker) for number in range(len(SCENES))]


@pytest.fixture(scope="module")
def compared(told: list[Told]) -> list[Compared]:
    return [each.compared for each in told]


def _some_of(number: int, blocker: Any) -> Told:
    scene = SCENES[number]

    def plan(roles: Sequence[str], everybody: Sequence[str], fillings: Fillings) -> list[Request]:
        return some_requests(roles, everybody, fillings, scene, number)

    with blocker.unblock(), built(scene) as there:
        return Told(compare(there, plan), _lost(there) if scene.near else set())


def _lost(there: Built) -> set[str]:
    """Addresses near to secrets that lead nobody of those to anything who may see it, in the world that has more of it."""
    private = [one for one in patterns() if one.startswith(there.scene.near) and set(parts(one)) - {"slug"}]
    with there.world_of(there.scene.stories, otherwise=True) as world:
        cast = world.cast
        able = {"steward": cast.steward, "founder": cast.founder, "reader": world.some[0], **world.beside}
        asking, filling = Asking(world, able, typed(world)), fillings(world)
        asking.begin()
        logging.disable(logging.WARNING)
        try:
            return {pattern for pattern in private if not _leads(asking, pattern, filling)}
        finally:
            logging.disable(logging.NOTSET)


def _leads(asking: Asking, pattern: str, fillings: Fillings) -> bool:
    """Whether somebody gets something there by one of its methods."""
    for method in dict.fromkeys(["GET", *(methods_of(pattern) or ("POST",))]):
        for path, role in product(filled(pattern, fillings), asking.people):
            status = asking.one(Request(role, method, path, pattern)).status
            if status not in NOT_THERE:
                return True
            if status == 405:
                break
    return False


@pytest.mark.parametrize("number", range(len(SCENES)), ids=[scene.name for scene in SCENES])
def test_nothing_tells_two_worlds_apart(compared: list[Compared], number: int) -> None:
    assert compared[number].found == [], "\n".join(compared[number].found[:30])
    assert compared[number].broken == []


def test_every_route_is_asked_and_everybody_asks(compared: list[Compared]) -> None:
    assert set(patterns()) - set().union(*(each.patterns for each in compared)) == set()
    for scene, each in zip(SCENES, compared, strict=True):
        assert len({asked.role for asked in each.asked}) == 8 + len(scene.beside)
        assert {asked.method for asked in each.asked} == {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}


def test_what_is_asked_of_calls_and_panels_is_there(told: list[Told]) -> None:
    """An address that leads nowhere could hide nothing."""
    assert set().union(*(each.lost for each in told)) == LEADS_NOWHERE


def test_every_secret_differs_in_one_of_them(compared: list[Compared]) -> None:
    declared = {(model._meta.label, name) for model, name, _ in secret_fields()}
    assert declared - set().union(*(each.differing for each in compared)) == set()
