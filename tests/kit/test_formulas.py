"""Formulas come out as MathML without styles, and none can bring the process down."""

import re
import threading
from pathlib import Path

import pytest

from stoa.kit.formulas import CLASSES, LIMIT, Formulas, without_styles

SHEET = Path(__file__).parents[2] / "stoa/site/static/site/text.css"


def test_alignment_becomes_classes() -> None:
    assert Formulas().render(r"\begin{aligned}a&=b\end{aligned}", {"display_mode": True}) == (
        '<math display="block"><mtable displaystyle="true" scriptlevel="0"><mtr><mtd class="to-right tight-right"><mi>a</mi></mtd>'
        '<mtd class="to-left tight-left"><mo>=</mo><mi>b</mi></mtd></mtr></mtable></math>'
    )


def test_colours_are_dropped_and_enclosures_are_rows() -> None:
    assert without_styles('<mrow style="color:#FF0000;"><mi>x</mi></mrow>') == "<mrow><mi>x</mi></mrow>"
    assert Formulas().render(r"\boxed{x}", {}) == '<math><mrow class="enclosed-box"><mi>x</mi></mrow></math>'


def test_every_class_has_its_rule() -> None:
    sheet = SHEET.read_text()
    assert [name for name in CLASSES.values() if not re.search(rf"\.{name}\b", sheet)] == []


def test_a_formula_past_the_limit_is_shown_as_typed() -> None:
    source = "x" * (LIMIT + 1)
    assert Formulas().render(source, {}) == f'<code class="typed">{source}</code>'


@pytest.mark.parametrize(
    "piece", ["{", "x^{", r"\frac", r"\sqrt", r"\left(", r"\begin{pmatrix}", r"\hat", r"\color{red}", r"\sqrt[", "$"]
)
def test_the_deepest_formula_is_survived_on_a_shallow_stack(piece: str) -> None:
    source = piece * (LIMIT // len(piece))
    answers: list[str] = []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: answers.append(Formulas().render(source, {})))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert answers


def test_a_command_that_expands_to_itself_is_shown_as_typed() -> None:
    assert Formulas().render(r"\newcommand{\a}{\a\a}\a", {}) == r'<code class="typed">\newcommand{\a}{\a\a}\a</code>'
