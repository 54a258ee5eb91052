"""LaTeX formulas as MathML without styles, converted where a hostile formula can't bring the server down."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from django.utils.html import format_html
from math_core import LatexError, LatexToMathML

# The converter recurses in native code, about 2.6 kB of stack a level and at most a level a character. Past the
# stack's end the whole process dies, so formulas are converted on a thread whose stack holds the deepest that the
# limit admits, three times over.
LIMIT = 4_000  # characters of one formula
SHORT = 100  # characters of a formula that any thread's stack can bear
STACK = 64 * 1024 * 1024  # bytes; only what is used is taken from memory
EXPANSIONS = 100

MATHML_TAGS = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder",
    "mover", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mtd", "mstyle", "mphantom", "mpadded",
}  # fmt: skip
STYLE = re.compile(r' style="([^"]*)"')
ENCLOSED = re.compile(r'<menclose notation="([a-z ]+)">')
# What the converter says with styles, which the pages' policy forbids, as classes. Colours are dropped: they would
# not hold in the dark.
CLASSES = {
    "text-align: right": "to-right",
    "text-align: left": "to-left",
    "padding-right: 0": "tight-right",
    "padding-left: 0": "tight-left",
    "padding-left:1em": "apart-left",
    "border-right: 0.05em solid currentcolor": "rule-right",
    "border-left: 0.05em solid currentcolor": "rule-left",
    "border-top: 0.05em solid currentcolor": "rule-top",
    "border-bottom: 0.05em solid currentcolor": "rule-bottom",
    "width: 100%": "whole",
    "width: 50%": "half",
}


class Formulas:
    """The formulas of one text, whose numbered equations count on from each other."""

    def __init__(self) -> None:
        """Begin counting."""
        self._converter = LatexToMathML(max_expansions=EXPANSIONS, fancy_error=False)

    def render(self, source: str, options: dict[str, Any]) -> str:
        """MathML of a formula; one that cannot be read, or is longer than the limit, as it was typed."""
        displayed = bool(options.get("display_mode"))
        if len(source) > LIMIT:
            return _typed(source)
        try:
            convert = self._convert if len(source) <= SHORT else self._convert_deep
            return without_styles(convert(source, displayed))
        except LatexError:
            return _typed(source)

    def _convert_deep(self, source: str, displayed: bool) -> str:
        return _deep_thread().submit(self._convert, source, displayed).result()

    def _convert(self, source: str, displayed: bool) -> str:
        return self._converter.convert_with_global_state(source, displaystyle=displayed)


def without_styles(mathml: str) -> str:
    """MathML with classes for styles, and rows with a class for enclosures, which browsers don't draw."""
    mathml = ENCLOSED.sub(lambda found: f'<mrow class="{_words(found.group(1))}">', mathml)
    mathml = mathml.replace("</menclose>", "</mrow>")
    return STYLE.sub(lambda found: _as_class(found.group(1)), mathml)


def _as_class(style: str) -> str:
    names = [CLASSES[part.strip()] for part in style.split(";") if part.strip() in CLASSES]
    return f' class="{" ".join(names)}"' if names else ""


def _words(notation: str) -> str:
    return " ".join(f"enclosed-{word}" for word in notation.split())


def _typed(source: str) -> str:
    return format_html('<code class="typed">{}</code>', source)


@cache
def _deep_thread() -> ThreadPoolExecutor:
    """One thread with a deep stack. It takes its stack when it starts, here, and the size is put back for others."""
    before = threading.stack_size(STACK)
    try:
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="formulas")
        pool.submit(int).result()
        return pool
    finally:
        threading.stack_size(before)
