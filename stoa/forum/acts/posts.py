"""Acts on posts: writing, editing, taking back, and making their HTML anew."""

from __future__ import annotations

from collections.abc import Sequence

from stoa.forum import events
from stoa.forum.acts.drafts import drop_drafts, editing, used
from stoa.forum.acts.finding import publish
from stoa.forum.acts.writing import note_written
from stoa.forum.models import Mention, Post, PostVersion, Thread
from stoa.forum.queries.mentions import as_markdown, mentioned, with_ids
from stoa.forum.queries.posts import MOST_BODY, recount
from stoa.forum.queries.subjects import find_subject
from stoa.forum.rules import Reader, pace
from stoa.kit import clock, live, locks, markdown, search
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid
from stoa.people.following import follow_own
from stoa.people.models import Person
from stoa.record.models import Text

MOST_MENTIONS = 20


@act("forum.post.write")
def write_post(actor: Actor, *, about: str, body: str, answers: Post | None = None, draft: int = 0) -> Post:
    """Write in the thread of an object, which begins with its first post; `draft` is the version of the draft that it was."""
    title, typed = _title(about, actor), body
    body = _clean(body)
    people = _people_in(body)
    html = markdown.render(as_markdown(body))
    held = pace(actor.person_id).held
    thread = _thread(about)
    if answers is not None and answers.thread_id != thread.pk:
        raise Invalid("That post is in another thread.", remedy="Answer it there.", field="answers")
    post = Post.objects.create(
        thread=thread,
        author_id=actor.person_id,
        answers=answers,
        body=body,
        rendered=html,
        renderer=markdown.RENDERER,
        state=Post.State.HELD if held else Post.State.STANDING,
    )
    Mention.objects.bulk_create(Mention(post=post, person=person) for person in people)
    note_written(str(actor.person_id), post.reference, held=held)
    used(actor, about, draft, typed)
    follow_own(actor.person_id, about)
    answered = str(answers.pk) if answers else None
    tell(events.PostWritten(str(post.pk), str(thread.pk), about, answered), {"body": body})
    _changed(post, title)
    return post


@act("forum.post.edit", on="post")
def edit_post(actor: Actor, *, post: Post, body: str, version: int, draft: int = 0) -> Post:
    """Change the text of one's own post; what it said before stays readable. `version` is the one that was edited."""
    post = _with_text(post)
    if post.state == Post.State.REMOVED:
        raise Closed("The moderators removed this post.", remedy="You can appeal, or remove the text.")
    typed, body = body, _clean(body)
    if version != post.version:
        raise Conflict("The post was changed meanwhile.", remedy="Bring the two texts together.", code="stale")
    used(actor, editing(post), draft, typed)
    if body == post.body:
        return post
    people = _people_in(body)
    PostVersion.objects.create(post=post, number=post.version, body=post.body, written=post.edited or post.written)
    post.body, post.rendered, post.renderer = body, markdown.render(as_markdown(body)), markdown.RENDERER
    post.version, post.edited = post.version + 1, clock.now()
    post.save(update_fields=["body", "rendered", "renderer", "version", "edited"])
    post.mentions.exclude(person__in=people).delete()
    Mention.objects.bulk_create([Mention(post=post, person=person) for person in people], ignore_conflicts=True)
    thread = post.thread
    tell(events.PostEdited(str(post.pk), str(thread.pk), thread.subject, post.version), {"body": body})
    _changed(post, _title(thread.subject, actor))
    return post


@act("forum.post.take_back", on="post")
def take_back_post(actor: Actor, *, post: Post) -> Post:
    """Remove the text of one's own post and all that it said before; that there was a post stays."""
    post = _with_text(post)
    destroy([post])
    drop_drafts(editing(post))
    tell(events.PostTakenBack(str(post.pk), str(post.thread_id), post.thread.subject))
    post.refresh_from_db()
    live.announce(f"thread:{post.thread_id}")
    return post


@act("forum.post.render", kind="private")
def render_posts(actor: Actor, *, posts: Sequence[int]) -> int:
    """Make the HTML of posts anew where the renderer has changed since they were written."""
    stale = list(Post.objects.select_for_update().filter(pk__in=posts).exclude(renderer=markdown.RENDERER))
    for post in stale:
        post.rendered, post.renderer = markdown.render(as_markdown(post.body)), markdown.RENDERER
    Post.objects.bulk_update(stale, ["rendered", "renderer"])
    return len(stale)


def erase_texts(person_id: str) -> None:
    """Destroy what somebody wrote here. Called inside the act that erases them."""
    destroy(list(Post.objects.filter(author=person_id, taken_back=None).only("pk", "thread")))
    Mention.objects.filter(person=person_id).delete()


def destroy(posts: Sequence[Post]) -> None:
    """Take the texts from posts, with those before, those on the record and their salts, and what search knows of them.

    To be called inside an act.
    """
    numbers, references = [post.pk for post in posts], [post.reference for post in posts]
    Text.objects.filter(entry__subject__in=references, entry__type__startswith="forum.post_").delete()
    PostVersion.objects.filter(post__in=numbers).delete()
    Mention.objects.filter(post__in=numbers).delete()
    Post.objects.filter(pk__in=numbers).update(body="", rendered="", taken_back=clock.now())
    search.drop(*references)


def _thread(about: str) -> Thread:
    """The thread about an object, begun where there is none, alone until this transaction ends."""
    begun = Thread.objects.select_for_update().filter(subject=about).first()
    return begun or locks.exclusive(Thread.objects.get_or_create(subject=about)[0])


def _changed(post: Post, title: str) -> None:
    """Let lists, search and open pages know of a post that was written or edited."""
    recount(post.thread)
    publish(post, title)
    if post.state != Post.State.HELD:
        live.announce(f"thread:{post.thread_id}")


def _title(about: str, actor: Actor) -> str:
    """What the subject is called; raises `Invalid` unless it can be talked about and the actor may see it."""
    found = find_subject(about, Reader(actor.person_id))
    if found is None:
        raise Invalid("There is nothing here to talk about.", remedy="Check the address.", field="about")
    return found.title


def _with_text(post: Post) -> Post:
    """The post, alone until this transaction ends; raises `Closed` where its text is gone."""
    post = locks.exclusive(post)
    if post.taken_back is not None:
        raise Closed("The text of this post was removed.", remedy="Write another.")
    return post


def _clean(body: str) -> str:
    body = body.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "replace").decode().strip()
    if not body:
        raise Invalid("There is no text yet.", remedy="Write something.", field="body")
    if len(body) > MOST_BODY:
        raise Invalid(f"The text has {len(body):,} characters.", remedy=f"Use {MOST_BODY:,} at most.", field="body")
    return with_ids(body)


def _people_in(body: str) -> list[Person]:
    people = list(mentioned(body))
    if len(people) > MOST_MENTIONS:
        raise Invalid(
            f"The text names {len(people)} people.", remedy=f"Name {MOST_MENTIONS} at most: each is told.", field="body"
        )
    return people
