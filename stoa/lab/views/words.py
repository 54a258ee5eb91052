"""Where studies, runs and results stand, in words, and how measures are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from stoa.evaluation.catalogue import SUITES
from stoa.evaluation.words import Measure
from stoa.kit import instants
from stoa.kit.edge import ActForm
from stoa.kit.faults import Conflict
from stoa.lab import queries
from stoa.lab.models import Result, Run, RunMeasure, Study
from stoa.methods.evaluation.prevalence import Prevalence

AREAS = {"privacy": "Privacy", "safety": "Safety", "security": "Security", "capability": "Capability"}
UNITS = {"share": "share", "bits": "bits", "auroc": "AUROC"}
RESULTS = {
    "claimed": "Claimed: nobody independent has run it again yet.",
    "reproduced": "Reproduced: somebody independent found the same, within the margin.",
    "disputed": "Disputed: somebody independent found something else, beyond the margin.",
    "undecided": "Not decided: it was run again, with too few samples to tell.",
    "set_aside": "Set aside: its run can’t be what it says, so that it counts as nothing. The page of the run says why.",
}


def study_state(study: Study) -> tuple[str, SafeString]:
    """Its state in a word, and since when."""
    if study.state == Study.State.REGISTERED and study.registered_at:
        return "Registered", format_html("{}", instants.in_html(study.registered_at))
    return study.get_state_display().capitalize(), format_html("{}", instants.in_html(study.ended_at or study.edited))


def run_state(run: Run) -> tuple[str, SafeString]:
    """Its state in a word, with what comes next."""
    if run.state == Run.State.CHECKED and run.checked_at:
        return verdict_word(run).capitalize(), format_html("checked {}", instants.in_html(run.checked_at))
    if run.state == Run.State.FAILED and run.ended:
        return "Failed", format_html("{}", instants.in_html(run.ended))
    if run.submitted:
        return "Sent in", format_html("{}, to be checked", instants.in_html(run.submitted))
    return "Begun", format_html("{}, no log yet", instants.in_html(run.begun))


def run_outcome(run: Run) -> str:
    """The state of a run in few words, for lists."""
    if run.set_aside:
        return "set aside"
    return verdict_word(run) if run.verdict else str(run.get_state_display())


def verdict_word(run: Run) -> str:
    """What its log was found to say. A wrong signature or time makes a log that does not hold, too, and differs from nothing."""
    return "the log does not hold" if run.verdict == Run.Verdict.DIFFERS else str(run.get_verdict_display())


def measure_of(suite: str, name: str) -> Measure | None:
    """The measure of this name of a suite that is known here."""
    found = SUITES.get(suite)
    return next((one for one in found.measures if one.name == name), None) if found else None


def foremost(suite: str) -> str:
    """The name of the measure that a suite reports first; nothing of a suite that is not known here."""
    return SUITES[suite].measures[0].name if suite in SUITES else ""


def title_of(suite: str) -> str:
    """What a suite is called; of one that is not known here, its name."""
    return SUITES[suite].title if suite in SUITES else suite


def measured(suite: str, rows: Iterable[RunMeasure]) -> list[tuple[str, str, RunMeasure, Prevalence | None]]:
    """Each measure in the suite's order, with its title, unit and, where its grader errs, the share corrected for that."""
    names = [one.name for one in SUITES[suite].measures] if suite in SUITES else []
    in_order = sorted(rows, key=lambda one: names.index(one.measure) if one.measure in names else len(names))
    known = [(measure_of(suite, one.measure), one) for one in in_order]
    return [
        (m.title if m else one.measure, UNITS[m.unit] if m else "", one, queries.corrected(suite, one))
        for m, one in known
    ]


def estimate(one: RunMeasure | None) -> str:
    """A measure with the bounds of its interval, such as 0.42 (0.31 to 0.54)."""
    return "–" if one is None else f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"


def compared_in_words(said: Mapping[str, Any], unit: str) -> str:
    """A reproduction beside its claim: how much more or less, with what bounds, and what that says within the margin."""
    bounds = [said.get(name) for name in ("low", "high")]
    known = [signed(bound, unit) for bound in bounds if bound is not None]
    within = f" ({' to '.join(known)})" if len(known) == 2 else ""
    points = " points" if unit == "share" else ""
    margin = signed(said["margin"], unit).lstrip("+")
    verdict = {"reproduced": "the same", "disputed": "another"}.get(said["verdict"], "not decided")
    return f"is {more_or_less(said['difference'], unit)}{within}; margin {margin}{points}: {verdict}"


def more_or_less(value: float, unit: str) -> str:
    """A difference in words; of shares in percentage points."""
    size = signed(abs(value), unit).lstrip("+")
    points = (" point" if size == "1" else " points") if unit == "share" else ""
    word = "" if value == 0 else " less" if value < 0 else " more"
    return f"{size}{points}{word}"


def signed(value: float, unit: str) -> str:
    """A difference with its sign; of shares in percentage points, a hundred at most, with a decimal where it is less than one."""
    value = min(max(value, -1.0), 1.0) if unit == "share" else value
    scaled, decimals = (100 * value, 0 if abs(value) >= 0.01 or value == 0 else 1) if unit == "share" else (value, 2)
    return f"{scaled:+.{decimals}f}".replace("-", "−")


def duration(seconds: int) -> str:
    """About how long, in minutes or hours."""
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 100 else f"{round(minutes / 60)} h"


def size(count: int | None) -> str | None:
    """Bytes in words."""
    if count is None:
        return None
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return f"{count} bytes"


def counts_as(result: Result) -> str:
    """What a result counts as, in few words, for lists; of a withdrawn study it counts as nothing, whatever it was."""
    said = str(result.get_state_display())
    return f"{said}; the study was withdrawn" if result.study.state == Study.State.WITHDRAWN else said


def result_word(result: Result) -> str:
    """What a result counts as, in a sentence."""
    return RESULTS[result.state]


def is_back(request: HttpRequest, gone: object) -> bool:
    """Whether a page that takes something away or back is to take it back: as its button said, whatever somebody did meanwhile."""
    return request.POST.get("deed") == "back" if request.method == "POST" else gone is not None


def status(form: ActForm) -> int:
    """422 for a form that came with faults, 409 for one that somebody else overtook."""
    if isinstance(form.fault, Conflict):
        return 409
    return 422 if form.errors else 200
