"""`python -m stoa.evaluation.logs LOG [PLAN [RUN]]`: one check in a process of its own, as the server's worker starts it.

PLAN and RUN are JSON files (docs/lab-checking.md). The verdict goes to standard output as one line of JSON; what is done, as
`DONE OF`, to standard error. With `--marks FILE` the marks of the log's samples are written there, one a line.

Exit codes: 0, there is a verdict, whichever it is; 2, the arguments, PLAN or RUN can't be used; 3, no suites are installed
here to grade with. A check that passes its limit of memory, of the processor's time or of the clock's ends with a verdict:
unreadable. On Linux the check ends with whoever started it.
"""

import argparse
import ctypes
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stoa.evaluation.logs.faults import Fault, unreadable

MEGABYTES, SECONDS, WALL_SECONDS = 4096, 900, 1800
_EXPECTED = (0, 3)
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Check in a child, since a library that finds no memory may end the process; the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        plan, run = _read(asked.plan), _read(asked.run)
    except (OSError, ValueError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    started_by = os.getpid()
    child = os.fork()
    if not child:
        _tie(started_by, asked.wall)
        os._exit(_checked(asked, plan, run))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in _EXPECTED:
        ended = Fault("file.large", "the check", None, f"memory or time ran out (code {code})")
        sys.stdout.write(json.dumps(unreadable(ended) | {"run": run.get("run"), "seconds": None}) + "\n")
        return 0
    return code


def _checked(asked: argparse.Namespace, plan: Mapping[str, Any], run: Mapping[str, Any]) -> int:
    os.environ["RUST_BACKTRACE"] = "0"  # the parser of JSON would look for memory to tell where it found none
    try:
        from stoa.evaluation.catalogue import SUITES  # noqa: PLC0415 - the suites may want what is not installed
        from stoa.evaluation.logs.checking import check  # noqa: PLC0415 - Inspect is loaded once the arguments are good
    except ImportError as fault:
        sys.stderr.write(f"{fault}\n")
        return 3
    _limit(asked.memory, asked.seconds)
    checked = check(asked.log, plan, run, suites=SUITES, progress=_Progress())
    if asked.marks:
        asked.marks.write_text("".join(f"{mark}\n" for mark in sorted(checked.marks)))
    sys.stdout.write(json.dumps(checked.verdict, allow_nan=False) + "\n")
    sys.stdout.flush()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stoa.evaluation.logs", description="Check the log of a run.")
    parser.add_argument("log", type=Path)
    parser.add_argument("plan", type=Path, nargs="?")
    parser.add_argument("run", type=Path, nargs="?")
    parser.add_argument("--marks", type=Path, help="where to write the marks of the samples")
    parser.add_argument("--memory", type=int, default=MEGABYTES, help="address space in megabytes")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="time of the processor")
    parser.add_argument("--wall", type=int, default=WALL_SECONDS, help="time of the clock")
    return parser


def _read(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    found = json.loads(path.read_text("utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path} is no JSON object.")  # noqa: TRY004 - a file's content is a value
    return found


def _tie(parent: int, seconds: int) -> None:
    """Let this process end with the parent, and by the clock: one that finds no memory may wait for ever and use no time."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.alarm(seconds)


def _limit(megabytes: int, seconds: int) -> None:
    """Take from this process what a hostile log could use: memory and the processor's time."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class _Progress:
    """Says how far it is, at most five times a second."""

    def __init__(self) -> None:
        self.said = 0.0

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if done == of or now - self.said > 0.2:
            self.said = now
            sys.stderr.write(f"{done} {of}\n")
            sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
