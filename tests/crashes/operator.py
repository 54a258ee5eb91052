"""The operator of a server that is being killed: imports and backups at the command line, killed themselves, until they succeed."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.cli.server import LONG, Server, plain_environment
from tests.crashes.clock import Clock
from tests.crashes.members import Member

PROJECTS, VOTERS = 30, 2_000


@dataclass(frozen=True)
class Written:
    """A backup, and the instant of the driver's clock at which its command began: what it holds is no older."""

    file: Path
    at: datetime


class Operator(threading.Thread):
    """Imports votes and writes backups by turns, until told to stop. `kills` counts the commands that were killed.

    Each is done once unharmed; from then on one in two is killed within the time that it takes, until it is told to stop.
    """

    def __init__(
        self, server: Server, clock: Clock, announcer: Member, chance: random.Random, stop: threading.Event
    ) -> None:
        super().__init__(name="operator")
        self._server, self._clock, self._announcer, self._chance, self._stop_asked = (
            server,
            clock,
            announcer,
            chance,
            stop,
        )
        self._folder = server.data.parent
        self._takes: dict[str, float] = {}
        self.at_work = ""
        self.kills = 0
        self.refusals: list[str] = []
        self.imported: list[str] = []
        self.written: list[Written] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            votes = self._folder / "votes.pb"
            votes.write_text(_votes(self._chance), encoding="utf-8")
            while not (self._stop_asked.is_set() and self.imported):
                self._import(votes, f"import-{len(self.imported) + 1}")
                if not (self._stop_asked.is_set() and self.written):
                    self._back_up(self._folder / f"backup-{len(self.written) + 1}")
                self._stop_asked.wait(self._chance.uniform(0, self._takes["import"]))
        except BaseException as error:  # noqa: BLE001 - the driver raises it in its own thread
            self.error = error

    def _import(self, votes: Path, slug: str) -> None:
        if self._announcer.announce_far(slug):
            self._until_done("import", "pabulib", str(votes), "--round", slug)
            self.imported.append(slug)

    def _back_up(self, target: Path) -> None:
        self.written.append(Written(target, self._until_done("backup", str(target))))

    def _until_done(self, *arguments: str) -> datetime:
        """Run the command, perhaps kill it, and run it again until it succeeds or its file is there; when that one began."""
        for _ in range(100):
            at, begun, process = self._clock.now(), time.monotonic(), self._begin(*arguments)
            self.at_work = arguments[0]
            if arguments[0] in self._takes and self._chance.random() < 0.5 and not self._stop_asked.is_set():
                self._kill_soon(process, self._takes[arguments[0]])
            said = process.communicate(timeout=LONG)[1]
            self.at_work = ""
            if process.returncode == 0 or (arguments[0] == "backup" and Path(arguments[1]).exists()):
                self._takes[arguments[0]] = time.monotonic() - begun
                return at
            self.refusals += [said.strip().splitlines()[-1]] if said.strip() else []
            time.sleep(0.5)
        raise AssertionError(f"{arguments[0]} does not succeed: {self.refusals[-5:]}")

    def _begin(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "stoa.cli", *arguments, "--data", str(self._server.data)],
            env=plain_environment() | self._server.variables | {"STOA_ADDRESS": self._server.address},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _kill_soon(self, process: subprocess.Popen[str], takes: float) -> None:
        try:
            process.wait(self._chance.uniform(0, 1.2 * takes))
        except subprocess.TimeoutExpired:
            process.kill()
            self.kills += 1


def _votes(chance: random.Random) -> str:
    """A vote of another community as a Pabulib file."""
    meta = ["description;made up", f"num_projects;{PROJECTS}", f"num_votes;{VOTERS}", "budget;10000"]
    meta += ["vote_type;approval", "rule;equalshares"]
    lines = ["META", "key;value", *meta, "PROJECTS", "project_id;cost;name"]
    lines += [f"{number};{chance.randint(100, 3_000)};Project {number}" for number in range(PROJECTS)]
    lines += ["VOTES", "voter_id;vote"]
    ballots = (sorted(chance.sample(range(PROJECTS), chance.randint(1, 6))) for _ in range(VOTERS))
    return "\n".join([*lines, *(f"{n};{','.join(map(str, ballot))}" for n, ballot in enumerate(ballots)), ""])
