"""Drives one server through many kills, as a seed decides: who is killed, when, and what members do meanwhile."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stoa.kit.postgres import Postgres
from tests.cli.command import stoa
from tests.cli.server import LONG, Server
from tests.crashes.community import make_community
from tests.crashes.killing import VICTIMS, keep_up, kill
from tests.crashes.members import STANDING, Crew, Member, Told
from tests.crashes.operator import Operator
from tests.crashes.reckoning import Tables, answers_fault, faults
from tests.live import free_port

MEMBERS, CREWS = 24, 6
"""Enough members for ballots to be opened; each crew is one thread, so that every member acts in turn."""


@dataclass
class Outcome:
    """What was done to a server and what was found: no fault is the only right end."""

    seed: int
    told: Told = field(default_factory=Told)
    killed: Counter[str] = field(default_factory=Counter)
    starts: int = 1
    entries: int = 0
    phases: Counter[str] = field(default_factory=Counter)
    imported: list[str] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def report(self) -> str:
        """A page for people to read."""
        rows = {
            "seed": self.seed,
            "killed (SIGKILL)": f"{self.killed.total()}: {_counts(self.killed)}",
            "starts of `stoa up`": self.starts,
            "acts acknowledged": f"{self.told.acts:,}, of them {sum(map(len, self.told.casts.values())):,} ballots",
            "answers lost to kills": f"{self.told.lost.total():,}, each act sent again under its key",
            "acts refused": f"{self.told.refused.total():,}, as their phase was over",
            "rounds at the end": _counts(self.phases),
            "imports, backups": f"{len(self.imported)}, {len(self.written)}; the last backup restored and checked",
            "entries of the record": f"{self.entries:,}",
            "wall time": f"{self.seconds:,.0f} s",
            "faults found": len(self.faults),
        }
        lines = [f"{name:<24}{value}" for name, value in rows.items()]
        return "\n".join([*lines, *(f"  {fault}" for fault in self.faults)])


def crash(seed: int, kills: int, folder: Path) -> Outcome:
    """Do it, with the data in a new folder; everything is in order at the end, or `faults` says what is not."""
    begun = time.monotonic()
    data, port = folder / "data", free_port()
    known = make_community(data, f"http://localhost:{port}", MEMBERS)
    started = time.monotonic()
    server = Server(data, port).await_up()
    outcome = Outcome(seed)
    members = [Member(one, server.address, outcome.told, random.Random(f"{seed} {n}")) for n, one in enumerate(known)]
    drive = Drive(server, beat_of(started), members, outcome)
    try:
        drive.go(kills, random.Random(f"kills {seed}"))
        drive.reckon()
    finally:
        for member in members:
            member.leave()
        drive.server.end()
    outcome.seconds = time.monotonic() - begun
    return outcome


def beat_of(started: float) -> float:
    """Seconds that phases are counted in: longer on a slow machine, by how long the server took to come up since `started`."""
    return min(4.0, max(1.0, (time.monotonic() - started) / 4))


def settle(server: Server, lasting: frozenset[str] = frozenset()) -> Tables:
    """The tables, once every round is over but for those that last, and every entry has its place."""
    deadline = time.monotonic() + 2 * LONG
    while not (tables := Tables(Postgres(server.data).url("owner"))).settled(lasting):
        assert time.monotonic() < deadline, f"it does not come to an end: {tables.phases}\n{server.said[-3000:]}"
        time.sleep(0.3)
    return tables


@dataclass
class Drive:
    """One server with those who act on it."""

    server: Server
    beat: float
    members: list[Member]
    outcome: Outcome
    turn: float = 0.0

    def pace(self) -> float:
        """The beat of the next round: longer where getting up again takes long, so that no outage takes a whole vote."""
        return min(12.0, max(self.beat, self.turn / 2))

    def go(self, kills: int, chance: random.Random) -> None:
        """Kill and mend while members, operator and clock are at work; then let each bring to an end what they began."""
        seed, beat, stop, stop_members = self.outcome.seed, self.beat, threading.Event(), threading.Event()
        *acting, herald, announcer = self.members
        herald.announce(STANDING, (beat, 86_400, 2 * 86_400))
        operator = Operator(self.server, announcer, random.Random(f"operator {seed}"), beat, stop)
        announcing = threading.Thread(target=_announce, args=[herald, self.pace, stop], name="herald")
        crews = [Crew(acting[n::CREWS], random.Random(f"crew {n} {seed}"), stop_members) for n in range(CREWS)]
        for thread in (operator, announcing, *crews):
            thread.start()
        try:
            for _ in range(kills):
                time.sleep(chance.uniform(0, beat))
                self._kill_one(chance)
        finally:
            _end(stop, [operator, announcing])
            _end(stop_members, crews)
        self.outcome.killed["command"] += operator.kills
        self.outcome.imported, self.outcome.written = operator.imported, operator.written
        self.outcome.faults += [f"{one.name} ended: {one.error!r}" for one in (operator, *crews) if one.error]

    def _kill_one(self, chance: random.Random) -> None:
        what, begun = chance.choices(list(VICTIMS), list(VICTIMS.values()))[0], time.monotonic()
        self.outcome.killed[what] += kill(self.server, what, chance)
        self.server, starts = keep_up(self.server)
        self.outcome.starts += starts
        self.turn = max(0.8 * self.turn, time.monotonic() - begun)

    def reckon(self) -> None:
        """Look for faults: in what members were told, by `stoa check`, `stoa verify`, and in the last backup once restored."""
        server, outcome = self.server, self.outcome
        tables = settle(server, frozenset({STANDING}))
        outcome.entries, outcome.phases = len(tables.entries), Counter(tables.phases.values())
        outcome.faults += faults(outcome.told, tables, outcome.imported)
        for member in self.members:
            items = member.ask(f"/rounds/{STANDING}/answers?limit=500")["items"]
            kept = {one["statement"]: one["answer"] for one in items}
            outcome.faults += answers_fault(outcome.told, member.person, kept)
        outcome.faults += _failed(server, "check", "--data", server.data)
        outcome.faults += _failed(server, "verify", "--quiet", server.address)
        outcome.faults += _restored(server, outcome.written[-1])


def _restored(server: Server, backup: Path) -> Iterator[str]:
    """What is wrong with a backup, written while the server was killed, once it is restored beside the server."""
    to, key = server.data.parent / "restored", server.data.parent / "key"
    yield from _failed(server, "backup", "--key", key, "--data", server.data)
    yield from _failed(server, "restore", backup, "--data", to, "--key", key)
    yield from _failed(server, "check", "--data", to)


def _failed(server: Server, *arguments: object) -> Iterator[str]:
    done = stoa(*arguments, address=server.address)
    if done.code:
        yield f"stoa {arguments[0]} ended with {done.code}: {done.out[-2000:]}{done.err[-2000:]}"


def _end(stop: threading.Event, threads: Sequence[threading.Thread]) -> None:
    """Let these threads end what they began, on a server that nobody kills any more."""
    stop.set()
    for thread in threads:
        thread.join()


def _announce(herald: Member, pace: Callable[[], float], stop: threading.Event) -> None:
    """Rounds that overlap, each of which takes nine beats: questions, discussion, vote."""
    number = 0
    while not stop.is_set():
        number, beat = number + 1, pace()
        herald.announce(f"round-{number}", (3 * beat, 5 * beat, 9 * beat))
        stop.wait(4 * beat)


def _counts(of: Counter[str]) -> str:
    return ", ".join(f"{what} {count}" for what, count in sorted(of.items()))
