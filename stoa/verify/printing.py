"""Prints a report for people: one line for each check, what it cannot show, and the outcome last."""

from itertools import groupby

from rich.console import Console
from rich.text import Text

from stoa.verify.report import Check, Outcome, Report
from stoa.verify.shown import plain

_STYLES = {Outcome.PASSED: "green", Outcome.FAILED: "bold red", Outcome.UNKNOWN: "yellow"}
_WIDTH = max(map(len, Outcome)) + 2


def print_report(report: Report, console: Console, *, quiet: bool = False) -> None:
    """Print the whole report; with `quiet` only failures, warnings and the outcome."""
    if not quiet:
        _print_head(report, console)
    for about, checks in groupby(report.checks, key=lambda check: check.about):
        _print_checks(about, [check for check in checks if not quiet or check.outcome is Outcome.FAILED], console)
    for warning in report.warnings:
        _print(console, f"Note: {warning}", "yellow")
    if report.cannot_show and not quiet:
        _print(console, "What this cannot show", "bold")
        for limit in report.cannot_show:
            _print(console, f"- {limit}", "", indent=2)
    _print(console, *_outcome(report))


def _print_head(report: Report, console: Console) -> None:
    _print(console, f"stoa verify {report.target}", "bold")
    if report.origin:
        _print(console, f"{report.origin}, {report.size:,} entries, key {report.key}", "", indent=2)


def _named(about: str) -> str:
    """What a check is about, in words: `vote 3`, `call abc`, `study abc`."""
    kind, _, key = about.partition(":")
    return f"{'vote' if kind == 'ballot' else kind} {key}"


def _print_checks(about: str, checks: list[Check], console: Console) -> None:
    if checks and about:
        named = _named(about)
        _print(console, f"{named[0].upper()}{named[1:]}", "bold")
    for check in checks:
        console.print(Text(f"  {check.outcome:<{_WIDTH}}", _STYLES[check.outcome]) + Text(plain(check.title)))
        _print(console, check.detail, "dim", indent=4)


def _outcome(report: Report) -> tuple[str, str]:
    failure = report.first_failure
    if failure:
        where = f" ({_named(failure.about)})" if failure.about else ""
        return f"FAILED first at: {failure.title}{where}. {failure.detail}", "bold red"
    if report.stopped:
        return f"Stopped: {report.stopped}", "bold red"
    unknown = sum(check.outcome is Outcome.UNKNOWN for check in report.checks)
    return (
        f"Everything that could be checked holds. {unknown} of {len(report.checks)} could not be checked.",
        "bold green",
    )


def _print(console: Console, text: str, style: str, *, indent: int = 0) -> None:
    """Print one paragraph. A `Text` is never read as markup, and `plain` leaves no control character in it."""
    for line in Text(plain(text), style).wrap(console, max(20, console.width - indent)):
        line.rstrip()
        console.print(Text(" " * indent) + line)
