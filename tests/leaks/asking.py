"""Asks a world everything, as everybody, and keeps all that an answer gives to see: then two worlds are compared.

Each request is undone again: one can't change what the next one sees.
"""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zlib import crc32

from django.db import connection, transaction
from django.test import Client

from stoa.people.models import Person
from tests.cast import browser
from tests.leaks.opaque import Opaque
from tests.leaks.routes import Fillings, body_for, filled, methods_of, other_methods, patterns
from tests.leaks.worlds import Scene, World, chance_from

LINK = re.compile(r'(?:href|action|src)="(/[^"#]*)')
NOT_FOLLOWED = re.compile(r"^/(static/|account/logout|account/(orcid|github)/|in/|mail/)")
PACKED = b"an archive of "
MOST_ALIKE = 8
"""Pages of one kind, such as entries of the record, to which links are followed."""


SOME = 3
"""Ways to fill in an address that is near to secrets, of which a share is asked."""


OUR_OWN = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
"""Of these there are more than otherwise, because each request stands in a transaction that is undone."""


READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Work:
    """Counts what is asked of the database and the rows that come back."""

    def __init__(self) -> None:
        self.queries = self.rows = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if isinstance(sql, str) and sql.startswith(OUR_OWN):
            return execute(sql, params, many, context)
        self.queries += 1
        result = execute(sql, params, many, context)
        self.rows += max(context["cursor"].rowcount, 0)
        return result


@dataclass(frozen=True)
class Asked:
    """Who asked for what: the address with opaque values under their names."""

    role: str
    method: str
    path: str


@dataclass(frozen=True)
class Answer:
    """All that a request gets to see, and how much work it cost.

    `rows` counts for reading alone: to look up what somebody typed finds a row or none.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    cookies: str
    body: bytes
    size: int
    queries: int
    rows: int


@dataclass(frozen=True)
class Request:
    """One request of a plan; `pattern` is the route it belongs to, empty for a link that was followed."""

    role: str
    method: str
    path: str
    pattern: str


def every_request(roles: Sequence[str], fillings: Fillings, also: Iterable[str]) -> list[Request]:
    """Each route as each role: read in all ways in which it can be filled in, and tried with each other method."""
    found = []
    for pattern in patterns():
        paths = filled(pattern, fillings)
        asked = [("GET", path) for path in paths] + [(method, paths[0]) for method in other_methods(paths[0])]
        found += [Request(role, method, path, pattern) for method, path in asked for role in roles]
    return found + [Request(role, "GET", path, "") for path in also for role in roles]


def some_requests(
    roles: Sequence[str], everybody: Sequence[str], fillings: Fillings, scene: Scene, number: int
) -> list[Request]:
    """The same share of that every time, for one scene of four: routes change role from one to the next.

    Each route is read in one scene, and tried in another with another method by another role. Where those stand beside a
    secret whose it is not, what is about it is asked by them. What matters most is read by every role in each.
    """
    found = []
    for n, pattern in enumerate(patterns()):
        if pattern.startswith(scene.near):
            found += _near(n, pattern, scene.beside, fillings)
            continue
        role = everybody[(n + n // len(everybody) + 3 * number) % len(everybody)]
        turn = (n + number) % 4
        if turn < 2:
            path = filled(pattern, fillings, most=1)[0]
            tried = methods_of(pattern) or other_methods(path)
            found.append(Request(role, "GET" if turn else tried[crc32(path.encode()) % len(tried)], path, pattern))
    found += [Request(role, "GET", path, "") for path in scene.also for role in roles]
    return [request for request in found if request.role in roles]


def _near(number: int, pattern: str, beside: Sequence[str], fillings: Fillings) -> Iterator[Request]:
    """Some of the ways to fill in an address, each read by another of these; and each other method of the API once."""
    paths = filled(pattern, fillings)
    for n, path in enumerate(paths[(number + m) % len(paths)] for m in range(min(SOME, len(paths)))):
        yield Request(beside[(number + n) % len(beside)], "GET", path, pattern)
    for n, method in enumerate(methods_of(pattern) or ("POST",)):
        yield Request(beside[(number + n) % len(beside)], method, paths[(number + n) % len(paths)], pattern)


@dataclass
class Asking:
    """Asks one world. `warmers` are those whose secrets it holds: they read each page first, and nothing may stay of that."""

    world: World
    people: Mapping[str, Person | None]
    typed: Mapping[str, Any]
    warmers: Sequence[Person] = ()
    follow: bool = False
    answers: dict[Asked, Answer] = field(default_factory=dict)

    def all(self, plan: Iterable[Request]) -> dict[Asked, Answer]:
        """The answers to a plan, and to the links that they lead to where they are followed."""
        self.begin()
        self.warm = [self._client(f"warmer {n}", person) for n, person in enumerate(self.warmers)]
        waiting, self.seen = list(plan), {_shape(each.path) for each in plan}
        self.alike: Counter[Any] = Counter()
        warmed: set[str] = set()
        logging.disable(logging.WARNING)
        try:
            while waiting:
                waiting += self._ask(waiting.pop(0), warmed)
        finally:
            logging.disable(logging.NOTSET)
        return self.answers

    def begin(self) -> None:
        """Everybody signs in, and what is opaque is looked up."""
        self.opaque = Opaque()
        self.clients = {role: self._client(role, person) for role, person in self.people.items()}

    def one(self, request: Request) -> Answer:
        """The answer to one request."""
        return self._send(self.clients[request.role], request.role, request)

    def _ask(self, request: Request, warmed: set[str]) -> list[Request]:
        """Keep the answer; returns the requests that it leads to."""
        if request.method == "GET" and request.path not in warmed:
            warmed.add(request.path)
            for client in self.warm:
                self._send(client, "warm", request)
        got = self.one(request)
        self.answers[Asked(request.role, request.method, request.path)] = got
        return self._links(got) if self.follow and request.method == "GET" else []

    def _links(self, got: Answer) -> list[Request]:
        """A request by everybody for each address that is new."""
        found = []
        for link in dict.fromkeys(unescape(each) for each in LINK.findall(got.body.decode(errors="replace"))):
            if _shape(link) in self.seen or NOT_FOLLOWED.match(link) or self.alike[_kind(link)] >= MOST_ALIKE:
                continue
            self.seen.add(_shape(link))
            self.alike[_kind(link)] += 1
            found += [Request(role, "GET", link, "") for role in self.people]
        return found

    def _client(self, role: str, person: Person | None) -> Client:
        with chance_from(f"session of {role}"):
            client = browser(person)
            client.raise_request_exception = False
        return client

    def _send(self, client: Client, role: str, request: Request) -> Answer:
        """One request, undone again."""
        cookies, work = dict(client.cookies), Work()
        path = self.opaque.reveal(request.path)
        label = f"{role} {request.method} {request.path}"
        with chance_from(label), transaction.atomic(), connection.execute_wrapper(work):
            response = client.generic(request.method, path, *self._body(request))
            body = b"".join(response.streaming_content) if response.streaming else response.content
            for _, follows, _ in connection.run_on_commit[:]:
                follows()
            transaction.set_rollback(True)
        client.cookies.clear()
        client.cookies.update(cookies)
        body = _unpacked(body)
        shown = self.opaque.hide(body, path)
        if body.startswith(PACKED):
            response.headers.pop("Content-Length", None)
        headers = "\n".join(f"{name}: {value}" for name, value in sorted(response.headers.items()))
        hidden = self.opaque.hide(headers.encode(), path).decode().split("\n")
        return Answer(
            response.status_code,
            tuple(tuple(line.split(": ", 1)) for line in hidden),  # type: ignore[misc]
            response.cookies.output(),
            shown,
            len(body),
            work.queries,
            work.rows if request.method in READING else 0,
        )

    def _body(self, request: Request) -> tuple[bytes, str]:
        """What is sent along: fields by the names that forms and operations have."""
        if request.method in READING:
            return b"", "application/octet-stream"
        if request.path.startswith("/api/"):
            return json.dumps(body_for(request.pattern, request.method, self.typed)).encode(), "application/json"
        pairs = "&".join(f"{name}={value}" for name, value in self.typed.items())
        return pairs.encode(), "application/x-www-form-urlencoded"


def _unpacked(body: bytes) -> bytes:
    """The files of an archive one after the other: how well they pack depends on what is opaque in them."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return PACKED + b"".join(name.encode() + archive.read(name) for name in archive.namelist())


def _shape(path: str) -> tuple[str, tuple[str, ...]]:
    """Of the many ways to sort and filter a list, each set of parameters is asked for once."""
    parts = urlsplit(path)
    return parts.path, tuple(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))


def _kind(path: str) -> tuple[str, tuple[str, ...]]:
    """What pages of one kind have in common: their address without numbers, names of hashes and ids of people."""
    address, names = _shape(path)
    return re.sub(r"\b([0-9]+|[a-z2-7]{16})\b|~[a-z0-9.]+~", "*", address), names


def differences(one: Mapping[Asked, Answer], other: Mapping[Asked, Answer]) -> list[str]:
    """What tells the two worlds apart, in words."""
    found = [f"{asked} can be asked in one world only" for asked in one.keys() ^ other.keys()]
    for asked in sorted(one.keys() & other.keys(), key=str):
        for name in (each.name for each in fields(Answer)):
            mine, theirs = getattr(one[asked], name), getattr(other[asked], name)
            if mine != theirs:
                found.append(f"{asked}: {name} differs: {_where(mine, theirs)}")
    return found


def _where(mine: Any, theirs: Any) -> str:
    if isinstance(mine, tuple):
        return f"{sorted(set(mine) - set(theirs))} and {sorted(set(theirs) - set(mine))}"
    if not isinstance(mine, bytes):
        return f"{mine!r} and {theirs!r}"
    at = next((i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), min(len(mine), len(theirs)))
    around = slice(max(0, at - 80), at + 80)
    return f"{mine[around]!r} and {theirs[around]!r}"
