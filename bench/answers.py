"""A thousand members answer statements, as fast as the server lets them: `python -m bench.answers`.

The limit: 300 acts a second on two cores with the database and the load on the same machine, 99 of 100 within 300 ms, and
none lost. Members press the button that htmx sends (`form`) or let a program answer (`api`); then each at their own pace
on a connection of their own, together at the limit's rate. `--data` names a folder that holds the sample and whose server
is down; members are added to it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import psycopg

from bench._members import Answered, Crowd, Discussion, Member, admit, lost
from bench._server import PARTS, Machine, Up, sample
from bench._shared import machine

MEMBERS, LINES = 1_000, 32
LIMIT_RATE, LIMIT_MS = 300.0, 300.0
WIDTHS = "{:<30}{:>8}{:>9}{:>9}{:>8}{:>9}{:>8}"
KEPT = """
    SELECT p.person_id, a.statement_id, a.value FROM agenda_answer a
    JOIN agenda_participant p ON p.id = a.participant_id WHERE p.person_id = ANY(%s)
"""


def kept(members: list[Member]) -> dict[str, dict[int, int]]:
    """What the database holds of these members' answers."""
    from stoa.kit.environment import environment
    from stoa.kit.postgres import url

    found: dict[str, dict[int, int]] = {}
    with psycopg.connect(url(environment())) as session:
        for person, statement, value in session.execute(KEPT, [[member.person for member in members]]):
            found.setdefault(person, {})[statement] = value
    return found


def stretch(up: Up, label: str, run: Coroutine[Any, Any, Answered], *, limited: bool) -> bool:
    """Run one stretch and print its line and what it took of the processors; says whether a limit was passed."""
    before, machine_ = up.processor(), Machine()
    begun = time.process_time()
    done = asyncio.run(run)
    client = time.process_time() - begun
    took = {part: up.processor()[part] - before[part] for part in PARTS}
    passed = bool(done.refused)
    if limited:
        passed |= done.rate < LIMIT_RATE or done.slowest(0.99) > LIMIT_MS
    others = machine_.others(client + sum(took.values()))
    cells = f"{done.rate:.0f}", f"{done.slowest(0.5):.0f}", f"{done.slowest(0.99):.0f}", len(done.refused)
    print(WIDTHS.format(label, *cells, f"{done.rate / LIMIT_RATE:.2f}", "no" if passed else "yes"), flush=True)
    each = {**took, "load": client}
    figures = ", ".join(f"{part} {1000 * seconds / len(done.took):.2f}" for part, seconds in each.items())
    print(f"    ms of processor an act: {figures}; other programs had {others:.0%} of the machine")
    for why in sorted(set(done.refused))[:3]:
        print(f"    refused: {why}")
    return passed


def measured(up: Up, discussion: Discussion, members: list[Member], seconds: float) -> bool:
    """All stretches, then what was lost; says whether a limit was passed."""
    print(WIDTHS.format("", "acts/s", "median", "99 % ms", "refused", "× limit", "holds"))
    warm = Crowd(discussion, members, discussion.form)
    asyncio.run(warm.hurry(LINES, min(3.0, seconds)))
    passed = False
    for label, door in (("form", discussion.form), ("api", discussion.call)):
        crowd = Crowd(discussion, members, door)
        run = crowd.hurry(LINES, seconds)
        passed |= stretch(up, f"{label}, {LINES} at a time", run, limited=label == "form")
    crowd = Crowd(discussion, members, discussion.form)
    run = crowd.pace(seconds, len(members) / LIMIT_RATE)
    passed |= stretch(up, f"form, {len(members):,} each at their pace", run, limited=False)
    gone = lost(members, kept(members))
    print(f"lost or kept and never told: {gone} of {sum(len(member.told) for member in members):,} answers")
    return passed or gone > 0


def main() -> int:
    """Make the members, start the server, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder that holds the sample already")
    parser.add_argument("--port", type=int, default=8140)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each stretch takes")
    parser.add_argument("--members", type=int, default=MEMBERS)
    options = parser.parse_args()
    print(f"{machine()}; two web processes, the load beside them; the sample and {options.members:,} members more")
    with sample(options.data, options.port) as folder:
        from stoa.cli.opened import opened
        from stoa.kit.environment import environment

        with opened(environment()):
            discussion, members = admit(options.members, f"127.0.0.1:{options.port}")
        gc.freeze()
        up = Up(folder, options.port)
        try:
            return int(measured(up, discussion, members, options.seconds))
        finally:
            up.stop()


if __name__ == "__main__":
    sys.exit(main())
