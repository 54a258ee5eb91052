"""What a changed plan says otherwise than the one before, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from stoa.lab.models import PlanVersion
from stoa.lab.views.words import measure_of, title_of

LONG = {"why": "Why", "method": "What else is planned"}
SHORT = {
    "title": "What is to be found out", "question": "Question", "margin": "Margin", "expected_spread": "Expected variance",
    "power": "Power", "stopping": "When no more is run",
}  # fmt: skip
NOTHING = "nothing"


class Change(NamedTuple):
    """What is said otherwise, and how before and after; of a long text only that it was changed."""

    name: str
    before: str
    after: str


def with_changes(plans: Sequence[PlanVersion]) -> list[tuple[PlanVersion, list[Change]]]:
    """Each plan with what it changed of the one before it."""
    changed = [changes(before.plan, after.plan) for before, after in pairwise(plans)]
    return list(zip(plans, [[], *changed], strict=True))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What a plan says otherwise than another."""
    return [*_short(before, after), *_parts(before, after), *_long(before, after)]


def _short(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name, label in SHORT.items():
        if before.get(name) != after.get(name):
            yield Change(label, _said(before.get(name)), _said(after.get(name)))


def _said(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for label, told in (("Models", _models), ("Suites", _suites), ("Decides", _primary)):
        was, now = told(before), told(after)
        for name in dict.fromkeys([*was, *now]):
            if was.get(name) != now.get(name):
                yield Change(f"{label}: {name}" if name else label, was.get(name, NOTHING), now.get(name, NOTHING))


def _models(plan: Mapping[str, Any]) -> dict[str, str]:
    return {f"{one['name']} {one['version']}": "run" for one in plan.get("models", ())}


def _suites(plan: Mapping[str, Any]) -> dict[str, str]:
    rows = plan.get("suites", ())
    return {title_of(one["name"]): f"{one['samples']} samples, version {one['version']}" for one in rows}


def _primary(plan: Mapping[str, Any]) -> dict[str, str]:
    said = plan.get("primary") or {}
    suite, measure = str(said.get("suite", "")), str(said.get("measure", ""))
    known = measure_of(suite, measure)
    return {"": f"{known.title if known else measure} ({title_of(suite)})"}


def _long(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    return (Change(label, "", "") for name, label in LONG.items() if before.get(name) != after.get(name))
