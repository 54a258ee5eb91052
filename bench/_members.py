"""Members who answer statements over HTTP as browsers and programs do, from one light process with connections that stay open."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

NEXT = re.compile(rb'name="statement" value="([0-9]+)">\n<blockquote')
TOKEN = "b" * 32  # the secret that a form and its cookie have in common
WORDS = ("agree", "disagree", "skip")
VALUES = {"agree": 1, "disagree": -1, "skip": 0}


@dataclass
class Member:
    """Somebody with a session and a key, the statement before them, and what they were told was kept of their answers."""

    person: str
    session: str
    key: str
    statement: int = 0
    told: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Discussion:
    """The round that is discussed, its statements, and its address."""

    slug: str
    statements: list[int]
    host: str

    def form(self, member: Member, word: str) -> bytes:
        """What a browser sends when a button is pressed, and htmx is there."""
        body = f"csrfmiddlewaretoken={TOKEN}&statement={member.statement}&answer={word}"
        return (
            f"POST /agenda/{self.slug}/discussion/answer HTTP/1.1\r\nHost: {self.host}\r\nHX-Request: true\r\n"
            f"Origin: http://{self.host}\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en\r\n"
            f"Cookie: sessionid={member.session}; csrftoken={TOKEN}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def call(self, member: Member, word: str) -> bytes:
        """What a program sends."""
        body = json.dumps({"answer": word})
        return (
            f"PUT /api/v1/rounds/{self.slug}/statements/{member.statement}/answer HTTP/1.1\r\nHost: {self.host}\r\n"
            f"Authorization: Bearer {member.key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


Door = Callable[[Member, str], bytes]


def admit(count: int, host: str) -> tuple[Discussion, list[Member]]:
    """So many new members of the sample, each with a session and a key. Django must be ready, and its database up."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import transaction

    from stoa.agenda.models import Round
    from stoa.kit import chance
    from stoa.kit.act import OPERATOR
    from stoa.people import acts as people
    from stoa.people.links import hashed
    from stoa.people.models import ApiToken
    from tests.cast import BACKEND

    round_ = Round.objects.get(phase="discussion")
    statements = list(round_.statements.filter(state="standing").values_list("pk", flat=True))
    members = []
    with transaction.atomic():
        for _ in range(count):
            person = people.admit(OPERATOR, name="Somebody", email=f"{chance.opaque_id()}@example.org")
            session = SessionStore()
            session["_auth_user_id"], session["_auth_user_backend"] = person.pk, BACKEND
            session["_auth_user_hash"] = person.get_session_auth_hash()
            session.create()
            key = chance.token()
            ApiToken.objects.create(person=person, name="load", token_hash=hashed(key))
            members.append(Member(person.pk, str(session.session_key), key))
    return Discussion(round_.slug, statements, host), members


class Line(asyncio.Protocol):
    """One connection that stays open; one request at a time."""

    def __init__(self) -> None:
        self._read = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called when it is open."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Called when it is closed: whoever waits for an answer gets none."""
        del exc
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        """Called with what comes; the answer is whole when as much came as its head says."""
        self._read += data
        end = self._read.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = bytes(self._read[:end]).lower()
        whole = end + 4 + int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(self._read) >= whole and not self._answer.done():
            self._answer.set_result((int(head[9:12]), bytes(self._read[end + 4 : whole])))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and await the status and the body of its answer."""
        self._read.clear()
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """End the connection."""
        self._transport.close()


@dataclass
class Answered:
    """What became of a stretch of answering: how long each took, in seconds, when each was there, and what was refused."""

    took: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.took) / self.seconds

    def slowest(self, share: float) -> float:
        """Milliseconds within which this share was answered."""
        ordered = sorted(self.took)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Crowd:
    """The members at one server, answering through one door."""

    def __init__(self, discussion: Discussion, members: list[Member], door: Door) -> None:
        self._discussion, self._members, self._door = discussion, members, door
        self._chance = random.Random(2027)
        self.answered = Answered()

    async def hurry(self, lines: int, seconds: float) -> Answered:
        """Take turns at so many connections, each sending the next answer as soon as the last is there."""
        turns = deque(self._members)
        opened = await self._open(lines)
        end = time.perf_counter() + seconds
        await self._timed([self._on(line, turns, end) for line in opened])
        for line in opened:
            line.close()
        return self.answered

    async def pace(self, seconds: float, every: float) -> Answered:
        """Each on a connection of their own, an answer every so many seconds on average."""
        opened = await self._open(len(self._members))
        end = time.perf_counter() + seconds
        await self._timed(
            [self._at_ease(line, member, every, end) for line, member in zip(opened, self._members, strict=True)]
        )
        for line in opened:
            line.close()
        return self.answered

    async def _open(self, count: int) -> list[Line]:
        host, _, port = self._discussion.host.rpartition(":")
        loop = asyncio.get_running_loop()
        return [(await loop.create_connection(Line, host, int(port)))[1] for _ in range(count)]

    async def _timed(self, work: list[Any]) -> None:
        begun = time.perf_counter()
        await asyncio.gather(*work)
        self.answered.seconds += time.perf_counter() - begun

    async def _on(self, line: Line, turns: deque[Member], end: float) -> None:
        while time.perf_counter() < end:
            member = turns.popleft()
            await self._answer(line, member)
            turns.append(member)

    async def _at_ease(self, line: Line, member: Member, every: float, end: float) -> None:
        await asyncio.sleep(self._chance.uniform(0, every))
        while time.perf_counter() < end:
            due = time.perf_counter() + self._chance.uniform(0.5, 1.5) * every
            await self._answer(line, member)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    async def _answer(self, line: Line, member: Member) -> None:
        statement = member.statement = member.statement or self._chance.choice(self._discussion.statements)
        word = self._chance.choice(WORDS)
        begun = time.perf_counter()
        status, body = await line.ask(self._door(member, word))
        self.answered.took.append(time.perf_counter() - begun)
        if status != 200:
            self.answered.refused.append(f"{status} {body[:300]!r}")
            return
        member.told[statement] = word
        found = NEXT.search(body)
        member.statement = int(found[1]) if found else 0


def lost(members: list[Member], kept: dict[str, dict[int, int]]) -> int:
    """How many answers that members were told of are not kept as they gave them last; one kept and never told counts too."""
    missing = 0
    for member in members:
        told = {statement: VALUES[word] for statement, word in member.told.items()}
        missing += len(set(told.items()) ^ set(kept.get(member.person, {}).items()))
    return missing
