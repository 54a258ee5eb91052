"""The privacy notice and the code of conduct: the templates that they begin from, and what is still open in a text."""

from __future__ import annotations

from dataclasses import dataclass

from stoa.kit import wording
from stoa.ledger.texts import known


@dataclass(frozen=True)
class PolicyPage:
    """A policy: its words, the file of its template, and its public address."""

    label: str
    title: str
    file: str
    url: str


POLICIES = {
    "privacy": PolicyPage("privacy notice", "Privacy notice", "privacy-notice", "/privacy"),
    "conduct": PolicyPage("code of conduct", "Code of conduct", "conduct", "/conduct"),
}


def template(kind: str) -> str:
    """The template of a policy with everything filled in that the server knows."""
    return wording.page(POLICIES[kind].file, **known())


def left_open(text: str) -> list[str]:
    """The places that a text still leaves to be filled, each once, in order."""
    return list(dict.fromkeys(f"[[{name}]]" for name in wording.PLACEHOLDER.findall(text)))
