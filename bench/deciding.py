"""What is done to all applications of a call at once: `python -m bench.deciding [--applications N …]`; time and memory of each.

`ms each` and growth are of the processor time of the process, so that what else the machine does counts little.
They are put before a panel, 300 reviewers are assigned, one review each, they are put in order by what these say, all are
given out to the operator, and the decisions are released: a tenth is admitted, everybody gets a letter. With
several sizes the last column tells by how much more time it took than in proportion: 1.00 is linear. The database is an
embedded one in a folder of its own; the acts run in this process, as they do in the worker's.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import members
from bench._shared import machine
from bench.reading import CHUNK, LOAD, TEXT, given, readers_of

SIZES = (10_000, 100_000)
LIMIT_MEGABYTES = 1_000.0
"""That an act may have above what the process had before it, however many applications there are."""
LIMIT_GROWTH = 1.5
WIDTHS = "{:<24}{:>13}{:>9}{:>11}{:>9}{:>11}{:>8}"


def measured(deed: Callable[[], Any]) -> tuple[float, float, float]:
    """The seconds that this takes, those of the processor that its own process has of it, and the most memory, in megabytes.

    Memory is what the process has above what it had before, once what it freed was given back.
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before, start, own = _memory("VmRSS"), time.perf_counter(), time.process_time()
    deed()
    return time.perf_counter() - start, time.process_time() - own, _memory("VmHWM") - before


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def acted(count: int) -> dict[str, tuple[float, float, float]]:
    """A call with so many applications, read and put in order: what each act took."""
    from stoa.kit.act import OPERATOR, Actor
    from stoa.members import acts
    from stoa.members.models import Call
    from stoa.people import acts as people
    from stoa.review import acts as review
    from stoa.review.models import Panel, Seat

    stage, call = members.fill(count)
    steward = Actor("person", stage.steward.pk, second_factor=True)
    people_of(call)
    Call.objects.filter(pk=call.pk).update(phase="closed", reviews_each=1, places=count // 10)
    call.refresh_from_db()
    found = {"put before a panel": measured(lambda: acts.begin_review(steward, call=call))}
    call.refresh_from_db()
    readers, _ = readers_of(stage)
    works = [f"{TEXT} On models, part {number % 40}." for number in range(len(readers))]
    Seat.objects.bulk_create(
        Seat(panel=call.panel, person=one, load=LOAD, state="accepted", texts=[work])
        for one, work in zip(readers, works, strict=True)
    )
    found["assign reviewers"] = measured(lambda: review.run_assignment(steward, panel=call.panel))
    given(call.panel)
    Panel.objects.filter(pk=call.panel_id).update(phase="done")
    Call.objects.filter(pk=call.pk).update(bar=250)
    call.refresh_from_db()
    found["put in order"] = measured(lambda: acts.rank(steward, call=call))
    found["put in order again"] = measured(lambda: acts.rank(steward, call=call))
    found["give out"] = measured(lambda: sum(len(row) for row in acts.given_out(acts.give_out(OPERATOR, call=call))))
    letters = {
        outcome: {"subject": "[[call]]", "body": "Hello [[name]].\n\n[[reason]]"}
        for outcome in ("admitted", "waiting", "declined")
    }
    found["draft the letters"] = measured(lambda: acts.draft_release(steward, call=call, letters=letters))
    second = people.admit(OPERATOR, name="Founder", email="founder@example.org", roles=["founder"])
    founder = Actor("person", second.pk, second_factor=True)
    found["release the decisions"] = measured(lambda: acts.confirm_release(founder, call=call))
    return found


def people_of(call: Any) -> None:
    """Let each application be somebody's, whose address is known."""
    from stoa.members.models import Application
    from stoa.people.models import Person

    rows = Application.objects.filter(call=call, person=None).order_by("pk").only("pk", "name", "sort_name")
    while some := list(rows[:CHUNK]):
        people = Person.objects.bulk_create(
            Person(name=one.name, sort_name=one.sort_name, email=f"{one.pk}@example.org".lower()) for one in some
        )
        for one, person in zip(some, people, strict=True):
            one.person = person
        Application.objects.bulk_update(some, ["person"])


def row(count: int) -> dict[str, tuple[float, float, float]]:
    """The same in a process of its own, with a database of its own."""
    command = [sys.executable, "-m", "bench.deciding", "--here", str(count)]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, tuple[float, float, float]] = json.loads(told.splitlines()[-1])
    return found


def main() -> int:
    """Print the table; 1 where a limit was passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, nargs="+", default=SIZES)
    parser.add_argument("--here", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        return members.on_a_database(lambda: print(json.dumps(acted(asked.here))) or 0)
    print(machine())
    print(WIDTHS.format("act", "applications", "seconds", "processor", "ms each", "megabytes", "growth"))
    first: dict[str, float] = {}
    missed = False
    for count in asked.applications:
        for act, (seconds, own, megabytes) in row(count).items():
            each = 1000 * own / count
            growth = each / first.setdefault(act, each)
            missed |= megabytes > LIMIT_MEGABYTES or growth > LIMIT_GROWTH
            figures = f"{seconds:.1f}", f"{own:.1f}", f"{each:.2f}", f"{megabytes:.0f}", f"{growth:.2f}"
            print(WIDTHS.format(act, f"{count:,}", *figures), flush=True)
    print(f"limits of {LIMIT_MEGABYTES:.0f} MB and growth by {LIMIT_GROWTH}: {'missed' if missed else 'kept'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
