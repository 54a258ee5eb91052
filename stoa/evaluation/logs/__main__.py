"""`python -m stoa.evaluation.logs LOG [PLAN [RUN]]`: one check in a process of its own, as the server's worker starts it.

PLAN and RUN are JSON files (docs/lab-checking.md). The verdict goes to standard output as one line of JSON; what is done, as
`DONE OF`, to standard error. With `--marks FILE` the marks of the log's samples are written there, one a line.

Exit codes: 0, there is a verdict, whichever it is; 2, the arguments, PLAN or RUN can't be used; 3, no suites are installed
here to grade with. A check that passes its limit of memory, of the processor's time or of the clock's ends with a verdict:
unreadable. With `--parent PID` the check ends, on Linux, with the process that started it.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stoa.evaluation.confined import NOT_INSTALLED, add_limits, confined, limit
from stoa.evaluation.logs.faults import Fault, unreadable

_EXPECTED = (0, NOT_INSTALLED)


def main(arguments: list[str]) -> int:
    """Check in a child, since a library that finds no memory may end the process; the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        plan, run = _read(asked.plan), _read(asked.run)
    except (OSError, ValueError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    code = confined(asked, lambda: _checked(asked, plan, run))
    if code not in _EXPECTED:
        ended = Fault("file.large", "the check", None, f"memory or time ran out (code {code})")
        sys.stdout.write(json.dumps(unreadable(ended) | {"run": run.get("run"), "seconds": None}) + "\n")
        return 0
    return code


def _checked(asked: argparse.Namespace, plan: Mapping[str, Any], run: Mapping[str, Any]) -> int:
    os.environ["RUST_BACKTRACE"] = "0"  # the parser of JSON would look for memory to tell where it found none
    try:
        from stoa.evaluation.catalogue import every_version  # noqa: PLC0415 - the suites may want what is not installed
        from stoa.evaluation.logs.checking import check  # noqa: PLC0415 - Inspect is loaded once the arguments are good
    except ImportError as fault:
        sys.stderr.write(f"{fault}\n")
        return NOT_INSTALLED
    limit(asked)
    checked = check(asked.log, plan, run, suites=every_version(), progress=_Progress())
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
    add_limits(parser)
    return parser


def _read(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    found = json.loads(path.read_text("utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path} is no JSON object.")  # noqa: TRY004 - a file's content is a value
    return found


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
