"""Kills parts of a server with SIGKILL, and gets it up again as whoever runs it would."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

import httpx

from tests.cli.server import LONG, Server

VICTIMS = {"web process": 3, "web server": 1, "worker": 3, "database": 2, "session": 2, "all": 1}
"""What is killed, and how often beside the others. `session` is the database's process behind one connection; `all` is
`stoa up` itself, upon whose end the rest has to end."""


def processes() -> dict[int, tuple[int, str]]:
    """Every process: its parent and its command line."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = (line.split(None, 2) for line in table.splitlines())
    return {int(row[0]): (int(row[1]), row[2] if len(row) > 2 else "") for row in rows}


def _children(of: int, words: str) -> list[int]:
    return [pid for pid, (parent, command) in processes().items() if parent == of and words in command]


def _victims(server: Server, what: str) -> list[int]:
    up = server.process.pid
    find: dict[str, Callable[[], list[int]]] = {
        "all": lambda: [up],
        "web server": lambda: _children(up, "stoa.cli serve"),
        "web process": lambda: [
            pid for main in _children(up, "stoa.cli serve") for pid in _children(main, "stoa.cli serve")
        ],
        "worker": lambda: _children(up, "stoa.cli worker"),
        "database": lambda: _children(up, str(server.data / "postgres")),
        "session": lambda: [
            pid
            for main in _children(up, str(server.data / "postgres"))
            for pid in _children(main, "postgres: stoa_app")
        ],
    }
    return find[what]()


def kill(server: Server, what: str, chance: random.Random) -> bool:
    """Kill one such process, if there is one."""
    found = sorted(_victims(server, what))
    if not found:
        return False
    with suppress(ProcessLookupError):
        os.kill(chance.choice(found), signal.SIGKILL)
    return True


def whole(server: Server) -> bool:
    """Whether all parts run and the record can be read."""
    if server.process.poll() is not None or not all(_victims(server, what) for what in ("web process", "worker")):
        return False
    with suppress(httpx.TransportError):
        return httpx.get(f"{server.address}/record/checkpoint", timeout=LONG).status_code == 200
    return False


def keep_up(server: Server) -> tuple[Server, int]:
    """Wait until the server is whole again, and start it anew as often as `stoa up` has ended. Gives how often it had to be."""
    deadline, starts = time.monotonic() + 2 * LONG, 0
    while not whole(server):
        assert time.monotonic() < deadline, f"the server does not come up again:\n{server.said[-4000:]}"
        if server.process.poll() is not None:
            server.end()
            server, starts = Server(server.data, server.port), starts + 1
        time.sleep(0.1)
    return server, starts
