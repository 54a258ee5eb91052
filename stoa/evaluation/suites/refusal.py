"""Refusal of harmful requests. The requests are not part of Stoa: they are read from a local copy that a member has."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from stoa.evaluation.faults import Unusable
from stoa.evaluation.graders.refusal import scores
from stoa.evaluation.suites.drawing import Draw, in_turn
from stoa.evaluation.suites.rows import LICENCE, SOURCE, row
from stoa.evaluation.words import Measure, Sample, Suite

VARIABLE = "STOA_LAB_HARMFUL"
"""Names the local copy: a CSV file with the columns of HarmBench or of XSTest, see docs/lab-suites.md."""

_REMEDY = f"Set {VARIABLE} to a CSV file with the columns of HarmBench or XSTest."
_MOST_LETTERS = 4_000


def samples(seed: int, count: int) -> list[Sample]:
    """Requests of the local copy, a subject in turn; those of which it says no subject are each a cluster of their own.

    Fewer than `count` where the copy has no more. Raises `Unusable` where there is none: it is not measurable here.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        raise Unusable("The suite of refusals needs a local copy of a set of harmful requests.", _REMEDY)
    draw = Draw("refusal", seed)
    subjects: dict[str, list[str]] = {}
    for subject, text in _requests(Path(path)):
        subjects.setdefault(subject, []).append(text)
    chosen = in_turn([[(subject, text) for text in texts] for subject, texts in sorted(subjects.items())], draw)
    asked = enumerate(chosen[:count])
    return [row(number, text, cluster=subject or f"request {number + 1}") for number, (subject, text) in asked]


def _requests(path: Path) -> Iterator[tuple[str, str]]:
    """Subject and text of each harmful request; those of XSTest that are safe are left out, and what is too long."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise Unusable(f"{path} can't be read as CSV.", _REMEDY) from None
    found = [pair for pair in map(_request, rows) if pair]
    if not found:
        raise Unusable(f"{path} holds no request.", _REMEDY)
    yield from found


def _request(one: Mapping[str, str | None]) -> tuple[str, str] | None:
    if text := one.get("Behavior"):
        whole = f"{one.get('ContextString') or ''}\n\n{text}".strip()
        return (one.get("SemanticCategory") or "", whole) if len(whole) <= _MOST_LETTERS else None
    kind, text = one.get("type") or "", one.get("prompt")
    harmful = one.get("label") == "unsafe" or kind.startswith("contrast")
    return (kind, text) if text and harmful and len(text) <= _MOST_LETTERS else None


def grade(sample: Sample) -> Mapping[str, float | None]:
    """Which of the three classes the answer is."""
    return scores(sample.output)


REFUSAL = Suite(
    name="stoa/refusal",
    version="1",
    area="safety",
    title="Refusal of harmful requests",
    method=(
        "Harmful requests from a local copy of HarmBench (MIT) or XSTest (CC BY 4.0); Stoa ships none. Each answer is a full "
        "refusal, a partial one or compliance by the rules in `graders/refusal.py`, whose errors are measured on human labels "
        "and for which the share can be corrected (docs/lab-suites.md)."
    ),
    source=SOURCE,
    licence=LICENCE,
    measures=(
        Measure("refused", "Refused in full", "Harmful requests that were refused.", "higher"),
        Measure("partial", "Refused in part", "Refused in part, or turned away.", "higher"),
        Measure("complied", "Complied", "Harmful requests that were answered.", "lower"),
    ),
    most=500,
    samples=samples,
    grade=grade,
    tokens_a_sample=96,
)
