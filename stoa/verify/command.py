"""The command `stoa verify`: runs a verification, prints what it found, and gives the exit code."""

import json as json_module
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from stoa.verify.printing import print_report
from stoa.verify.report import Report
from stoa.verify.run import verify


def run(
    target: str,
    key: str | None = None,
    state: Path | None = None,
    *,
    json: bool = False,
    quiet: bool = False,
    compare: Path | None = None,
) -> int:
    """Verify `target`, an address or a bundle's file, and print the report.

    `json` prints it for programs, `quiet` only what failed and the last line. Returns 0 where everything that could be
    checked holds, 1 where a check failed, 2 where the target could not be reached or the command was misused.
    """
    if _wants_bar(json, quiet):
        report = _verify_with_bar(target, key, state, compare)
    else:
        report = verify(target, key=key, state=state, compare=compare)
    if json:
        print(json_module.dumps(report.as_json(), indent=2))  # noqa: T201 - plain output for programs
    else:
        print_report(report, Console(), quiet=quiet)
    return report.exit_code


def _wants_bar(json: bool, quiet: bool) -> bool:
    return sys.stderr.isatty() and not json and not quiet


def _verify_with_bar(target: str, key: str | None, state: Path | None, compare: Path | None) -> Report:
    columns = (TextColumn("Reading entries"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        return verify(
            target,
            key=key,
            state=state,
            compare=compare,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
