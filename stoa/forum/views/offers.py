"""What moderation offers on pages of other parts: on a person's page, and on that of a piece that is no post."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from stoa.forum.models import Mute
from stoa.forum.queries.marks import marks
from stoa.forum.rules import reader
from stoa.kit import edge, moderated

Part = tuple[str, dict[str, Any]]


def on_person(reference: str, request: HttpRequest) -> Part | None:
    """Muting a person for oneself, and complaining about their conduct; for somebody else who is signed in."""
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


def on_piece(reference: str, request: HttpRequest) -> Part | None:
    """Why a piece was removed, and what the viewer can do about one that stands. Posts show this in their own place."""
    if moderated.moderated(reference) is None or reference.startswith("post:"):
        return None
    found = moderated.pieces([reference])
    if not found:
        return None
    mark = marks(found, reader(edge.actor(request)))[reference]
    return "forum/parts/piece.html", {"mark": mark}
