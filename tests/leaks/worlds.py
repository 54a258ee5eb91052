"""Two worlds that differ in nothing but what is secret: time stands still and all randomness follows from what is being done.

A scene is built once and copied as a database for each world, so that both begin alike to the byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import psycopg
import time_machine
from django.core.cache import cache
from django.db import connection
from psycopg.sql import SQL, Identifier

from stoa.agenda.models import Round, Statement
from stoa.kit import chance
from stoa.kit.environment import environment
from stoa.kit.live import CHANNEL
from stoa.kit.postgres import Postgres
from stoa.kit.secrecy import Secret
from stoa.people.models import Person
from tests import postgres
from tests.cast import Cast, settle
from tests.stage import begin

BEGINNING = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


class Derived:
    """Bytes that follow from a label: the same label gives the same bytes in both worlds."""

    def __init__(self, label: str) -> None:
        self.label, self.count = label, 0

    def __call__(self, count: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(f"{self.label}/{self.count}".encode()).digest(count)

    def choice(self, sequence: Any) -> Any:
        """What Django draws its tokens with."""
        return sequence[int.from_bytes(self(8)) % len(sequence)]

    def string(self, length: int, allowed_chars: str) -> str:
        """What Django makes session keys and tokens against forgery of."""
        return "".join(self.choice(allowed_chars) for _ in range(length))


@contextmanager
def chance_from(label: str) -> Iterator[None]:
    """All randomness follows from the label, until the block ends; that of a session from nothing drawn before it."""
    derived = Derived(label)
    session, forgery = Derived(f"{label}/session"), Derived(f"{label}/forgery")
    before = chance.draw_from(derived)
    try:
        with (
            patch("django.utils.crypto.secrets.choice", derived.choice),
            patch("django.contrib.sessions.backends.base.get_random_string", session.string),
            patch("django.middleware.csrf.get_random_string", forgery.string),
            patch("secrets.token_bytes", derived),
            patch("os.urandom", derived),
        ):
            yield
    finally:
        chance.draw_from(before)


@dataclass
class World:
    """A community with secrets that are so or `otherwise`. `some` are the members whose secrets they are.

    `beside` are those who stand next to them, such as another reviewer of the same panel, by their role; `tokens` are theirs,
    by the beginning of the address that each is for, and `organised` the call that one of them keeps. `heard` is what was
    announced live while the secrets came to be.
    """

    cast: Cast
    otherwise: bool = False
    round: Round = field(init=False)
    statements: list[Statement] = field(default_factory=list)
    some: list[Person] = field(default_factory=list)
    beside: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    organised: str = ""
    heard: list[str] = field(default_factory=list)

    def everybody_else(self) -> dict[str, Person | None]:
        """One of each part but the members whose secrets these are; the visitor has no account."""
        cast = self.cast
        return {
            "visitor": None,
            "member": cast.member,
            "associate": cast.associate,
            "stranger": cast.stranger,
            "facilitator": cast.facilitator,
            "founder": cast.founder,
            "steward": cast.steward,
            "scrutineer": cast.scrutineers[0],
            **self.beside,
        }


Step = Callable[[World], None]


@dataclass(frozen=True)
class Story:
    """How something secret comes to be so or otherwise, and the roles that may know it beside those whose it is."""

    tell: Step
    known_to: frozenset[str]


def about(*secrets: Secret) -> Callable[[Step], Story]:
    """A story about these secrets: known to whoever may know one of them."""
    return lambda step: Story(step, frozenset().union(*(secret.known_to for secret in secrets)))


@dataclass(frozen=True)
class Scene:
    """A place and time: how it is built, what secrets there are, what happens after them, and which pages matter most.

    `beside` are the roles that it has beside the usual ones, and `near` the beginnings of the addresses that these ask for.
    """

    name: str
    build: Callable[[World, ExitStack], None]
    stories: tuple[Story, ...]
    afterwards: Callable[[World, ExitStack], None]
    also: tuple[str, ...]
    beside: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    def groups(self, roles: list[str]) -> dict[tuple[Story, ...], list[str]]:
        """Roles by the stories that are kept from them."""
        found: dict[tuple[Story, ...], list[str]] = {}
        for role in roles:
            kept = tuple(story for story in self.stories if role not in story.known_to)
            found.setdefault(kept, []).append(role)
        return found


@dataclass(frozen=True)
class Built:
    """A scene in a database of its own, to be copied."""

    scene: Scene
    database: str
    world: World

    @contextmanager
    def world_of(self, stories: tuple[Story, ...], *, otherwise: bool) -> Iterator[World]:
        """A copy in which these stories were told, so or otherwise, until the block ends."""
        with postgres.clone(self.database) as name, ExitStack() as stack:
            world = deepcopy(self.world)
            world.otherwise = otherwise
            with listening(name) as heard:
                for story in stories:
                    with chance_from(story.tell.__name__):
                        story.tell(world)
                with chance_from("afterwards"):
                    self.scene.afterwards(world, stack)
                    settle()
                    no_task_waits()
                world.heard = heard()
            yield world


def no_task_waits() -> None:
    """What was queued is done, as the worker has it within a second."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo'")


@contextmanager
def listening(database: str) -> Iterator[Callable[[], list[str]]]:
    """A function that gives what was announced live in the database since."""
    with psycopg.connect(Postgres(environment().data).url("superuser", database), autocommit=True) as session:
        session.execute(SQL("LISTEN {}").format(Identifier(CHANNEL)))
        yield lambda: [heard.payload for heard in session.notifies(timeout=0.2)]


@contextmanager
def built(scene: Scene) -> Iterator[Built]:
    """The scene, at an instant that does not pass."""
    with postgres.clone() as database, time_machine.travel(BEGINNING, tick=False), ExitStack() as stack:
        with chance_from("log"):
            begin()
        with chance_from("cast"):
            cache.clear()
            world = World(Cast())
        with chance_from(scene.name):
            scene.build(world, stack)
            settle()
        yield Built(scene, database, world)
