"""Atom feeds of all posts and of one thread: what everybody can read, the latest first."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from stoa.forum import queries
from stoa.forum.rules import Reader
from stoa.forum.views.threads import found
from stoa.kit import feeds
from stoa.kit.feeds import Item


@require_safe
def forum(request: HttpRequest) -> HttpResponse:
    """The latest posts of all threads."""
    posts = queries.latest_public(most=feeds.MOST_ENTRIES)
    return feeds.answer(request, title="Forum", page=reverse("forum:index"), items=_items(posts))


@require_safe
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest posts of a thread."""
    counted, about = found(pk, Reader())
    posts = queries.latest_public(counted.thread, most=feeds.MOST_ENTRIES)
    page = counted.thread.get_absolute_url()
    return feeds.answer(request, title=about.title, page=page, items=_items(posts))


def _items(posts: Sequence[queries.Public]) -> list[Item]:
    """What was edited since comes again: an entry and its instant never change."""
    return [
        Item(
            said.post.get_absolute_url(),
            f"{said.author} about {said.about.title}",
            said.text,
            said.post.edited or said.post.written,
            said.about.address,
        )
        for said in posts
    ]
