"""Reads of posts: a page of a thread, single posts and their former texts, as a viewer may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, FilteredRelation, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from stoa.forum.models import Draft, Post, PostVersion, Thread
from stoa.forum.queries.marks import Mark, marks
from stoa.forum.queries.mentions import as_markdown, in_names, with_ids, with_names_of_today
from stoa.forum.rules import Reader, is_author, may_change, may_read, may_take_back
from stoa.kit import beside, markdown, registry
from stoa.kit.addresses import path_to
from stoa.kit.moderated import Piece, State
from stoa.kit.prepared import prepared
from stoa.kit.registry import Rows, Shown

PER_PAGE = 30
"""So many posts of a usual length weigh less than 150 kB."""
MOST_BODY = 20_000
"""Characters of a post. Rendering is not linear in what somebody hostile writes: this much takes under a second."""
MOST_WORKS = 10
LATEST = 3
"""Posts that stand beside an object on its page."""


@dataclass(frozen=True)
class Said:
    """A post as a viewer sees it. `html` is None where there is no text for them."""

    post: Post
    html: SafeString | None
    is_own: bool
    is_new: bool
    may_change: bool
    may_take_back: bool
    mark: Mark

    @property
    def id(self) -> str:
        """Its number, for addresses."""
        return str(self.post.pk)

    @property
    def is_gone(self) -> bool:
        """Whether there is, for most, no text any more."""
        return self.post.taken_back is not None or self.post.state == Post.State.REMOVED

    @property
    def answered(self) -> str:
        """Who is answered; nothing where it answers nobody."""
        other = self.post.answers
        if other is None:
            return ""
        return other.author.shown_name if other.author else f"post {other.pk}"

    @property
    def answered_id(self) -> str:
        """The number of the post that is answered."""
        return str(self.post.answers_id)

    @property
    def has_history(self) -> bool:
        """Whether former texts can be looked at."""
        return self.post.version > 1 and self.html is not None


@dataclass(frozen=True)
class Counted:
    """A thread with what the viewer may know of its posts: how many, and the number of the last.

    `mark` is up to where the viewer has read, 0 where nowhere yet, None for visitors; `unread` counts posts of others
    after that, of which `first_unread` is the first. `draft` is the number of what they typed for it and did not post.
    """

    thread: Thread
    total: int
    newest: int
    mark: int | None
    unread: int
    first_unread: int | None
    draft: int | None


@dataclass(frozen=True)
class Page:
    """A page of a thread."""

    counted: Counted
    posts: Sequence[Said]
    number: int
    last_number: int

    @property
    def up_to(self) -> int:
        """The number of the last post on it; 0 on an empty page."""
        return self.posts[-1].post.pk if self.posts else 0

    @property
    def marks(self) -> bool:
        """Whether reading this page takes the viewer further than they were."""
        return self.counted.mark is not None and self.up_to > self.counted.mark


def find_thread(pk: int, viewer: Reader) -> Counted | None:
    """The thread of this number, with its posts counted; whether its subject may be seen is for `find_subject`."""
    own = Q(posts__author=viewer.person_id, posts__author__isnull=False)
    known = Q() if viewer.moderates else ~Q(posts__state=Post.State.HELD) | own
    counts: dict[str, Any] = {
        "total": Count("posts", filter=known),
        "newest": Coalesce(Max("posts__pk", filter=known), 0),
    }
    threads = Thread.objects.filter(pk=pk)
    if viewer.person_id is not None:
        # joined, since a query within the sums is asked once for each post
        threads = threads.annotate(own=FilteredRelation("read_marks", condition=Q(read_marks__person=viewer.person_id)))
        unread = known & Q(posts__pk__gt=F("own__up_to")) & (~Q(posts__author=viewer.person_id) | Q(posts__author=None))
        counts |= {"unread": Count("posts", filter=unread), "first_unread": Min("posts__pk", filter=unread)}
        drafts = Draft.objects.filter(person=viewer.person_id, place=OuterRef("subject")).values("pk")
        counts = {"mark": F("own__up_to"), "draft": Subquery(drafts), **counts}
    found: Any = threads.annotate(**counts).first()
    if found is None:
        return None
    if viewer.person_id is None:
        return Counted(found, found.total, found.newest, None, 0, None, None)
    return Counted(found, found.total, found.newest, found.mark or 0, found.unread, found.first_unread, found.draft)


def thread_about(reference: str) -> Thread | None:
    """The thread about an object, once somebody wrote in it."""
    return next(iter(_threads(reference)), None)


@prepared
def _threads(reference: str) -> QuerySet[Thread]:
    return Thread.objects.filter(subject=reference)


def find_post(pk: int, viewer: Reader) -> Post | None:
    """The post of this number, if the viewer may know of it."""
    return readable(Post.objects.select_related("thread", "author").filter(pk=pk), viewer).first()


def readable(posts: QuerySet[Post], viewer: Reader) -> QuerySet[Post]:
    """Of these posts, those that the viewer may know of: held ones are known to their author and to moderators alone."""
    if viewer.moderates:
        return posts
    own = Q(author=viewer.person_id, author__isnull=False)
    return posts.filter(~Q(state=Post.State.HELD) | own)


def page_of(thread: Counted, number: int, viewer: Reader) -> Page:
    """A page of a thread; a number past its end gives the last page."""
    last = max(1, -(-thread.total // PER_PAGE))
    number = min(max(1, number), last)
    rows = readable(Post.objects.filter(thread=thread.thread), viewer)
    shown = rows.select_related("author", "answers__author")[(number - 1) * PER_PAGE : number * PER_PAGE]
    posts = list(shown)
    for post in posts:
        post.thread = thread.thread
    return Page(thread, said(posts, viewer, new_after=thread.mark or None), number, last)


def place_of(post: Post, viewer: Reader) -> int:
    """The number of the page of its thread that holds a post."""
    before = readable(Post.objects.filter(thread=post.thread_id, pk__lt=post.pk), viewer).count()
    return before // PER_PAGE + 1


def latest(reference: str, viewer: Reader) -> list[Said]:
    """The last posts of the thread about an object, in their order, each with `draft`: what the viewer typed there."""
    found = _latest_of_all(reference, viewer.person_id) if viewer.moderates else _latest(reference, viewer.person_id)
    return said(found[::-1], viewer)


@prepared
def _latest(reference: str, viewer_id: str | None) -> QuerySet[Post]:
    return readable(_latest_first(reference, viewer_id), Reader(viewer_id))[:LATEST]


@prepared
def _latest_of_all(reference: str, viewer_id: str | None) -> QuerySet[Post]:
    return _latest_first(reference, viewer_id)[:LATEST]


def _latest_first(reference: str, viewer_id: str | None) -> QuerySet[Post]:
    thread = Thread.objects.filter(subject=reference).values("pk")[:1]
    rows = (
        Post.objects.filter(thread=Subquery(thread))  # one thread's posts from their end, not all posts from theirs
        .order_by("-pk")
        .annotate(draft=Subquery(_kept(reference, viewer_id)))
    )
    return rows.select_related("thread", "author", "answers__author")


def draft_for(reference: str, viewer: Reader, posts: Sequence[Said]) -> Draft | None:
    """What the viewer typed about an object and did not post; read with its last posts, if there are any."""
    if posts:
        kept: dict[str, Any] | None = posts[0].post.draft  # type: ignore[attr-defined]  # annotated above
    else:
        kept = next(iter(_drafts(reference, viewer.person_id)), None)
    return Draft(**kept | {"saved": parse_datetime(kept["saved"])}) if kept else None


@prepared
def _drafts(reference: str, viewer_id: str | None) -> QuerySet[Draft, Any]:
    return _kept(reference, viewer_id)


def _kept(reference: str, viewer_id: str | None) -> QuerySet[Draft, Any]:
    fields = {name: name for name in ("id", "body", "answers_id", "version", "saved")}
    return Draft.objects.filter(person=viewer_id, place=reference).values_list(JSONObject(**fields), flat=True)


@dataclass(frozen=True)
class Since:
    """What came to a thread after a post, and how many of the posts before were changed after an instant."""

    new: int
    changed: int
    first: int | None


def since(thread: Thread, viewer: Reader, *, after: int, at: datetime) -> Since:
    """What somebody who looks at a page of the thread does not see on it yet; their own new posts among it."""
    rows = readable(Post.objects.filter(thread=thread), viewer)
    changed = Q(pk__lte=after) & (Q(edited__gt=at) | Q(taken_back__gt=at))
    found = rows.aggregate(
        new=Count("pk", filter=Q(pk__gt=after)),
        first=Min("pk", filter=Q(pk__gt=after)),
        changed=Count("pk", filter=changed),
    )
    return Since(found["new"], found["changed"], found["first"])


def said(posts: Sequence[Post], viewer: Reader, *, new_after: int | None = None) -> list[Said]:
    """These posts as the viewer sees them, with the names of today. `author` and `answers` should have been fetched."""
    shown = [may_read(viewer, post) for post in posts]
    pages = iter(with_names_of_today(rendering(post) for post, seen in zip(posts, shown, strict=True) if seen))
    marked = marks({post.reference: Piece(post.author_id, State(post.state), "") for post in posts}, viewer)
    return [
        Said(
            post,
            next(pages) if seen else None,
            is_own=is_author(viewer, post),
            is_new=new_after is not None and post.pk > new_after and not is_author(viewer, post),
            may_change=may_change(viewer, post),
            may_take_back=may_take_back(viewer, post),
            mark=marked[post.reference],
        )
        for post, seen in zip(posts, shown, strict=True)
    ]


def rendering(post: Post) -> str:
    """The HTML of a post's text: what was kept when it was written, unless the renderer has changed since."""
    return post.rendered if post.renderer == markdown.RENDERER else markdown.render(as_markdown(post.body))


def outdated(most: int) -> list[int]:
    """The numbers of some posts whose HTML an older renderer made."""
    rows = Post.objects.filter(Q(renderer__lt=markdown.RENDERER) | Q(renderer__gt=markdown.RENDERER), taken_back=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


@dataclass(frozen=True)
class Text:
    """What a post said in one version."""

    number: int
    body: str
    written: datetime


def texts(post: Post, viewer: Reader) -> list[Text]:
    """All that a post has said, the present text first; nothing for those who may not read it."""
    if not may_read(viewer, post):
        return []
    former = list(PostVersion.objects.filter(post=post).order_by("-number"))
    bodies = in_names([post.body, *(one.body for one in former)])
    present = Text(post.version, bodies[0], post.edited or post.written)
    return [present, *(Text(one.number, body, one.written) for one, body in zip(former, bodies[1:], strict=True))]


def named_posts(ids: list[int], viewer_id: str | None) -> QuerySet[Post]:
    """The posts of which the viewer may know."""
    return readable(Post.objects.filter(pk__among=ids), Reader(viewer_id))


def _post_about(pk: str, about: Shown) -> Shown:
    return Shown(f"post {pk} about “{about.title}”", path_to("forum:post", pk))


POSTS = Rows(named_posts, "thread__subject", led_by=_post_about)
"""How posts are named elsewhere: by their number and what they are about, never by what they say."""


def works_of(person_id: str, viewer_id: str | None) -> list[Shown]:
    """The latest of what somebody wrote and everybody can read, for their page."""
    rows = Post.objects.filter(author=person_id, state=Post.State.STANDING, taken_back=None).order_by("-pk")
    numbers = [str(pk) for pk in rows.values_list("pk", flat=True)[:MOST_WORKS]]
    shown = registry.show([f"post:{number}" for number in numbers], viewer_id)
    return list(shown.values())


def recount(thread: Thread) -> None:
    """Count the posts of a thread anew, inside the act that changes which of them stand."""
    known = Post.objects.filter(thread=OuterRef("pk")).exclude(state=Post.State.HELD).order_by()
    size = known.values("thread").annotate(size=Count("pk")).values("size")
    latest = known.order_by("-pk").values("written")[:1]
    Thread.objects.filter(pk=thread.pk).update(size=Coalesce(Subquery(size), 0), latest=Subquery(latest))


def address_of(post: Post, viewer: Reader) -> str:
    """Where a post stands: the page of its thread that holds it, and its place there."""
    number = place_of(post, viewer)
    page = f"?page={number}" if number > 1 else ""
    return f"{post.thread.get_absolute_url()}{page}#post-{post.pk}"


@dataclass(frozen=True)
class Public:
    """A post as everybody can read it, for feeds: what it is about, who wrote it, and what it says as typed."""

    post: Post
    about: Shown
    author: str
    text: str


def latest_public(thread: Thread | None = None, *, most: int) -> list[Public]:
    """The latest posts that stand and have a text, of one thread or of all, whose subjects everybody may see."""
    rows = Post.objects.filter(state=Post.State.STANDING, taken_back=None)
    rows = rows.filter(thread=thread) if thread else rows.exclude(thread__subject__in=beside.hidden(None))
    posts = list(rows.select_related("thread", "author").order_by("-pk")[:most])
    about = registry.show(list({post.thread.subject for post in posts}), None)
    texts_shown = in_names(post.body for post in posts)
    return [
        Public(post, about[post.thread.subject], post.author.shown_name if post.author else "from a file", text)
        for post, text in zip(posts, texts_shown, strict=True)
        if post.thread.subject in about
    ]


def looks(typed: str) -> SafeString:
    """A text as its post would look; no more of it than a post can hold."""
    body = typed.replace("\r\n", "\n").replace("\0", "")[:MOST_BODY]
    return with_names_of_today([markdown.render(as_markdown(with_ids(body)))])[0]
