"""`stoa verify` of a long record: `python -m bench.verify [--entries N] [--ballots N]`. Under 60 s and under 500 MB.

A million entries of the kinds that there are, and among them a vote whose 10,000 ballots are opened and counted again, are
served by `stoa up` on this machine, which the two share; the command runs as in a terminal, its progress bar drawn.
"""

import argparse
import os
import pty
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import _long_record as long
from bench._server import Up
from bench._shared import machine

ENTRIES, BALLOTS, BATCH = 1_000_000, 10_000, 20_000
SECONDS, MEGABYTES = 60.0, 500.0


@dataclass(frozen=True)
class Verified:
    """How a run of `stoa verify` went: its exit code, seconds by the clock and of the processor, MB, and what it printed."""

    code: int
    seconds: float
    processor: float
    megabytes: float
    said: str
    bar: str


def fill(entries: int, ballots: int) -> None:
    """A record with a vote in the middle."""
    from stoa.kit import clock
    from stoa.record.sequencer import sequence

    writer = long.Writer()
    long.insert(writer.rows(entries // 2, clock.now()))
    long.hold_vote(ballots)
    long.insert(writer.rows(entries - entries // 2, clock.now()))
    while sequence(BATCH):
        pass


def verify(address: str, state: str) -> Verified:
    """Run the command in a terminal of its own."""
    ours, theirs = pty.openpty()
    drawn: list[bytes] = []
    listening = threading.Thread(target=_listen, args=[ours, drawn])
    listening.start()
    start = time.perf_counter()
    command = [sys.executable, "-P", "-m", "stoa.cli", "verify", address, "--state", state]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=os.environ | {"TERM": "xterm"})
    os.close(theirs)
    assert child.stdout
    said = child.stdout.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    listening.join()
    os.close(ours)
    code = os.waitstatus_to_exitcode(status)
    processor = used.ru_utime + used.ru_stime
    return Verified(code, seconds, processor, used.ru_maxrss / 1024, said, b"".join(drawn).decode(errors="replace"))


def _listen(terminal: int, drawn: list[bytes]) -> None:
    try:
        while read := os.read(terminal, 65_536):
            drawn.append(read)
    except OSError:  # the other side was closed
        return


def main() -> int:
    """Print the machine and the table; 1 where a limit is missed or the record does not pass."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--entries", type=int, default=ENTRIES)
    asked.add_argument("--ballots", type=int, default=BALLOTS)
    options = asked.parse_args()
    print(f"{machine()}; {options.entries:,} entries, {options.ballots:,} opened ballots")
    port = long.free_port()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as state:
        with long.community(Path(folder), port):
            fill(options.entries, options.ballots)
        server = Up(Path(folder), port)
        try:
            before = sum(server.processor().values())
            done = verify(f"http://127.0.0.1:{port}", state)
            serving = sum(server.processor().values()) - before
        finally:
            server.stop()
    return int(not table(done, serving, options.ballots))


def table(done: Verified, serving: float, ballots: int) -> bool:
    """Print what was found."""
    if done.code or f"{ballots:,} ballots: each gives its commitment" not in " ".join(done.said.split()):
        print(done.said)
        return False
    print(long.LINE.format("measure", "ours", "limit", "ratio", ""))
    holds = long.line(
        "stoa verify, by the clock",
        f"{done.seconds:.1f} s",
        f"< {SECONDS:.0f} s",
        done.seconds / SECONDS,
        holds=done.seconds < SECONDS,
    )
    holds &= long.line(
        "its memory",
        f"{done.megabytes:.0f} MB",
        f"< {MEGABYTES:.0f} MB",
        done.megabytes / MEGABYTES,
        holds=done.megabytes < MEGABYTES,
    )
    drawn = done.bar.count("Reading entries")
    holds &= long.line("its progress bar, drawn so often", f"{drawn}", "> 1", float(drawn > 1), holds=drawn > 1)
    print(f"  of the processor it took {done.processor:.1f} s, the server beside it {serving:.1f} s")
    return holds


if __name__ == "__main__":
    sys.exit(main())
