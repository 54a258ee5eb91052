"""The texts that a community can edit, as pages show them: every place filled with what the server knows."""

from __future__ import annotations

from django.conf import settings

from stoa.charter.models import Policy
from stoa.charter.queries import community, terms
from stoa.kit import clock, instants, wording

UNKNOWN = {
    "operator": "an operator who is not named yet",
    "sponsor": "a sponsor who is not named yet",
    "contact": "an address that is not named yet",
    "conduct_contact": "an address that is not named yet",
    "security_contact": "an address that is not named yet",
}


def known() -> dict[str, str]:
    """What the server knows of the places in texts; what is not set yet is left out."""
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
        "updated": instants.say(clock.now(), "UTC", "date"),
    }
    return {name: value for name, value in values.items() if value}


def page(name: str) -> str:
    """A text of the program, such as `security-page`; what is not known is said to be unknown."""
    return wording.page(name, **UNKNOWN | known())


def published(policy: Policy) -> str:
    """A policy as published, with the day of its publication."""
    day = instants.say(policy.published, "UTC", "date")
    return wording.fill(policy.text, UNKNOWN | known() | {"updated": day})
