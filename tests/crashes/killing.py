"""Kills parts of a server with SIGKILL, and gets it up again as whoever runs it would."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import httpx

from tests.cli.server import LONG, Server

VICTIMS = {"web process": 4, "web server": 1, "worker": 4, "database": 5, "session": 5, "all": 1}
"""What is killed, and how often beside the others. `session` is the database's process behind one connection; `all` is
`stoa up` itself, upon whose end the rest has to end."""
SERVE = "stoa.cli serve"
Processes = Mapping[int, tuple[int, str]]


def victims(kills: int, chance: random.Random) -> list[str]:
    """What is killed, in order: first each kind once, then as often as the shares say."""
    each = chance.sample(list(VICTIMS), len(VICTIMS))
    return [*each, *chance.choices(list(VICTIMS), list(VICTIMS.values()), k=kills)][:kills]


def processes() -> Processes:
    """Every process: its parent and its command line."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = (line.split(None, 2) for line in table.splitlines())
    return {int(row[0]): (int(row[1]), row[2] if len(row) > 2 else "") for row in rows}


def _victims(server: Server, what: str, there: Processes) -> list[int]:
    def children(of: int, words: str) -> list[int]:
        return [pid for pid, (parent, command) in there.items() if parent == of and words in command]

    up, cluster = server.process.pid, str(server.data / "postgres")
    find: dict[str, Callable[[], list[int]]] = {
        "all": lambda: [up],
        "web server": lambda: children(up, SERVE),
        "web process": lambda: [pid for main in children(up, SERVE) for pid in children(main, SERVE)],
        "worker": lambda: children(up, "stoa.cli worker"),
        "database": lambda: children(up, cluster),
        "session": lambda: [pid for main in children(up, cluster) for pid in children(main, "postgres: stoa_app")],
    }
    return find[what]()


def kill(server: Server, what: str, chance: random.Random) -> bool:
    """Kill one such process, if there is one."""
    found = sorted(_victims(server, what, processes()))
    if not found:
        return False
    with suppress(ProcessLookupError):
        os.kill(chance.choice(found), signal.SIGKILL)
    return True


def whole(server: Server) -> bool:
    """Whether all parts run and the record can be read."""
    there = processes()
    if server.process.poll() is not None or not all(
        _victims(server, what, there) for what in ("web process", "worker")
    ):
        return False
    with suppress(httpx.TransportError):
        return httpx.get(f"{server.address}/record/checkpoint", timeout=LONG).status_code == 200
    return False


def keep_up(server: Server) -> tuple[Server, int]:
    """Wait until the server is whole again, and start it anew as often as `stoa up` has ended. Gives how often it had to be."""
    deadline, starts = time.monotonic() + LONG, 0
    while not whole(server):
        assert time.monotonic() < deadline, f"the server does not come up again:\n{server.said[-4000:]}"
        if server.process.poll() is not None:
            server.end()
            server, starts = server.again(), starts + 1
        time.sleep(0.2)
    return server, starts
