"""A whole server for the benchmarks: `stoa up` on a folder, what its processes take, and how busy the machine is else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

TICK = os.sysconf("SC_CLK_TCK")
SECRET = "known to everyone, of the benchmark alone"
PARTS = ("web", "worker", "database", "up")


@contextmanager
def sample(given: Path | None, port: int) -> Iterator[Path]:
    """A folder that holds the sample: the one that is given, or one that is made and removed."""
    with TemporaryDirectory() as made:
        folder = given or Path(made)
        os.environ |= {"STOA_DATA": str(folder), "STOA_PORT": str(port), "STOA_SECRET_KEY": SECRET}
        if given is None:
            command = [sys.executable, "-P", "-m", "stoa.cli", "init", "--sample", "--data", made]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield folder


class Up:
    """`stoa up`, started; `started` is how many seconds passed until its first page was there."""

    def __init__(self, folder: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-P", "-m", "stoa.cli", "up", "--data", str(folder), "--port", str(port)]
        begun = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        while not _answers(self.address):
            if self._process.poll() is not None:
                raise SystemExit("the server did not start")
            time.sleep(0.02)
        self.started = time.perf_counter() - begun

    def stop(self) -> float:
        """Stop it as Ctrl-C does, if it is up; returns how many seconds that took."""
        begun = time.perf_counter()
        if self._process.poll() is not None:
            return 0.0
        os.killpg(self._process.pid, signal.SIGINT)
        self._process.wait(60)
        return time.perf_counter() - begun

    def processor(self) -> dict[str, float]:
        """Seconds of processor time that each part has taken so far."""
        found = dict.fromkeys(PARTS, 0.0)
        for part, pid in self._processes():
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                found[part] += (int(fields[11]) + int(fields[12])) / TICK
        return found

    def memory(self) -> dict[str, float]:
        """Megabytes that each part has now; what processes share is divided among them (PSS)."""
        found = dict.fromkeys(PARTS, 0.0)
        for part, pid in self._processes():
            with suppress(OSError, StopIteration):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                found[part] += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000
        return found

    def _processes(self) -> Iterator[tuple[str, int]]:
        """Each process with the part that it belongs to: that of the child of `stoa up` from which it descends."""
        table = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in table.splitlines()]
        children: dict[int, list[tuple[int, str]]] = {}
        for pid, parent, args in (row for row in rows if len(row) == 3):
            children.setdefault(int(parent), []).append((int(pid), args))
        yield "up", self._process.pid
        for pid, args in children.get(self._process.pid, []):
            part = "database" if "postgres" in args else "worker" if args.endswith(" worker") else "web"
            waiting = [pid]
            while waiting:
                one = waiting.pop()
                yield part, one
                waiting += [child for child, _ in children.get(one, [])]


@dataclass
class Machine:
    """How busy the machine is, all programs together, from now on."""

    begun: float = 0.0
    busy: float = 0.0

    def __post_init__(self) -> None:
        self.begun, self.busy = time.monotonic(), _busy()

    def others(self, ours: float) -> float:
        """The share of all processors that programs other than ours took, who took so many seconds meanwhile."""
        whole = (time.monotonic() - self.begun) * (os.cpu_count() or 1)
        return max(0.0, (_busy() - self.busy - ours) / whole)


def _busy() -> float:
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields) - fields[3] - fields[4]) / TICK


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            answer.read()
            return True
    except (urllib.error.URLError, OSError):
        return False
