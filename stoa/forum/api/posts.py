"""Threads and posts over HTTP: reading, writing, editing, taking back, drafts, and how far one has read."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status
from pydantic import StringConstraints

from stoa.forum import acts, queries, rules
from stoa.forum.models import Draft, Post, ReadMark, Thread
from stoa.forum.queries import Line
from stoa.kit.api import Given, Parts, Word, actor, found, signed_in
from stoa.kit.faults import Refused
from stoa.people.models import Person

Reference = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Body = Annotated[str, StringConstraints(max_length=100_000)]
Number = Annotated[int, Field(ge=1, le=2**62)]
Sort = Literal["latest", "-latest", "posts", "-posts"]
SORTS = {"latest": "latest", "posts": "size"}

router = Router(tags=["Forum"])


class ThreadOut(Schema):
    """A thread: what it is about, how many posts it has, when the last was written and by whom."""

    number: int = Field(alias="thread.pk")
    about: str = Field(alias="thread.subject")
    title: str = Field(alias="about.title")
    posts: int = Field(alias="size")
    latest: datetime | None
    latest_by: str | None
    address: str = Field(alias="thread.get_absolute_url")

    @staticmethod
    def resolve_latest_by(line: Line) -> str | None:
        """The id of who wrote the last post."""
        return line.latest_by.pk if line.latest_by else None


class PostOut(Schema):
    """A post. `body` is its Markdown as typed, `html` how pages show it: both null where you may not read it."""

    number: int
    thread: int
    author: str | None
    answers: int | None
    state: Literal["standing", "held", "removed"]
    body: str | None
    html: str | None
    written: datetime
    version: int
    edited: datetime | None
    taken_back: datetime | None
    address: str


class VersionOut(Schema):
    """What a post said in one version."""

    number: int
    body: str
    written: datetime


class PostIn(Given):
    """A post to write: `about` names what the thread is about, such as `question:12`, `answers` the post that it answers."""

    about: Reference
    body: Body
    answers: Number | None = None


class PostChange(Given):
    """A new text. `version` is the one that was edited; with a stale one nothing is changed."""

    body: Body
    version: int


class DraftOut(Schema):
    """What you typed and did not post. `place` is a reference: what you would write about, or your own post."""

    place: str
    body: str
    answers: int | None = Field(None, alias="answers_id")
    version: int
    saved: datetime


class DraftIn(Given):
    """What to keep. `version` is that of the draft that you go on from, 0 for a new one; an empty text drops it."""

    body: Body
    version: int = 0
    answers: Number | None = None


class MarkIn(Given):
    """Up to which post you have read."""

    up_to: Annotated[int, Field(ge=0, le=2**62)]


class MarkOut(Schema):
    """How far you have read a thread."""

    thread: int = Field(alias="thread_id")
    up_to: int


class NamedOut(Schema):
    """Somebody whom a post can name: type `@` and then `typed`."""

    name: str
    typed: str


class PreviewIn(Given):
    """A text to look at."""

    body: Annotated[str, StringConstraints(max_length=20_000)]


class PreviewOut(Schema):
    """How pages would show the text."""

    html: str


class Filters(Schema):
    """Which threads to list."""

    kind: Word = Field("", description="Only those about objects of a kind, such as `question`.")
    who: Word = Field("", description="Only those in which somebody wrote whose name has these words.")
    sort: Sort = Field("-latest", description="The order; with a hyphen before it, downwards.")


class Lines:
    """Threads, put in words when a part of them is taken."""

    def __init__(self, rows: QuerySet[Thread], viewer: rules.Reader) -> None:
        self._rows, self._viewer = rows, viewer

    def __len__(self) -> int:
        return self._rows.count()

    def __getitem__(self, part: slice) -> list[Line]:
        return queries.lines(list(self._rows[part]), self._viewer)


class Posts:
    """The posts of a thread, as a viewer may see them, when a part of them is taken."""

    def __init__(self, rows: QuerySet[Post], viewer: rules.Reader) -> None:
        self._rows, self._viewer = rows, viewer

    def __len__(self) -> int:
        return self._rows.count()

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        return _out(list(self._rows[part]), self._viewer)


@router.get("/forum/threads", response=list[ThreadOut], summary="List threads")
@paginate(Parts)
def list_threads(request: HttpRequest, filters: Query[Filters]) -> Lines:
    """Threads with posts, the one with the latest post first."""
    viewer = rules.reader(actor(request))
    rows = queries.threads(viewer)
    rows = queries.of_kind(rows, filters.kind) if filters.kind else rows
    rows = queries.with_posts_by(rows, filters.who) if filters.who else rows
    by = F(SORTS[filters.sort.removeprefix("-")])
    down = filters.sort.startswith("-")
    return Lines(rows.order_by(by.desc(nulls_last=True) if down else by.asc(nulls_last=True), "pk"), viewer)


@router.get("/forum/threads/about/{reference}", response=ThreadOut, summary="Get the thread of an object")
def get_thread_about(request: HttpRequest, reference: str) -> Line:
    """The thread about an object, such as `question:12`; there is none before its first post."""
    viewer = rules.reader(actor(request))
    return found(next(iter(queries.lines(list(queries.threads(viewer).filter(subject=reference)), viewer)), None))


@router.get("/forum/threads/{int:number}", response=ThreadOut, summary="Get a thread")
def get_thread(request: HttpRequest, number: int) -> Line:
    """One thread."""
    viewer = rules.reader(actor(request))
    return found(next(iter(queries.lines(list(queries.threads(viewer).filter(pk=number)), viewer)), None))


@router.get("/forum/threads/{int:number}/posts", response=list[PostOut], summary="List the posts of a thread")
@paginate(Parts)
def list_posts(request: HttpRequest, number: int) -> Posts:
    """The posts of a thread in the order in which they were written."""
    viewer = rules.reader(actor(request))
    thread = _thread(number, viewer)
    rows = queries.readable(Post.objects.filter(thread=thread), viewer)
    return Posts(rows.select_related("thread", "author", "answers__author").order_by("pk"), viewer)


@router.get("/forum/posts/{int:number}", response=PostOut, summary="Get a post")
def get_post(request: HttpRequest, number: int) -> dict[str, Any]:
    """One post."""
    viewer = rules.reader(actor(request))
    return _out([_post(number, viewer)], viewer)[0]


@router.get("/forum/posts/{int:number}/versions", response=list[VersionOut], summary="List the versions of a post")
@paginate(Parts)
def list_versions(request: HttpRequest, number: int) -> list[queries.Text]:
    """All that a post has said, the present text first."""
    viewer = rules.reader(actor(request))
    return queries.texts(_post(number, viewer), viewer)


@router.post("/forum/posts", response={201: PostOut}, summary="Write a post")
def write_post(request: HttpRequest, given: PostIn) -> Status[dict[str, Any]]:
    """Write in the thread of an object. Everyone can read it under your name, unless first posts wait for a moderator."""
    viewer = rules.reader(actor(request))
    answered = _post(given.answers, viewer) if given.answers else None
    post = acts.write_post(actor(request), about=given.about, body=given.body, answers=answered)
    return Status(201, _out([post], viewer)[0])


@router.put("/forum/posts/{int:number}", response=PostOut, summary="Edit a post")
def edit_post(request: HttpRequest, number: int, given: PostChange) -> dict[str, Any]:
    """Change the text of your own post. What it said before stays readable."""
    viewer = rules.reader(actor(request))
    post = acts.edit_post(actor(request), post=_post(number, viewer), body=given.body, version=given.version)
    return _out([post], viewer)[0]


@router.delete("/forum/posts/{int:number}", response=PostOut, summary="Remove the text of a post")
def take_back_post(request: HttpRequest, number: int) -> dict[str, Any]:
    """Destroy the text of your own post and all that it said before. That there was a post stays."""
    viewer = rules.reader(actor(request))
    return _out([acts.take_back_post(actor(request), post=_post(number, viewer))], viewer)[0]


@router.get("/forum/drafts", response=list[DraftOut], summary="List your drafts")
@paginate(Parts)
def list_drafts(request: HttpRequest) -> QuerySet[Draft]:
    """What you typed and did not post; only you see it."""
    return Draft.objects.filter(person=signed_in(request).person_id).order_by("-saved", "pk")


@router.put("/forum/drafts/{place}", response={200: DraftOut, 204: None}, summary="Keep a draft")
def keep_draft(request: HttpRequest, place: str, given: DraftIn) -> Status[Draft | None]:
    """Keep what you have typed, for one place."""
    caller = signed_in(request)
    answered = _post(given.answers, rules.reader(caller)) if given.answers else None
    draft = acts.save_draft(caller, place=place, body=given.body, version=given.version, answers=answered)
    return Status(200, draft) if draft else Status(204, None)


@router.put("/forum/threads/{int:number}/read", response=MarkOut, summary="Mark a thread as read")
def mark_read(request: HttpRequest, number: int, given: MarkIn) -> ReadMark:
    """Note up to which post you have read a thread; it never goes back. Nobody else knows."""
    caller = signed_in(request)
    thread, reader = _thread(number, rules.reader(caller)), Person.objects.get(pk=caller.person_id)
    return acts.mark_read(caller, reader=reader, thread=thread, up_to=given.up_to)


@router.get("/forum/people", response=list[NamedOut], summary="Find people to name")
def list_named(request: HttpRequest, q: Word) -> list[dict[str, str]]:
    """People whose name, or a word of it, begins so; for people who may write here."""
    if not rules.reader(signed_in(request)).writes:
        raise Refused("This is for people who write here.", remedy="Names can be found in the directory.")
    return [{"name": name, "typed": typed} for name, typed in queries.people_to_name(q)]


@router.post("/forum/preview", response=PreviewOut, summary="See how a text will look")
def preview_post(request: HttpRequest, given: PreviewIn) -> dict[str, str]:
    """The HTML of a text, as pages would show it."""
    signed_in(request)
    return {"html": queries.looks(given.body)}


def _thread(number: int, viewer: rules.Reader) -> Thread:
    counted = queries.find_thread(number, viewer)
    if counted is None or queries.find_subject(counted.thread.subject, viewer) is None:
        raise Http404
    return counted.thread


def _post(number: int, viewer: rules.Reader) -> Post:
    post = found(queries.find_post(number, viewer))
    found(queries.find_subject(post.thread.subject, viewer))
    return post


def _out(posts: list[Post], viewer: rules.Reader) -> list[dict[str, Any]]:
    said = queries.said(posts, viewer)
    bodies = iter(queries.in_names(one.post.body for one in said if one.html is not None))
    return [
        {
            "number": one.post.pk,
            "thread": one.post.thread_id,
            "author": one.post.author_id,
            "answers": one.post.answers_id,
            "state": one.post.state,
            "body": None if one.html is None else next(bodies),
            "html": one.html,
            "written": one.post.written,
            "version": one.post.version,
            "edited": one.post.edited,
            "taken_back": one.post.taken_back,
            "address": one.post.get_absolute_url(),
        }
        for one in said
    ]
