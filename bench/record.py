"""The record at length: `python -m bench.record [--entries N]`. Sequencing, acts while it runs, proofs over HTTP.

Entries wait in the database and the program's sequencer places them in batches of 1,000, at least 25,000 a second. Then
the operator adds organisations as fast as one can, with a backlog that another process places and without, in turns: that
may cost a fifth at most, for the two share the machine. Proofs are asked of `stoa up` over one connection and checked:
under 5 ms, the median.
"""

import argparse
import base64
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import _long_record as long
from bench._server import Up
from bench._shared import machine

ENTRIES, BATCH, PROOFS = 1_000_000, 1_000, 500
TURNS, BACKLOG, WARM = 3, 40_000, 20
ENTRIES_A_SECOND, SLOWED, MEDIAN_MS = 25_000, 0.8, 5.0
SEQUENCER = """
from stoa.cli.opened import ready
ready()
from stoa.record.sequencer import sequence
print(input("ready"), flush=True)
while sequence():
    pass
"""


def fill(writer: long.Writer, entries: int) -> float:
    """Put entries in, place them, and say how many a second were placed."""
    from stoa.kit import clock
    from stoa.record.sequencer import sequence

    long.insert(writer.rows(entries, clock.now()))
    start, placed = time.perf_counter(), 0
    while found := sequence(BATCH):
        placed += found
    return placed / (time.perf_counter() - start)


def acts_a_second(writer: long.Writer) -> tuple[float, float]:
    """How many acts a second one process does: while another places a backlog, and while nothing waits."""
    busy, quiet = [], []
    for _ in range(TURNS):
        rate, seconds = _beside_backlog(writer)
        busy.append(rate)
        quiet.append(_acts(lambda until: time.perf_counter() > until, time.perf_counter() + seconds)[0])
        _place_the_rest()
    return statistics.median(busy), statistics.median(quiet)


def _beside_backlog(writer: long.Writer) -> tuple[float, float]:
    from stoa.kit import clock

    long.insert(writer.rows(BACKLOG, clock.now()))
    command = [sys.executable, "-c", SEQUENCER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin
        assert other.stdout
        other.stdout.read(len("ready"))
        other.stdin.write("go\n")
        other.stdin.flush()
        return _acts(lambda process: process.poll() is not None, other)


def _acts(ended: Any, by: Any) -> tuple[float, float]:
    """Acts a second until it has ended, and how many seconds that took."""
    from stoa.kit.act import OPERATOR
    from stoa.people.acts import add_organisation

    start, done = time.perf_counter(), 0
    while not ended(by):
        add_organisation(OPERATOR, name=f"Organisation {time.perf_counter_ns()}")
        done += 1
    seconds = time.perf_counter() - start
    return done / seconds, seconds


def _place_the_rest() -> None:
    from stoa.record.sequencer import sequence

    while sequence():
        pass


def some_heads(entries: int, count: int) -> dict[int, bytes]:
    """Roots over so many of the first entries, to hold proofs to: by their number."""
    from stoa.record.queries import tree

    chance = random.Random(1)
    return {size: tree(size).root() for size in chance.sample(range(1, entries), count)}


def proofs(port: int, roots: dict[int, bytes]) -> dict[str, list[float]]:
    """How long inclusion and consistency proofs took, in milliseconds, for the last entries of these heads. Each is checked."""
    from stoa.methods.merkle import leaf_hash, verify_consistency, verify_inclusion
    from stoa.methods.note import Checkpoint, VerifierKey, open_note

    line = http.client.HTTPConnection("127.0.0.1", port)
    took: dict[str, list[float]] = {"inclusion": [], "consistency": []}
    head = _asked(line, "/api/v1/record/head")[0]
    signed = Checkpoint.parse(open_note(head["checkpoint"].encode(), [VerifierKey.parse(head["vkey"])]).text)
    for size, root in roots.items():
        proven, ms = _asked(line, f"/api/v1/record/entries/{size - 1}")
        took["inclusion"].append(ms)
        leaf = leaf_hash(base64.b64decode(proven["leaf"]))
        assert verify_inclusion(size - 1, signed.size, leaf, _path(proven), signed.root)
        proven, ms = _asked(line, f"/api/v1/record/consistency?old={size}&size={signed.size}")
        took["consistency"].append(ms)
        assert verify_consistency(size, signed.size, _path(proven), root, signed.root)
    return took


def _path(proven: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(step) for step in proven["proof"]]


def _asked(line: http.client.HTTPConnection, path: str) -> tuple[dict[str, Any], float]:
    start = time.perf_counter()
    line.request("GET", path)
    answer = line.getresponse()
    body = answer.read()
    took = 1000 * (time.perf_counter() - start)
    assert answer.status == 200, (path, answer.status)
    return json.loads(body), took


def main() -> int:
    """Print the machine and the table; 1 where a limit is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--entries", type=int, default=ENTRIES)
    asked.add_argument("--proofs", type=int, default=PROOFS)
    options = asked.parse_args()
    print(f"{machine()}; {options.entries:,} entries")
    print(long.LINE.format("measure", "ours", "limit", "ratio", ""))
    port = long.free_port()
    with tempfile.TemporaryDirectory() as folder:
        with long.community(Path(folder), port):
            holds = in_the_database(options.entries)
            roots = some_heads(options.entries, options.proofs)
        server = Up(Path(folder), port)
        try:
            holds &= over_http(port, roots, server)
        finally:
            server.stop()
    return int(not holds)


def in_the_database(entries: int) -> bool:
    """Fill the record and let acts run beside the sequencer."""
    writer = long.Writer()
    rate = fill(writer, entries)
    holds = long.line(
        f"entries placed a second, in batches of {BATCH:,}",
        f"{rate:,.0f}",
        f">= {ENTRIES_A_SECOND:,}",
        rate / ENTRIES_A_SECOND,
        holds=rate >= ENTRIES_A_SECOND,
    )
    busy, quiet = acts_a_second(writer)
    return holds & long.line(
        "acts a second beside a backlog; without",
        f"{busy:.0f}; {quiet:.0f}",
        f">= {SLOWED:.1f} of it",
        busy / quiet,
        holds=busy >= SLOWED * quiet,
    )


def over_http(port: int, roots: dict[int, bytes], server: Up) -> bool:
    """Ask for proofs."""
    proofs(port, dict(list(roots.items())[:WARM]))
    before = sum(server.processor().values())
    took = proofs(port, roots)
    each = 1000 * (sum(server.processor().values()) - before) / (2 * len(roots))
    holds = True
    for kind, times in took.items():
        middle, slow = statistics.median(times), statistics.quantiles(times, n=100)[98]
        ours = f"{middle:.1f} ms (99 %: {slow:.1f})"
        holds &= long.line(
            f"{kind} proof over HTTP, median",
            ours,
            f"< {MEDIAN_MS:.0f} ms",
            middle / MEDIAN_MS,
            holds=middle < MEDIAN_MS,
        )
    print(f"  a proof takes {each:.1f} ms of the server's processor time, its database included")
    return holds


if __name__ == "__main__":
    sys.exit(main())
