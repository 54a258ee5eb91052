"""Drives one server through many kills, as a seed decides: who is killed, when, and what members do meanwhile."""

from __future__ import annotations

import json
import math
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from stoa.kit.postgres import Postgres
from tests.cli.command import stoa
from tests.cli.server import LONG, Server
from tests.crashes.clock import Clock
from tests.crashes.community import make_community
from tests.crashes.herald import BEFORE, Herald
from tests.crashes.killing import keep_up, kill, victims
from tests.crashes.members import HOUR, STANDING, Crew, Member, Told
from tests.crashes.operator import Operator, Written
from tests.crashes.reckoning import Tables, answers_fault, faults
from tests.live import free_port

MEMBERS, CREWS = 24, 6
"""Enough members for ballots to be opened; each crew is one thread, so that every member acts in turn."""
TRIES, AGAIN = 20, 0.5
"""How often a kill is tried until it meets a process, and the seconds between: a session, say, is there once somebody asks."""
BEAT, ABOUT_THE_END, AT_ONCE_AGAIN = 2.0, 0.4, 0.15
"""Seconds between kills at most, once the server is whole; the shares of kills at the end of a phase, and of those that follow
the one before while the server is not up yet."""


@dataclass
class Outcome:
    """What was done to a server and what was found: no fault is the only right end. `said` is what the last `stoa up` printed."""

    seed: int
    told: Told = field(default_factory=Told)
    killed: Counter[str] = field(default_factory=Counter)
    amid: Counter[str] = field(default_factory=Counter)
    starts: int = 1
    entries: int = 0
    phases: Counter[str] = field(default_factory=Counter)
    imported: list[str] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    said: str = ""

    @property
    def decided(self) -> int:
        """How many rounds of the members came to their agenda; votes that were imported are not theirs."""
        return self.phases["agenda"] - len(self.imported)

    def report(self) -> str:
        """A page for people to read."""
        rows = {
            "seed": self.seed,
            "killed (SIGKILL)": f"{self.killed.total()}: {_counts(self.killed)}",
            "of these while": _counts(self.amid),
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


def crash(seed: int, kills: int, folder: Path, minutes: float = math.inf) -> Outcome:
    """Do it, with the data in a new folder; everything is in order at the end, or `faults` says what is not.

    After so many minutes nothing is killed any more, on a machine that is too slow for as many kills as were asked for.
    """
    begun = time.monotonic()
    data, port, clock = folder / "data", free_port(), Clock(folder / "clock")
    known = make_community(data, f"http://localhost:{port}", MEMBERS, clock)
    outcome, server = Outcome(seed), Server(data, port, **clock.variables)
    chances = (random.Random(f"{seed} {number}") for number in range(MEMBERS))
    members = [Member(one, server.address, outcome.told, next(chances), clock=clock) for one in known]
    drive = Drive(server, clock, members, outcome)
    try:
        server.await_up()
        drive.go(kills, random.Random(f"kills {seed}"), begun + 60 * minutes)
        drive.reckon()
    finally:
        for member in members:
            member.leave()
        outcome.said = drive.server.said
        drive.server.end()
    outcome.seconds = time.monotonic() - begun
    return outcome


def settle(server: Server, clock: Clock, lasting: frozenset[str] = frozenset()) -> Tables:
    """The tables, once every round is over but for those that last, days are sealed, entries have places and mails are sent.

    A vote that is sealed is opened an hour later: the clock jumps there, however late it was sealed, when no mail waits
    that would be an hour late by then.
    """
    deadline, checking = time.monotonic() + LONG, frozenset[str]()
    while not (tables := Tables(Postgres(server.data).url("owner"), clock.now())).settled(lasting):
        assert time.monotonic() < deadline, f"it does not come to an end: {tables.phases}\n{server.said[-3000:]}"
        sealed = tables.in_phase("checking")
        if sealed - checking and not tables.unsent:
            clock.jump_to(clock.now() + HOUR)
            checking = sealed
        time.sleep(0.3)
    return tables


@dataclass
class Drive:
    """One server with those who act on it."""

    server: Server
    clock: Clock
    members: list[Member]
    outcome: Outcome

    def go(self, kills: int, chance: random.Random, until: float) -> None:
        """Kill and mend while members, operator and clock are at work; then let each bring to an end what they began."""
        seed, stop, stop_members = self.outcome.seed, threading.Event(), threading.Event()
        *acting, first, announcer = self.members
        herald = Herald(first, self.outcome.told, self.clock, stop)
        operator = Operator(self.server, self.clock, announcer, random.Random(f"operator {seed}"), stop)
        crews = [Crew(acting[n::CREWS], random.Random(f"crew {n} {seed}"), stop_members) for n in range(CREWS)]
        for thread in (operator, herald, *crews):
            thread.start()
        try:
            for what in takewhile(lambda _: time.monotonic() < until, victims(kills, chance)):
                self._await_moment(herald, chance)
                self._kill_one(what, chance, herald, operator)
        finally:
            self._mend()
            _end(stop, [operator, herald])
            _end(stop_members, crews)
        self.outcome.killed["command"] += operator.kills
        self.outcome.imported, self.outcome.written = operator.imported, operator.written
        self.outcome.faults += [f"{one.name} ended: {one.error!r}" for one in (operator, herald, *crews) if one.error]

    def _await_moment(self, herald: Herald, chance: random.Random) -> None:
        """Some kills fall about the end of phases, the others at any time."""
        if about_the_end := chance.random() < ABOUT_THE_END:
            herald.await_turn()
        time.sleep(chance.uniform(0, (2 * BEFORE).total_seconds() if about_the_end else BEAT))

    def _kill_one(self, what: str, chance: random.Random, herald: Herald, operator: Operator) -> None:
        """Kill a part; mostly wait until the server is whole again, so that the next kill does not fall on one that is down."""
        amid = [*herald.amid(), *([f"{operator.at_work} was under way"] if operator.at_work else [])]
        for _ in range(TRIES):
            if kill(self.server, what, chance):
                self.outcome.killed[what] += 1
                self.outcome.amid.update(amid)
                break
            self._mend()  # it fell on a part that is not up again
            time.sleep(AGAIN)
        if chance.random() >= AT_ONCE_AGAIN:
            self._mend()

    def _mend(self) -> None:
        """Wait until the server is whole again, started anew if need be."""
        self.server, starts = keep_up(self.server)
        self.outcome.starts += starts

    def reckon(self) -> None:
        """Look for faults: in what members were told, by `stoa check`, `stoa verify`, and in the last backup once restored."""
        server, outcome = self.server, self.outcome
        tables = settle(server, self.clock, frozenset({STANDING}))
        outcome.entries, outcome.phases = len(tables.entries), Counter(tables.phases.values())
        outcome.faults += faults(outcome.told, tables, outcome.imported)
        for member in self.members:
            items = member.ask(f"/rounds/{STANDING}/answers?limit=500")["items"]
            kept = {one["statement"]: one["answer"] for one in items}
            outcome.faults += answers_fault(outcome.told, member.person, kept)
        outcome.faults += _failed(server, "check", "--data", server.data)
        outcome.faults += _failed(server, "verify", "--quiet", server.address)
        outcome.faults += _restored(server, outcome.written[-1])


def _restored(server: Server, backup: Written) -> Iterator[str]:
    """What is wrong with a backup, written while the server was killed, once it is restored beside the server.

    It is checked as of the instant at which it was begun: since then nobody did there what the clock has to do. Its mails and
    the seal of the day before may be late: a worker that was just killed had not come to them when the clock jumped by an hour.
    """
    to, key, clock = server.data.parent / "restored", server.data.parent / "key", Clock(server.data.parent / "then")
    yield from _failed(server, "backup", "--key", key, "--data", server.data)
    yield from _failed(server, "restore", backup.file, "--data", to, "--key", key)
    clock.jump_to(backup.at)
    done = stoa("check", "--json", "--data", to, address=server.address, **(server.variables | clock.variables))
    for one in json.loads(done.out)["checks"]:
        if not one["ok"] and one["code"] not in {"duties.mail", "duties.days"}:
            yield f"of the backup, stoa check says: {one}"


def _failed(server: Server, *arguments: object, **variables: str) -> Iterator[str]:
    done = stoa(*arguments, address=server.address, **(server.variables | variables))
    if done.code:
        said = "\n".join(line for line in done.out.splitlines() if not line.startswith("ok "))
        yield f"stoa {arguments[0]} ended with {done.code}: {said[-2000:]}{done.err[-2000:]}"


def _end(stop: threading.Event, threads: Sequence[threading.Thread]) -> None:
    """Let these threads end what they began, on a server that nobody kills any more."""
    stop.set()
    for thread in threads:
        thread.join()


def _counts(of: Counter[str]) -> str:
    return ", ".join(f"{what} {count}" for what, count in sorted(of.items()))
