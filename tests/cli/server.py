"""A `stoa up` of its own for a test: real processes, in a process group as in a terminal, that can be killed one by one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.live import free_port

LONG = 600.0
"""Seconds within which a busy machine must have done anything here: a limit for hanging, not a measure."""


class Server:
    """What it prints goes to a file, since a pipe that nobody reads would stop it."""

    def __init__(self, data: Path, port: int = 0, **variables: str) -> None:
        self.data, self.port, self.variables = data, port or free_port(), variables
        with tempfile.NamedTemporaryFile(prefix="stoa-up-", delete=False) as output:
            self._output = Path(output.name)
            arguments = ["up", "--no-sample", "--data", str(data), "--port", str(self.port)]
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "stoa.cli", *arguments],
                env=plain_environment() | variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def said(self) -> str:
        """All that its processes have printed so far."""
        return self._output.read_text(errors="replace")

    def await_up(self) -> Server:
        deadline = time.monotonic() + LONG
        while "Ctrl-C stops it." not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)
        return self

    def again(self) -> Server:
        """Another on the same folder and port, under the same variables."""
        return Server(self.data, self.port, **self.variables)

    def interrupt(self) -> int:
        """What Ctrl-C does: the whole process group gets the signal."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(LONG)

    def children(self) -> list[int]:
        """All processes below, but the database's, which has a session of its own."""
        table = subprocess.run(["ps", "-eo", "pid=,pgid="], capture_output=True, text=True, check=True).stdout
        rows = [tuple(map(int, line.split())) for line in table.splitlines()]
        return [pid for pid, group in rows if group == self.process.pid != pid]

    def end(self) -> None:
        """Kill what is left of the group, and forget what it printed."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(LONG)
        self._output.unlink(missing_ok=True)


def plain_environment() -> dict[str, str]:
    """The variables of this process without those that lead to the database and keys of the tests."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("STOA_", "DATABASE_", "DJANGO_"))}


def processes_named(words: str, among: list[int]) -> list[int]:
    """Those of these processes whose command line has the words."""
    found = []
    for pid in among:
        with suppress(OSError):
            if words in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                found.append(pid)
    return found
