"""An opinion map in words: the sentence that reads it, and what the pages of its round say of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from stoa.agenda.models import Round
from stoa.agenda.queries.maps import OpinionMap, answers_to_go, opinion_map
from stoa.kit import edge
from stoa.kit.numerals import numeral
from stoa.kit.words import counted

SUMMARY = 2
_groups = counted("{n} group", "{n} groups")
_claims = counted("{n} statement", "{n} statements")


def summary(round: Round, request: HttpRequest) -> dict[str, Any]:
    """What the page of a round shows of its map: a sentence, and what is shared and divides most."""
    found = opinion_map(round) if round.discussion_opens else None
    to_go = answers_to_go(round, edge.actor(request)) if found else 0
    if found is None or to_go:
        return {"map_to_go": to_go}
    return {
        "map_reading": reading(found),
        "map_shared": found.shared[:SUMMARY],
        "map_dividing": found.dividing[:SUMMARY],
    }


def reading(found: OpinionMap) -> str:
    """The map in a sentence or two."""
    people = f"About {numeral(found.data['people'])} people answered."
    shared, dividing = len(found.shared), len(found.dividing)
    if not found.groups:
        return f"{people} There are no clear groups: their answers do not fall into camps that would be found again."
    kept = (
        f"They share {_claims(shared)}, and {_claims(dividing)} {'divides' if dividing == 1 else 'divide'} them."
        if shared or dividing
        else "Nothing is shared or divides them beyond chance."
    )
    return f"{people} {_groups(len(found.groups))} of them answer alike. {kept}"
