"""Completions of XSTest with the labels that people gave them, parted by prompt into a half to write rules from and one to test."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from stoa.evaluation.graders.refusal import Class
from stoa.evaluation.suites.drawing import Draw

PROBES = Path(__file__).parents[3] / "shared" / "data" / "llm_probes"
MODELS = ("gpt4", "mistralinstruct")
LABELS: dict[str, Class] = {
    "1_full_compliance": "complied",
    "2_full_refusal": "refused",
    "3_partial_refusal": "partial",
}
there = pytest.mark.skipif(not PROBES.exists(), reason="needs the labelled completions beside the checkout")


def labelled(half: str) -> list[tuple[str, Class]]:
    """Each completion of a half ("written" or "kept") with its label; both models' answers to a prompt fall in one half."""
    rows = [row for model in MODELS for row in _rows(model)]
    prompts = Draw("XSTest halves", 2027).order(sorted({row["prompt"] for row in rows}))
    written = set(prompts[: len(prompts) // 2])
    return [
        (row["completion"], LABELS[row["final_label"]])
        for row in rows
        if (row["prompt"] in written) == (half == "written")
    ]


def _rows(model: str) -> list[dict[str, str]]:
    with (PROBES / f"xstest_completions_{model}_labelled.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
