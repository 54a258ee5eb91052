"""Private acts of writing and reading: keeping what is typed, and how far somebody has read."""

from __future__ import annotations

from stoa.forum.models import Draft, Post, ReadMark, Thread
from stoa.forum.queries.mentions import with_ids
from stoa.forum.queries.subjects import find_subject
from stoa.forum.rules import Reader
from stoa.kit import clock
from stoa.kit.act import Actor, act
from stoa.kit.faults import Conflict, Invalid
from stoa.people.models import Person

MOST_DRAFT = 40_000
"""Characters: twice what can be posted, so that a text can be typed first and cut later."""


@act("forum.draft.save", kind="private")
def save_draft(actor: Actor, *, place: str, body: str, version: int, answers: Post | None = None) -> Draft | None:
    """Keep what somebody has typed and not posted; an empty text drops it. `version` is that of the draft it goes on from, or 0."""
    if len(body) > MOST_DRAFT:
        raise Invalid(f"The text has {len(body):,} characters.", remedy=f"Keep {MOST_DRAFT:,} at most.", field="body")
    if not _is_place(actor, place):
        raise Invalid("There is nothing here to write about.", remedy="Check the address.", field="place")
    body = _normal(body)
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.person_id)  # whose drafts change one at a time
    kept = Draft.objects.filter(person=person, place=place).first()
    if kept is not None:
        return _changed(kept, body, version, answers)
    if not body.strip() or _was_posted(actor, place, body):
        return None
    return Draft.objects.create(person=person, place=place, body=body, answers=answers)


def _changed(draft: Draft, body: str, version: int, answers: Post | None) -> Draft | None:
    """The draft with another text; raises `Conflict` where it is not the one that was gone on from."""
    if draft.version != version and draft.body != body:
        raise Conflict(
            "Something else was kept here meanwhile, perhaps from another window.",
            remedy="Bring the two texts together.",
            code="stale",
        )
    if not body.strip():
        draft.delete()
        return None
    if (draft.body, draft.answers) != (body, answers):
        draft.body, draft.answers, draft.saved = body, answers, clock.now()
        draft.version += 1
        draft.save()
    return draft


@act("forum.thread.mark_read", on="reader", kind="private")
def mark_read(actor: Actor, *, reader: Person, thread: Thread, up_to: int) -> ReadMark:
    """Note how far one has read a thread, up to the post of that number; it never goes back."""
    last = (
        Post.objects.filter(thread=thread, pk__lte=max(0, up_to)).order_by("-pk").values_list("pk", flat=True).first()
    )
    mark, _ = ReadMark.objects.select_for_update().get_or_create(
        person=reader, thread=thread, defaults={"up_to": last or 0}
    )
    if last and last > mark.up_to:
        mark.up_to = last
        mark.save(update_fields=["up_to"])
    return mark


def _is_place(actor: Actor, place: str) -> bool:
    """Whether something can be written there: about an object, or anew in one's own post."""
    number = place.removeprefix("post:")
    if number != place:
        return (
            number.isdecimal() and len(number) < 19 and Post.objects.filter(pk=number, author=actor.person_id).exists()
        )
    return find_subject(place, Reader(actor.person_id)) is not None


def _was_posted(actor: Actor, place: str, body: str) -> bool:
    """Whether this is what they posted last: what a page saved by itself can arrive after what it then posted."""
    posts = Post.objects.filter(author=actor.person_id)
    own = posts.filter(pk=place[5:]) if place.startswith("post:") else posts.filter(thread__subject=place)
    last = own.order_by("-pk").first()
    return last is not None and last.body == with_ids(body.strip())


def _normal(body: str) -> str:
    return body.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "replace").decode()


def editing(post: Post) -> str:
    """The place of the draft of a post's next version."""
    return post.reference


def used(actor: Actor, place: str, version: int, typed: str) -> None:
    """Drop the draft that was posted: that version, or one of the same text. What another window typed stays."""
    for draft in Draft.objects.filter(person=actor.person_id, place=place):
        if draft.version == version or _normal(draft.body).strip() == _normal(typed).strip():
            draft.delete()


def drop_drafts(place: str) -> None:
    """Drop the drafts for a place that has ceased to be one."""
    Draft.objects.filter(place=place).delete()


def erase_drafts(person_id: str) -> None:
    """Destroy what somebody typed and did not post, and how far they read. Called inside the act that erases them."""
    Draft.objects.filter(person=person_id).delete()
    ReadMark.objects.filter(person=person_id).delete()
