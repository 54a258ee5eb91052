"""What a whole server takes: `python -m bench.serving [--minutes 10]`. Start, memory, open live streams, stop; on the sample.

| measure | limit |
|---|---|
| start on existing data until the first page is there | 5 s |
| memory of all processes, the database among them (PSS), idle | 600 MB |
| the same while a thousand members answer as fast as the server lets them | 1 GB, and flat |
| 1,000 live streams beside that load: from the announcement until each is told, 99 of 100 | 500 ms |
| memory that they add; answers a second beside them, as a share of those without | 150 MB; 0.8 |
| stop with the streams open | 2 s |

Flat: the mean of the last third lies at most 2 % above that of the second. `--data` names a folder that holds the sample
and whose server is down; members are added to it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench._members import Answered, Crowd, Discussion, Member, admit
from bench._server import Machine, Up, sample
from bench._shared import machine

MEMBERS, LINES, STREAMS = 1_000, 32, 1_000
STARTS = 3
TOLD = 20
"""Announcements to all streams, one after the other."""
EVERY = 10.0
"""Seconds from one look at the memory to the next."""
FLAT = 1.02
WIDTHS = "{:<58}{:>10}{:>10}{:>8}{:>7}"


@dataclass
class Table:
    """The table as it grows, and whether a limit was passed."""

    passed: bool = False

    def line(self, label: str, ours: float, limit: float, *, least: bool = False, digits: int = 0) -> None:
        """Print ours, the limit, the ratio, and whether it holds: at most the limit, or at `least`."""
        holds = ours >= limit if least else ours <= limit
        self.passed |= not holds
        cells = f"{ours:,.{digits}f}", f"{limit:,.{digits}f}", f"{ours / limit:.2f}", "yes" if holds else "no"
        print(WIDTHS.format(label, *cells), flush=True)


@dataclass(frozen=True)
class Alone:
    """Answers a second and megabytes of memory without streams."""

    rate: float
    memory: float


class Stream(asyncio.Protocol):
    """One open live stream; it says what it hears."""

    def __init__(self, streams: Streams) -> None:
        self._streams, self._rest = streams, b""

    def data_received(self, data: bytes) -> None:
        """Called with what comes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line == b"event: hello":
                self._streams.greeted()
            elif line.startswith(b"data: ") and b"mark" in line:
                self._streams.told[json.loads(line[6:])["mark"]].append(time.perf_counter())


@dataclass
class Streams:
    """All open streams of one topic, and when each was told of what was announced, by the announcement's number."""

    host: str
    topic: str
    told: dict[int, list[float]] = field(default_factory=dict)
    open_: list[asyncio.BaseTransport] = field(default_factory=list)
    all_there: asyncio.Event = field(default_factory=asyncio.Event)
    _greeted: int = 0

    def greeted(self) -> None:
        """One of them hears from now on."""
        self._greeted += 1
        if self._greeted >= len(self.open_):
            self.all_there.set()

    async def begin(self, count: int) -> None:
        """Open so many, and wait until each hears."""
        loop = asyncio.get_running_loop()
        name, _, port = self.host.rpartition(":")
        request = f"GET /live?topic={self.topic} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()
        made = [await loop.create_connection(lambda: Stream(self), name, int(port)) for _ in range(count)]
        self.open_ = [transport for transport, _ in made]
        for transport, _ in made:
            transport.write(request)
        await self.all_there.wait()

    async def tell(self, session: psycopg.AsyncConnection[Any], count: int, seconds: float) -> list[float]:
        """Announce something so many times over so many seconds; the milliseconds until each stream was told of each."""
        took = []
        for mark in range(count):
            self.told[mark] = []
            begun = time.perf_counter()
            payload = json.dumps({"topic": self.topic, "mark": mark})
            await session.execute("SELECT pg_notify('stoa_live', %s)", [payload])
            await asyncio.sleep(seconds / count)
            took += [1000 * (at - begun) for at in self.told[mark]]
            took += [float("inf")] * (len(self.open_) - len(self.told[mark]))
        return took


def starts(folder: Path, port: int, table: Table) -> None:
    """The middle of a few starts on existing data."""
    took = []
    for _ in range(STARTS):
        up = Up(folder, port)
        took.append(up.started)
        up.stop()
    table.line("start until the first page, s", statistics.median(took), 5, digits=1)


async def under_load(up: Up, crowd: Crowd, seconds: float) -> tuple[list[float], Answered]:
    """The memory of the server, looked at now and then, while the crowd answers."""
    answering = asyncio.create_task(crowd.hurry(LINES, seconds))
    seen = []
    while not answering.done():
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(answering), EVERY)
        seen.append(sum(up.memory().values()))
    return seen, await answering


async def with_streams(up: Up, crowd: Crowd, address: str, table: Table, alone: Alone) -> None:
    """Tell a thousand streams of something while the crowd answers; then stop the server under them."""
    streams = Streams(up.address.removeprefix("http://"), "round:1")
    await streams.begin(STREAMS)
    answering = asyncio.create_task(crowd.hurry(LINES, TOLD + 2.0))
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as session:
        await asyncio.sleep(1)
        took = sorted(await streams.tell(session, TOLD, float(TOLD)))
    memory = sum(up.memory().values())
    beside = await answering
    table.line(f"{STREAMS:,} streams: told, 99 %, ms", took[int(0.99 * len(took))], 500)
    table.line(f"{STREAMS:,} streams: told, median, ms", statistics.median(took), 500)
    table.line(f"{STREAMS:,} streams: memory that they add, MB", memory - alone.memory, 150)
    table.line("answers a second beside them ÷ without", beside.rate / alone.rate, 0.8, least=True, digits=2)
    table.line(f"stop with {STREAMS:,} streams open, s", await asyncio.to_thread(up.stop), 2, digits=1)


def measured(folder: Path, port: int, discussion: Discussion, members: list[Member], minutes: float) -> bool:
    """Everything; says whether a limit was passed."""
    from stoa.kit.environment import environment
    from stoa.kit.postgres import url

    table = Table()
    print(WIDTHS.format("", "ours", "limit", "ratio", "holds"))
    starts(folder, port, table)
    up = Up(folder, port)
    try:
        time.sleep(EVERY)
        idle = up.memory()
        table.line("memory, idle, MB", sum(idle.values()), 600)
        print("    " + ", ".join(f"{part} {mb:.0f}" for part, mb in idle.items()))
        crowd, watch, before = Crowd(discussion, members, discussion.form), Machine(), up.processor()
        seen, alone = asyncio.run(under_load(up, crowd, 60 * minutes))
        table.line("memory under load, most, MB", max(seen), 1000)
        thirds = [statistics.fmean(seen[len(seen) * n // 3 : max(1, len(seen) * (n + 1) // 3)]) for n in (1, 2)]
        table.line(f"memory, last third of {minutes:g} minutes ÷ second", thirds[1] / thirds[0], FLAT, digits=3)
        print(f"    every {EVERY:g} s: " + " ".join(f"{mb:.0f}" for mb in seen))
        ours = sum(up.processor().values()) - sum(before.values()) + time.process_time()
        print(f"    {alone.rate:.0f} answers a second; other programs had {watch.others(ours):.0%} of the machine")
        again = Crowd(discussion, members, discussion.form)
        asyncio.run(with_streams(up, again, url(environment()), table, Alone(alone.rate, seen[-1])))
    finally:
        up.stop()
    return table.passed


def main() -> int:
    """Make the members, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder that holds the sample already")
    parser.add_argument("--port", type=int, default=8141)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long the memory is watched under load")
    options = parser.parse_args()
    print(f"{machine()}; two web processes, the load beside them; the sample and {MEMBERS:,} members more")
    with sample(options.data, options.port) as folder:
        from stoa.cli.opened import opened
        from stoa.kit.environment import environment

        with opened(environment()):
            discussion, members = admit(MEMBERS, f"127.0.0.1:{options.port}")
        gc.freeze()
        return int(measured(folder, options.port, discussion, members, options.minutes))


if __name__ == "__main__":
    sys.exit(main())
