"""Atom feeds of all posts and of one thread: what everybody can read, the latest first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from stoa.forum import queries
from stoa.forum.rules import Reader
from stoa.forum.views.threads import found

MOST = 50


@require_safe
def forum(request: HttpRequest) -> HttpResponse:
    """The latest posts of all threads."""
    return _feed(request, "Forum", reverse("forum:index"), queries.latest_public(most=MOST))


@require_safe
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest posts of a thread."""
    its_thread, about = found(pk, Reader())
    posts = queries.latest_public(its_thread, most=MOST)
    return _feed(request, about.title, its_thread.get_absolute_url(), posts)


def _feed(request: HttpRequest, title: str, address: str, posts: list[queries.Public]) -> HttpResponse:
    whole = request.build_absolute_uri
    feed = Atom1Feed(title=title, link=whole(address), description="", feed_url=whole(request.path))
    for said in posts:
        feed.add_item(
            title=f"{said.author} about {said.about}",
            link=whole(said.post.get_absolute_url()),
            description=str(said.html),
            author_name=said.author,
            pubdate=said.post.written,
            updateddate=said.post.edited or said.post.written,
            unique_id=whole(said.post.get_absolute_url()),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
