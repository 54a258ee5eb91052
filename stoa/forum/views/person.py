"""What stands on a person's page: muting them for oneself, and complaining about their conduct."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from stoa.forum.models import Mute
from stoa.forum.rules import reader
from stoa.kit import edge


def on_person(reference: str, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """The part for a person's page, for somebody else who is signed in."""
    kind, _, person_id = reference.partition(":")
    if kind != "person":
        return None
    viewer = reader(edge.actor(request))
    if viewer.person_id in {None, person_id}:
        return None
    context = {
        "reference": reference,
        "person_id": person_id,
        "muted": Mute.objects.filter(person=viewer.person_id, muted=person_id).exists(),
        "reports": viewer.reports,
    }
    return "forum/parts/person.html", context
