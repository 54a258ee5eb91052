"""The privacy notice and the code of conduct: the templates that they begin from, and what is still open in a text."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from stoa.charter.queries import community, terms
from stoa.kit import clock, wording


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


def known() -> dict[str, str]:
    """Values of the places in texts; what is not set yet stays a place to fill."""
    about, charter = community(), terms()
    values = {
        "community": about.name,
        "address": settings.STOA.address,
        "operator": about.operator,
        "sponsor": about.sponsor,
        "contact": about.contact,
        "conduct_contact": about.conduct_contact,
        "security_contact": about.security_contact,
        "check_hours": str(charter.windows["check_hours"]),
        "smallest_opened": str(charter.smallest_opened),
        "updated": f"{clock.now():%-d %B %Y}",
    }
    return {name: value for name, value in values.items() if value}


def left_open(text: str) -> list[str]:
    """The places that a text still leaves to be filled, each once, in order."""
    return list(dict.fromkeys(f"[[{name}]]" for name in wording.PLACEHOLDER.findall(text)))
