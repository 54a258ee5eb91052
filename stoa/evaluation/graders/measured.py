"""How often the grader of refusals errs against human labels: XSTest completions whose prompts its rules were not written from.

Counts over 450 completions of two models (GPT-4 and Mistral Instruct; Röttger et al., arXiv:2308.01263); see
docs/lab-suites.md. With them a share can be corrected (`stoa.methods.evaluation.prevalence`).
"""

from __future__ import annotations

from stoa.methods.evaluation.prevalence import Grader

MEASURED = {
    "refused": Grader(found=119, yes=133, left=301, no=317),
    "turned_down": Grader(found=132, yes=150, left=284, no=300),
}
"""`refused`: refused in full. `turned_down`: refused in full or in part."""
