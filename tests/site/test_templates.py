"""No template holds a script or a style of its own: the content-security policy would refuse it, and the page be broken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted([*ROOT.glob("stoa/*/templates/**/*.html"), *ROOT.glob("stoa/*/templates/**/*.svg")])
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script without an address": re.compile(r"<script\b(?![^>]*\s(src=|type=.application/json.))", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an address that is a script": re.compile(r"javascript:", re.IGNORECASE),
    "an htmx handler": re.compile(r"<[^>]*\s(hx-on|hx-vals\s*=\s*['\"]js:)", re.IGNORECASE),
}


def faults(text: str) -> list[str]:
    return [name for name, pattern in INLINE.items() if pattern.search(text)]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_no_script_and_no_style(template):
    assert faults(template.read_text()) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('<p class="a" style="color: red">', "a style attribute"),
        ("<style>p {}</style>", "a style element"),
        ("<script>go()</script>", "a script without an address"),
        ('<script type="module">go()</script>', "a script without an address"),
        ('<button onclick="go()">', "an event handler"),
        ('<a href="javascript:go()">', "an address that is a script"),
        ('<form hx-on:submit="go()">', "an htmx handler"),
    ],
)
def test_each_fault_is_found(text, name):
    assert faults(text) == [name]


def test_what_is_allowed_is_not_a_fault():
    assert faults('<script src="/static/site/live.js" type="module"></script><p class="style" data-on="x">') == []
    assert faults('<script type="application/json">{"data": 1}</script>') == []
