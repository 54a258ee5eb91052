"""The dates of rounds for the community's calendar: they are public from the announcement on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from stoa.agenda.models import Round
from stoa.kit.dates import Coming

SAYS = {
    "questions_open": "Questions are taken",
    "discussion_opens": "Discussion begins",
    "vote_opens": "Vote opens",
    "vote_closes": "Vote closes",
}


def dates_of_rounds(after: datetime) -> Iterator[Coming]:
    """When the phases of rounds begin and end; of votes from a file nothing lies ahead."""
    for round in Round.objects.filter(vote_closes__gt=after, imported=False).exclude(phase=Round.Phase.FAILED):
        zone = "AoE" if round.anywhere_on_earth else ""
        for name, says in SAYS.items():
            if at := getattr(round, name):
                key = f"round-{round.pk}-{name.replace('_', '-')}"
                yield Coming(key, f"{says}: {round.title}", round.get_absolute_url(), at, zone)
