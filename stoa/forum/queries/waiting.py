"""What was said to somebody and waits to be read: posts that name them, and answers to what they wrote."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from stoa.forum.models import Mention, Mute, Post, ReadMark
from stoa.kit.prepared import prepared

MOST = 20


def said_to(person_id: str, *, after: datetime, most: int) -> list[Post]:
    """Posts of others, written after an instant, that name this person or answer them; the latest first.

    `most` is at most 20. Those are left out that they have read, or after which they wrote in the same thread, and those
    of people they muted.
    """
    return _said_to(person_id, after)[:most]


@prepared
def _said_to(person_id: str, after: datetime) -> QuerySet[Post]:
    read = ReadMark.objects.filter(person=person_id, thread=OuterRef("thread"), up_to__gte=OuterRef("pk"))
    later = Post.objects.filter(author=person_id, thread=OuterRef("thread"), pk__gt=OuterRef("pk"))
    muted = Mute.objects.filter(person=person_id, muted=OuterRef("author"))
    named = Mention.objects.filter(person=person_id).values("post")
    answering = Post.objects.filter(answers__author=person_id).order_by().values("pk")
    found = Post.objects.filter(
        ~Exists(read),
        ~Exists(later),
        ~Exists(muted),
        pk__in=named.union(answering),  # each found by its index; with OR every post would be looked at
        state=Post.State.STANDING,
        taken_back=None,
        written__gt=after,
    ).exclude(author=person_id)
    return found.select_related("author", "thread", "answers").order_by("-pk")[:MOST]
