"""What `stoa verify` prints and returns."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from stoa.verify.command import run
from stoa.verify.printing import print_report
from stoa.verify.report import Check, Outcome, Report
from stoa.verify.shown import plain, shown
from tests.verify.conftest import Site

PAGE = """\
stoa verify https://stoa.example
  stoa.example, 1,234 entries, key stoa.example+0a0b+c
  could not check  The key is the right one
    Met for the first time.
  passed           The signed head opens under the key
    1,234 entries.
Vote 3
  failed           The opened ballots are those sealed
    Opened ballot 7 is not.
Note: Keep this.
What this cannot show
  - When things really happened.
FAILED first at: The opened ballots are those sealed (vote 3). Opened ballot 7 is not.
"""


@pytest.fixture
def report() -> Report:
    checks = [
        Check("key", "The key is the right one", Outcome.UNKNOWN, "Met for the first time."),
        Check("checkpoint", "The signed head opens under the key", Outcome.PASSED, "1,234 entries."),
        Check(
            "vote.ballots", "The opened ballots are those sealed", Outcome.FAILED, "Opened ballot 7 is not.", "ballot:3"
        ),
    ]
    return Report(
        "https://stoa.example",
        origin="stoa.example",
        size=1234,
        key="stoa.example+0a0b+c",
        checks=checks,
        warnings=["Keep this."],
        cannot_show=["When things really happened."],
    )


def printed(report: Report, *, quiet: bool = False) -> str:
    out = io.StringIO()
    print_report(report, Console(width=120, file=out), quiet=quiet)
    return out.getvalue()


def test_a_report_is_printed_check_by_check(report: Report) -> None:
    assert printed(report) == PAGE


def test_a_quiet_report_tells_failures_and_the_outcome(report: Report) -> None:
    assert printed(report, quiet=True).splitlines() == [
        "Vote 3",
        "  failed           The opened ballots are those sealed",
        "    Opened ballot 7 is not.",
        "Note: Keep this.",
        "FAILED first at: The opened ballots are those sealed (vote 3). Opened ballot 7 is not.",
    ]


def test_a_pass_and_a_stop_are_told_last(report: Report) -> None:
    report.checks.pop()
    assert printed(report).splitlines()[-1] == "Everything that could be checked holds. 1 of 2 could not be checked."
    report.stopped = "The server did not answer."
    assert printed(report).splitlines()[-1] == "Stopped: The server did not answer."


def test_nothing_that_a_server_sent_steers_the_terminal(report: Report) -> None:
    evil = "[bold]x[/bold] \x1b[2J \x07 \u202eabc \ud800 \x9b31m [link=http://elsewhere.example]y[/link]"
    report.checks.append(Check("x", evil, Outcome.FAILED, evil, f"ballot:{evil}"))
    report.origin = report.key = report.stopped = evil
    report.warnings = report.cannot_show = [evil]
    text = printed(report)
    assert not set(text) & {"\x1b", "\x07", "\u202e", "\ud800", "\x9b"}
    assert r"[bold]x[/bold] \u001b[2J \u0007 \u202eabc \ud800 \u009b31m [link=http://elsewhere.example]y[/link]" in text


def test_long_values_are_cut_and_made_plain() -> None:
    assert shown("a" * 1000) == "a" * 160 + "…"
    assert shown("a\nb") == r"a\u000ab"
    assert shown({"a": 1}) == "{'a': 1}"
    assert plain("Zürich 日本 ∑") == "Zürich 日本 ∑"


def test_the_command_prints_json_and_returns_the_code(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.serve(site.voted())
    assert run(site.url, None, tmp_path, json=True, quiet=False) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["format"], value["outcome"], value["first_failure"]) == ("stoa-verify/1", "passed", None)
    assert value["checks"][1]["outcome"] == "passed"
    site.files["checkpoint"] = b"nothing"
    assert run(site.url, None, tmp_path, json=True, quiet=False) == 1
    assert json.loads(capsys.readouterr().out)["first_failure"]["code"] == "checkpoint"
    assert run("nowhere", None, tmp_path, json=True, quiet=False) == 2
    assert json.loads(capsys.readouterr().out)["outcome"] == "stopped"


def test_the_command_prints_for_people(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.serve(site.voted())
    assert run(site.url, None, tmp_path) == 0
    out, err = capsys.readouterr()
    assert (out.splitlines()[0], err) == (f"stoa verify {site.url}", "")
    assert out.splitlines()[-1] == "Everything that could be checked holds. 2 of 23 could not be checked."


def test_the_checker_needs_no_django_and_nothing_else_of_the_server() -> None:
    """A stranger trusts what runs on their machine: hash functions, notes, and nothing that could know the server."""
    program = (
        "import sys, stoa.verify.command\n"
        "print(*sorted(name for name in sys.modules if name.startswith('stoa.') and not name.startswith('stoa.verify')))\n"
        "print(*sorted({'django', 'psycopg', 'numpy'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["stoa.methods stoa.methods.merkle stoa.methods.note", ""]
