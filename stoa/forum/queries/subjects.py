"""What threads are about: how a subject appears to a viewer, and which threads lists leave out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from stoa.forum.models import Post, ReadMark, Thread
from stoa.forum.rules import Reader
from stoa.kit import beside, registry
from stoa.kit.registry import Shown
from stoa.methods.names import sort_key
from stoa.people.models import Person


@dataclass(frozen=True)
class Line:
    """A thread in a list: what it is about, how many posts it has, when the last was written and by whom.

    `new` counts the posts of others since the viewer last read it.
    """

    thread: Thread
    about: Shown
    latest_by: Person | None
    new: int

    @property
    def kind(self) -> str:
        """What its subject is called."""
        return registry.label(self.thread.subject.partition(":")[0])

    @property
    def size(self) -> int:
        """How many posts stand in it."""
        return self.thread.size

    @property
    def latest(self) -> datetime | None:
        """When the last of them was written."""
        return self.thread.latest


def find_subject(reference: str, viewer: Reader) -> Shown | None:
    """How an object appears that can be talked about; None where there is none that the viewer may see."""
    return beside.discussed(reference, viewer.person_id)


def threads(viewer: Reader) -> QuerySet[Thread]:
    """Threads with posts whose subjects the viewer may see, with `latest_by`, the author of the last post."""
    standing = Post.objects.filter(thread=OuterRef("pk")).exclude(state=Post.State.HELD).order_by("-pk")
    rows = Thread.objects.filter(size__gt=0).exclude(subject__in=beside.hidden(viewer.person_id))
    return rows.annotate(latest_by=Subquery(standing.values("author")[:1]))


def lines(rows: Sequence[Thread], viewer: Reader) -> list[Line]:
    """These threads for a list. One query for each kind of subject, one for people, one for what is new."""
    shown = registry.show([thread.subject for thread in rows], viewer.person_id)
    people = Person.objects.in_bulk({thread.latest_by for thread in rows if thread.latest_by})  # type: ignore[attr-defined]  # annotated by threads()
    new = _new([thread.pk for thread in rows], viewer)
    gone = Shown("Something that is not public any more", "")
    return [
        Line(thread, shown.get(thread.subject, gone), people.get(thread.latest_by), new.get(thread.pk, 0))  # type: ignore[attr-defined]  # the same
        for thread in rows
    ]


def _new(threads_shown: Sequence[int], viewer: Reader) -> dict[int, int]:
    """Of these threads, those of which the viewer has read something: how many posts of others came after that."""
    if viewer.person_id is None:
        return {}
    mark = ReadMark.objects.filter(person=viewer.person_id, thread=OuterRef("thread")).values("up_to")[:1]
    posts = Post.objects.filter(thread__in=threads_shown).exclude(state=Post.State.HELD)
    unread = posts.exclude(Q(author=viewer.person_id) & Q(author__isnull=False))
    unread = unread.annotate(up_to=Subquery(mark)).filter(pk__gt=F("up_to"))
    return dict(unread.order_by().values_list("thread").annotate(n=Count("pk")))


def of_kind(rows: QuerySet[Thread], kind: str) -> QuerySet[Thread]:
    """Of these threads, those about objects of a kind."""
    return rows.filter(subject__startswith=f"{kind}:")


def with_posts_by(rows: QuerySet[Thread], words: str) -> QuerySet[Thread]:
    """Of these threads, those in which somebody wrote who has these words in their name; what is held does not count."""
    known = Post.objects.exclude(state=Post.State.HELD).filter(author__sort_name__contains=sort_key(words))
    return rows.filter(pk__in=known.filter(author__erased=None).values("thread"))
