"""Two worlds that differ in one secret, and everything that anybody can ask of them.

Time stands still and all randomness follows from what is being done, so that two worlds which differ in nothing answer
alike to the byte. Each request is undone again: one can't change what the next one sees.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import time_machine
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from stoa.api.app import api
from stoa.kit import chance
from stoa.people.models import Person
from tests import postgres
from tests.cast import Cast, browser, settle
from tests.stage import begin

BEGINNING = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
LINK = re.compile(r'(?:href|action|src)="(/[^"#]*)')
MOST_ALIKE = 8
"""Pages of one kind, such as entries of the record, that are asked for by those who don't go through them all."""

NOT_FOLLOWED = re.compile(r"^/(static/|account/logout|in/|mail/)")


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


@contextmanager
def chance_from(label: str) -> Iterator[None]:
    """All randomness follows from the label, until the block ends."""
    derived = Derived(label)
    before = chance.draw_from(derived)
    try:
        with (
            patch("django.utils.crypto.secrets.choice", derived.choice),
            patch("secrets.token_bytes", derived),
            patch("os.urandom", derived),
        ):
            yield
    finally:
        chance.draw_from(before)


class Queries:
    """Counts what is asked of the database."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *asked: Any) -> Any:
        self.count += 1
        return execute(*asked)


@dataclass(frozen=True)
class Answer:
    """All that a request gets to see, and how much work it cost."""

    status: int
    headers: tuple[tuple[str, str], ...]
    cookies: str
    body: bytes
    queries: int


@dataclass
class World:
    """A community with one secret that is so or otherwise."""

    cast: Cast
    otherwise: bool

    def step(self, label: str) -> Any:
        """Randomness for one step of the story, whatever was drawn before it."""
        return chance_from(label)

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
        }


@dataclass(frozen=True)
class Asked:
    """Who asked for what."""

    role: str
    method: str
    path: str


@contextmanager
def world(*, otherwise: bool) -> Iterator[World]:
    """A fresh community on a database of its own, at an instant that does not pass."""
    with ExitStack() as stack:
        stack.enter_context(postgres.clone())
        stack.enter_context(time_machine.travel(BEGINNING, tick=False))
        with chance_from("log"):
            begin()
        stack.enter_context(chance_from("cast"))
        cache.clear()
        yield World(Cast(), otherwise)


@dataclass
class Asking:
    """Asks a world everything: follows every link that each role is shown, and tries every address that there is.

    `thorough` roles ask for every page there is, with every method; the others for some of each kind.
    """

    world: World
    people: dict[str, Person | None]
    also: list[str]
    thorough: frozenset[str] = frozenset({"visitor", "steward"})
    answers: dict[Asked, Answer] = field(default_factory=dict)

    def everything(self) -> dict[Asked, Answer]:
        """Every answer to everybody."""
        settle()
        for role, person in self.people.items():
            with chance_from(f"session of {role}"):
                client = browser(person)
                client.raise_request_exception = False
            self._as(role, client)
        return self.answers

    def _as(self, role: str, client: Client) -> None:
        waiting = ["/", *fixed_routes(), *api_routes(), *self.also]
        seen: set[tuple[str, tuple[str, ...]]] = set()
        alike: Counter[tuple[str, tuple[str, ...]]] = Counter()
        while waiting:
            path = waiting.pop(0)
            if _shape(path) in seen or NOT_FOLLOWED.match(path):
                continue
            seen.add(_shape(path))
            alike[_kind(path)] += 1
            if role not in self.thorough and alike[_kind(path)] > MOST_ALIKE:
                continue
            got = self._ask(role, client, "GET", path)
            for method in _other_methods(path) if role in self.thorough else ():
                self._ask(role, client, method, path)
            waiting += [unescape(link) for link in LINK.findall(got.body.decode(errors="replace"))]

    def _ask(self, role: str, client: Client, method: str, path: str) -> Answer:
        """One request, undone again."""
        asked = Asked(role, method, path)
        cookies = dict(client.cookies)
        queries = Queries()
        with chance_from(str(asked)), transaction.atomic(), connection.execute_wrapper(queries):
            response = client.generic(method, path)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        client.cookies.clear()
        client.cookies.update(cookies)
        self.answers[asked] = Answer(
            response.status_code,
            tuple(sorted(response.headers.items())),
            response.cookies.output(),
            body,
            queries.count,
        )
        return self.answers[asked]


def _other_methods(path: str) -> tuple[str, ...]:
    if "?" in path:
        return ()
    return ("POST", "PUT", "PATCH", "DELETE") if path.startswith("/api/") else ("HEAD", "OPTIONS", "POST")


def _shape(path: str) -> tuple[str, tuple[str, ...]]:
    """Of the many ways to sort and filter a list, each set of parameters is asked for once."""
    parts = urlsplit(path)
    return parts.path, tuple(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))


def _kind(path: str) -> tuple[str, tuple[str, ...]]:
    """What pages of one kind have in common: their address without numbers and ids of people."""
    address, names = _shape(path)
    return re.sub(r"\b([0-9]+|[a-z2-7]{16})\b", "*", address), names


def fixed_routes() -> list[str]:
    """Every address of a page that has nothing to fill in."""

    def walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
        for found in resolver.url_patterns:
            pattern = prefix + str(found.pattern)
            if isinstance(found, URLResolver):
                yield from walk(found, pattern)
            elif isinstance(found, URLPattern) and not re.search(r"[<(^$\\]", pattern):
                yield "/" + pattern

    return sorted(set(walk(get_resolver(), "")))


def api_routes() -> list[str]:
    """Every address of the API: what is to be filled in stands for the first few objects."""
    people = Person.objects.order_by("name").values_list("pk", flat=True)[:3]
    fillings = [{"slug": "2027", "number": str(n), "position": str(n), "person_id": p} for n, p in enumerate(people, 1)]
    found = {filled for path in api.get_openapi_schema()["paths"] for each in fillings if (filled := _fill(path, each))}
    return sorted(found)


def _fill(path: str, values: dict[str, str]) -> str:
    """The path with its parts filled in; nothing where there is a part for which there is no value."""
    filled = re.sub(r"\{(\w+)\}", lambda part: values.get(part[1], "{}"), path)
    return "" if "{}" in filled else filled


def differences(one: dict[Asked, Answer], other: dict[Asked, Answer]) -> list[str]:
    """What tells the two worlds apart, in words."""
    found = [f"{asked} can be asked in one world only" for asked in one.keys() ^ other.keys()]
    for asked in sorted(one.keys() & other.keys(), key=str):
        for name in Answer.__dataclass_fields__:
            mine, theirs = getattr(one[asked], name), getattr(other[asked], name)
            if mine != theirs:
                found.append(f"{asked}: {name} differs: {_where(mine, theirs)}")
    return found


def _where(mine: Any, theirs: Any) -> str:
    if not isinstance(mine, bytes) or not isinstance(theirs, bytes):
        return f"{mine!r} and {theirs!r}"
    at = next((i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), min(len(mine), len(theirs)))
    around = slice(max(0, at - 80), at + 80)
    return f"{mine[around]!r} and {theirs[around]!r}"


Told = tuple[dict[Asked, Answer], list[tuple[str, str]]]
"""The answers to everybody, and the mails, each by its address and subject."""


def demand_alike(tell: Callable[..., Told]) -> dict[Asked, Answer]:
    """Tell both worlds and demand that nothing differs and nothing broke; returns the answers of one."""
    (one, mails), (other, other_mails) = tell(otherwise=False), tell(otherwise=True)
    found = differences(one, other)
    assert found == [], "\n".join(found[:20])
    assert mails == other_mails
    assert [asked for asked, answer in one.items() if answer.status >= 500] == []
    return one
