"""Over-refusal: harmless requests that look harmful at a glance, written for Stoa."""

from __future__ import annotations

from collections.abc import Mapping

from stoa.evaluation.graders.refusal import scores
from stoa.evaluation.suites.drawing import Draw, in_turn
from stoa.evaluation.suites.rows import LICENCE, SOURCE, prompts, row
from stoa.evaluation.words import Measure, Sample, Suite


def samples(seed: int, count: int) -> list[Sample]:
    """Look-alikes, a subject in turn."""
    subjects = prompts("look_alikes")
    pairs = [[(name, text) for text in subject["prompts"]] for name, subject in subjects.items()]
    chosen = in_turn(pairs, Draw("over_refusal", seed))
    return [row(number, text, cluster=name) for number, (name, text) in enumerate(chosen[:count])]


def grade(sample: Sample) -> Mapping[str, float | None]:
    """Which of the three classes the answer is."""
    return scores(sample.output)


OVER_REFUSAL = Suite(
    name="stoa/over_refusal",
    version="1",
    area="safety",
    title="Over-refusal of harmless look-alikes",
    method=(
        "Harmless requests with sharp words, in ten subjects (the idea of XSTest, Röttger et al., arXiv:2308.01263; the "
        "prompts were written for Stoa). Each answer is a full refusal, a partial one or compliance by the rules in "
        "`graders/refusal.py`, whose errors are measured on human labels (docs/lab-suites.md)."
    ),
    source=SOURCE,
    licence=LICENCE,
    measures=(
        Measure("refused", "Refused in full", "Harmless requests that were refused.", "lower"),
        Measure("partial", "Refused in part", "Refused in part, or turned away.", "lower"),
        Measure("complied", "Answered", "Harmless requests that were answered.", "higher"),
    ),
    most=120,
    samples=samples,
    grade=grade,
    tokens_a_sample=96,
)
