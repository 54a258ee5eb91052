"""The minute before a deadline: `python -m bench.deadline`. 500 people send 5-MB files at once and submit, to two web processes.

All begun before the close; the call closes while their files are on the way, and they finish within its grace. Each has a
connection of their own, sends the file in pieces of 1 MB as the page's script does, waits and goes on where a line broke,
saves the answer that names it, and submits. Then: all in, none twice, every file whole; who begins after the close is
refused; and the memory of the web processes stays flat, which is that they never have more than a bound above what they
had before, however many come.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench._members import Line
from bench._server import PARTS, Machine, Up, sample
from bench._shared import machine

PEOPLE, LATE, MEGABYTES = 500, 20, 5
PIECE = 1 << 20
LIMIT_MEMORY = 100.0
"""Megabytes that all web processes together may have above what they had before."""
LEAD = 5.0
"""Seconds from the first request to the close."""
GRACE_MINUTES = 60
LONGEST_WAIT = 8.0
SLUG = "deadline"


@dataclass
class Applicant:
    """Somebody who applies: their key, and what became of it."""

    person: str
    key: str
    number: int
    draft: bool = True
    seconds: float = 0.0
    again: int = 0
    refused: str = ""
    digest: str = ""


@dataclass
class Watch:
    """The web processes' memory, looked at every second meanwhile."""

    up: Up
    seen: list[float] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look until it is over."""
        while not self._over.wait(1.0):
            self.seen.append(self.up.memory()["web"])

    def end(self) -> None:
        """Stop looking."""
        self._over.set()


def prepare(count: int, late: int) -> list[Applicant]:
    """A call that asks for one file, and people with a key each, who have begun; the late ones have not."""
    from datetime import timedelta

    from stoa.kit import chance, clock
    from stoa.kit.act import OPERATOR, Actor
    from stoa.members import acts
    from stoa.members.tasks import advance
    from stoa.people import acts as people
    from stoa.people.links import hashed
    from stoa.people.models import ApiToken

    settings = {"number": 1, "megabytes": MEGABYTES + 1, "kinds": "pdf"}
    asked = [{"key": "paper", "label": "Your paper", "kind": "file", "settings": settings}]
    criteria = [{"key": "quality", "label": "Quality", "rubric": "How good.", "low": "Poor.", "high": "Good."}]
    opens = clock.now() - timedelta(minutes=4)
    call = acts.draft_call(OPERATOR, slug=SLUG, title="A deadline", opens=opens, closes=opens + timedelta(days=1))
    changes = {"rules": {"fields": asked, "criteria": criteria}, "text": "Apply.", "grace_minutes": GRACE_MINUTES}
    call = acts.edit_call(OPERATOR, call=call, version=call.version, changes=changes)
    call = acts.announce_call(OPERATOR, call=call)
    advance()
    found = []
    for number in range(count + late):
        person = people.admit(OPERATOR, name=f"Applicant {number}", email=f"a{number}@example.org", roles=[])
        key = chance.token()
        ApiToken.objects.create(person=person, name="load", token_hash=hashed(key))
        if number < count:
            acts.begin_application(Actor("person", person.pk), person=person, call=call, facts={})
        found.append(Applicant(person.pk, key, number, draft=number < count))
    return found


def paper(number: int, base: bytes) -> bytes:
    """A PDF of its own for each, nearly all of which can't be packed."""
    head = (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    )
    body = b"%d" % number + base
    return head + b"3 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n" % (
        len(body),
        body,
    )


class Sender:
    """One applicant at the server, on a connection of their own that is opened anew when it breaks."""

    def __init__(self, one: Applicant, port: int) -> None:
        self.one, self._port, self._line = one, port, Line()

    async def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> tuple[int, Any]:
        """Ask until the server says more than that it can't now; each time after a longer wait, as the script does."""
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nAuthorization: Bearer {self.one.key}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        wait = 1.0
        while True:
            try:
                status, answer = await (await self._opened()).ask(head + body)
            except (OSError, ConnectionError):
                status, answer = 0, b""
                self._line = Line()
            if status and status < 500 and status != 429:
                return status, json.loads(answer) if answer else None
            self.one.again += 1
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _opened(self) -> Line:
        if self._line._transport is None:
            _, self._line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", self._port)
        return self._line

    async def apply(self, base: bytes) -> None:
        """Send the file, name it, submit."""
        begun, body = time.perf_counter(), paper(self.one.number, base)
        self.one.digest = hashlib.sha256(body).hexdigest()
        status, file = await self.ask(
            "POST", "/me/files", json.dumps({"name": "paper.pdf", "bytes": len(body)}).encode()
        )
        while status < 300 and not file["finished"]:
            at = file["received"]
            status, told = await self.ask(
                "PATCH", f"/me/files/{file['id']}?at={at}", body[at : at + PIECE], "application/octet-stream"
            )
            if status == 409:
                status, told = await self.ask("GET", f"/me/files/{file['id']}")
            file = told if status < 300 else file
        if status < 300:
            answers = json.dumps({"version": 1, "answers": {"paper": [file["id"]]}}).encode()
            status, file = await self.ask("PUT", f"/calls/{SLUG}/application", answers)
        if status < 300 or status == 409:  # saved by a request whose answer was lost
            status, file = await self.ask("POST", f"/calls/{SLUG}/application/submit")
        self.one.refused = "" if status < 300 else f"{status} {file}"[:200]
        self.one.seconds = time.perf_counter() - begun
        self._line.close()

    async def come_late(self) -> None:
        """Begin after the close."""
        status, told = await self.ask("POST", f"/calls/{SLUG}/application", b'{"facts": {}}')
        self.one.refused = f"{status} {told}"[:200] if status >= 400 else ""
        self._line.close()


async def warm(applicants: list[Applicant], port: int) -> None:
    """Let the processes answer each of them once, so that what they read of the program counts as had before."""
    senders = [Sender(one, port) for one in applicants]
    await asyncio.gather(*(sender.ask("GET", "/me/files") for sender in senders))
    for sender in senders:
        sender._line.close()


async def minute(applicants: list[Applicant], port: int, base: bytes) -> float:
    """All at once, the late ones after the close; gives the seconds until the last was in."""
    begun = time.perf_counter()
    work = [Sender(one, port).apply(base) for one in applicants if one.draft]

    async def after() -> None:
        await asyncio.sleep(LEAD + 1)
        await asyncio.gather(*(Sender(one, port).come_late() for one in applicants if not one.draft))

    await asyncio.gather(after(), *work)
    return time.perf_counter() - begun


def close_soon() -> None:
    """Let the call close in a few seconds, as one who waited for its deadline would find it."""
    from stoa.kit.environment import environment
    from stoa.kit.postgres import url

    with psycopg.connect(url(environment())) as session:
        session.execute(
            "UPDATE members_call SET closes = now() + make_interval(secs => %s), made_up_until = now() + interval '1 day' "
            "WHERE slug = %s",
            [LEAD, SLUG],
        )


def kept() -> dict[str, tuple[int, str]]:
    """Of each person: how many applications of theirs stand, and the digest of the file in it."""
    from stoa.kit.environment import environment
    from stoa.kit.postgres import url

    query = """
        SELECT a.person_id, count(*), min(u.digest) FROM members_application a JOIN members_call c ON c.id = a.call_id
        LEFT JOIN kit_upload u ON u.id = a.files[1] AND u.owner_id = a.person_id WHERE c.slug = %s GROUP BY 1
    """
    with psycopg.connect(url(environment())) as session:
        return {person: (count, digest) for person, count, digest in session.execute(query, [SLUG])}


def is_whole(digest: str) -> bool:
    """Whether the stored file has the digest that names it."""
    from stoa.kit.files import store

    return hashlib.sha256(store.place(digest).read_bytes()).hexdigest() == digest


def measured(up: Up, applicants: list[Applicant], port: int) -> bool:
    """Let the minute happen, print what came of it; says whether a limit was passed."""
    base = random.Random(2027).randbytes(MEGABYTES * 10**6).replace(b"/", b"_").replace(b"stream", b"_tream")
    asyncio.run(warm(applicants, port))
    before, took, machine_ = up.memory(), up.processor(), Machine()
    watch = Watch(up)
    watcher = threading.Thread(target=watch.run)
    watcher.start()
    close_soon()
    client = time.process_time()
    seconds = asyncio.run(minute(applicants, port, base))
    client = time.process_time() - client
    watch.end()
    watcher.join()
    time.sleep(5)
    after, spent = up.memory(), {part: up.processor()[part] - took[part] for part in PARTS}
    there = kept()
    begun, late = [one for one in applicants if one.draft], [one for one in applicants if not one.draft]
    whole = [one for one in begun if there.get(one.person) == (1, one.digest) and is_whole(one.digest)]
    twice = sum(count > 1 for count, _ in there.values())
    out = sum(bool(one.refused) for one in late)
    in_grace = sum(one.seconds > LEAD for one in begun)
    peak = max([*watch.seen, after["web"]]) - before["web"]
    ordered = sorted(one.seconds for one in begun)
    rows = [
        ("in, each file whole", f"{len(whole)} of {len(begun)}", len(whole) == len(begun)),
        ("in twice", str(twice), twice == 0 and len(there) == len(begun)),
        ("finished after the close, in the grace", str(in_grace), in_grace > 0),
        ("late ones refused", f"{out} of {len(late)}", out == len(late)),
        ("seconds until all were in", f"{seconds:.1f}", True),
        ("seconds of one, median and slowest", f"{ordered[len(ordered) // 2]:.1f} {ordered[-1]:.1f}", True),
        ("megabytes a second", f"{len(begun) * MEGABYTES / seconds:.1f}", True),
        ("sent again by somebody", str(sum(one.again for one in begun)), True),
        ("web memory above before, peak (MB)", f"{peak:.0f}", peak <= LIMIT_MEMORY),
        ("web memory above before, after (MB)", f"{after['web'] - before['web']:.0f}", True),
        ("database memory above before, after (MB)", f"{after['database'] - before['database']:.0f}", True),
    ]
    for label, figure, holds in rows:
        print(f"{label:<44}{figure:>14}  {'' if holds else 'MISSED'}", flush=True)
    parts = ", ".join(f"{part} {spent[part]:.1f}" for part in PARTS)
    others = machine_.others(client + sum(spent.values()))
    print(f"    seconds of processor: {parts}, load {client:.1f}; other programs had {others:.0%} of the machine")
    for why in sorted({one.refused for one in begun if one.refused})[:3]:
        print(f"    refused: {why}")
    return not all(holds for _, _, holds in rows)


def main() -> int:
    """Make the call and the people, start the server, let the minute come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder that holds the sample already; people are added to it")
    parser.add_argument("--port", type=int, default=8170)
    parser.add_argument("--people", type=int, default=PEOPLE)
    options = parser.parse_args()
    print(
        f"{machine()}; two web processes, the load beside them; {options.people} people, {MEGABYTES} MB each, at once"
    )
    with sample(options.data, options.port) as folder:
        from stoa.cli.opened import opened
        from stoa.kit.environment import environment

        with opened(environment()):
            applicants = prepare(options.people, LATE)
        up = Up(folder, options.port)
        try:
            return int(measured(up, applicants, options.port))
        finally:
            up.stop()


if __name__ == "__main__":
    sys.exit(main())
