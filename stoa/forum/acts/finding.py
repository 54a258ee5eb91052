"""Where posts are found: by search while they stand, by moderators always. Called inside acts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stoa.forum.models import Post
from stoa.forum.queries.mentions import in_names
from stoa.forum.queries.posts import recount
from stoa.kit import live, registry, search
from stoa.kit.moderated import Piece, State
from stoa.kit.search import Kept

CHUNK = 500


def publish(post: Post, title: str) -> None:
    """Let a post be found by its words while it stands, and not otherwise."""
    if post.state == Post.State.STANDING and post.taken_back is None:
        (text,) = in_names([post.body])
        search.put(post.reference, title=title, text=text, at=post.written)
    else:
        search.drop(post.reference)


def posts_found() -> Iterator[Kept]:
    """Every post that stands, as search keeps it."""
    rows = Post.objects.select_related("thread").filter(state=Post.State.STANDING, taken_back=None).order_by("pk")
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        titles = registry.show(list({post.thread.subject for post in chunk}), None)
        for post, text in zip(chunk, in_names(post.body for post in chunk), strict=True):
            if about := titles.get(post.thread.subject):
                yield Kept(post.reference, about.title, text, post.written)
        last = chunk[-1].pk


def pieces(ids: Sequence[str]) -> dict[str, Piece]:
    """These posts as moderators meet them."""
    found = list(Post.objects.filter(pk__in=[i for i in ids if i.isdecimal() and len(i) < 19]))
    texts = in_names(post.body for post in found)
    return {
        str(post.pk): Piece(post.author_id, State(post.state), text) for post, text in zip(found, texts, strict=True)
    }


def set_state(identifier: str, state: State) -> None:
    """Let a post stand, be held or be removed, with all that follows from it for lists, search and open pages."""
    post = Post.objects.select_related("thread").select_for_update(of=("self",)).get(pk=identifier)
    post.state = Post.State(state)
    post.save(update_fields=["state"])
    recount(post.thread)
    about = registry.show([post.thread.subject], None).get(post.thread.subject)
    publish(post, about.title if about else "")
    live.announce(f"thread:{post.thread_id}")
