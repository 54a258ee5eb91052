"""The thread of an object as it stands on the object's own page: its last posts, and the field to write in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from stoa.forum import queries, rules
from stoa.forum.views.field import reply_form, waits
from stoa.kit import beside, edge


def talk(reference: str, request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """The part for an object that can be talked about; the page that asks has shown the object, so it may be seen."""
    if reference.partition(":")[0] not in dict(beside.kinds_discussed()):
        return None
    viewer = rules.reader(edge.actor(request))
    posts = queries.latest(reference, viewer)
    context: dict[str, Any] = {
        "reference": reference,
        "thread": posts[0].post.thread if posts else None,
        "viewer": viewer,
        "posts": posts,
    }
    if viewer.writes:
        draft = queries.draft_for(reference, viewer, posts)
        context |= {"form": reply_form(draft), "draft": draft, "waits": waits(viewer)}
    return "forum/parts/beside.html", context
