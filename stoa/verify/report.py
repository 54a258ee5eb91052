"""The report of one verification: named checks in order, each passed, failed, or not checkable and why."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from stoa.verify.faults import Broken, Unknowable


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "could not check"


@dataclass(frozen=True)
class Check:
    """One named check. `code` is for programs and stays the same between versions; `about` is `ballot:3` or empty."""

    code: str
    title: str
    outcome: Outcome
    detail: str
    about: str = ""


@dataclass
class Report:
    """What one run found.

    `origin`, `size` and `root` are those of the checkpoint that was checked, once it opened. `warnings` are sentences
    that a reader must not miss. `cannot_show` are the limits of any such check. `stopped` says why a run ended before
    its last check: the server could not be reached, or the command was misused.
    """

    target: str
    origin: str = ""
    size: int = 0
    root: str = ""
    key: str = ""
    checks: list[Check] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    cannot_show: list[str] = field(default_factory=list)
    stopped: str = ""

    def check(self, code: str, title: str, work: Callable[[], str], about: str = "") -> bool:
        """Do `work`, which returns a detail or raises; note the outcome. True where it passed."""
        try:
            outcome, detail = Outcome.PASSED, work()
        except Broken as fault:
            outcome, detail = Outcome.FAILED, str(fault)
        except Unknowable as fault:
            outcome, detail = Outcome.UNKNOWN, str(fault)
        self.checks.append(Check(code, title, outcome, detail, about))
        return outcome is Outcome.PASSED

    def skip(self, code: str, title: str, reason: str, about: str = "") -> None:
        """Note a check that could not be done."""
        self.checks.append(Check(code, title, Outcome.UNKNOWN, reason, about))

    @property
    def first_failure(self) -> Check | None:
        """The first check that failed, in the order of the steps."""
        return next((check for check in self.checks if check.outcome is Outcome.FAILED), None)

    @property
    def failed(self) -> bool:
        """Whether any check failed."""
        return self.first_failure is not None

    @property
    def exit_code(self) -> int:
        """1 where a check failed, else 2 where the run was stopped, else 0."""
        if self.failed:
            return 1
        return 2 if self.stopped else 0

    def as_json(self) -> dict[str, Any]:
        """The report for programs. `outcome` is `passed`, `failed` or `stopped`."""
        first = self.first_failure
        return {
            "format": "stoa-verify/1",
            "outcome": ("passed", "failed", "stopped")[self.exit_code],
            "first_failure": asdict(first) if first else None,
            **asdict(self),
        }
