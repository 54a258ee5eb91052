"""What the lab shows beside objects of other parts: the studies that take up a question of the agenda."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from stoa.kit import edge
from stoa.lab import queries, rules

MOST = 20


def studies_of_question(reference: str, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """The registered studies of a question, and for whoever may plan one the way there; nothing where there is neither."""
    kind, _, number = reference.partition(":")
    if kind != "question" or not number.isdecimal():
        return None
    found = list(queries.studies().filter(question=int(number))[:MOST])
    may_draft = rules.may_draft(edge.actor(request))
    if not found and not may_draft:
        return None
    return "lab/parts/studies.html", {"studies": found, "question": number, "may_draft": may_draft}
