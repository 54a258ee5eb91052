"""Tables of talk: threads on objects, posts and what they said before, mentions, drafts, and how far somebody has read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from stoa.kit import clock
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import MODERATORS, Secret, declares
from stoa.people.models import Person

MOST_REFERENCE = 80

A_POST = Secret("the text of a post that is held or removed", "it stands", MODERATORS)
A_DRAFT = Secret("what somebody typed and did not post", "never")
READ = Secret("what somebody has read", "never")


@declares(public="id subject begun size latest")
class Thread(models.Model):
    """The talk about one object, named by its reference (`question:12`). It begins with its first post.

    `size` counts the posts that stand and `latest` is when the last of them was written: both are for lists.
    """

    subject = models.CharField(max_length=MOST_REFERENCE, unique=True)
    begun = models.DateTimeField(default=clock.now)
    size = models.PositiveIntegerField(default=0)
    latest = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-latest"], name="thread_by_latest")]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        """The thread's page."""
        return path_to("forum:thread", self.pk)


@declares(
    public="id thread author answers state written version edited taken_back",
    internal="renderer",
    secret={"body": A_POST, "rendered": A_POST},
)
class Post(models.Model):
    """What somebody said in a thread. `body` names people as `@[id]`; `rendered` is its HTML by that version of the renderer.

    `taken_back` is when its author removed the text: then there is none, here or in its former versions. The author is
    null for what came from a file.
    """

    class State(models.TextChoices):
        STANDING = "standing", "standing"
        HELD = "held", "held for a look"
        REMOVED = "removed", "removed by the moderators"

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="posts")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    state = models.CharField(max_length=10, choices=State, default=State.STANDING)
    body = models.TextField()
    rendered = models.TextField(blank=True)
    renderer = models.PositiveSmallIntegerField(default=0)
    written = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)
    edited = models.DateTimeField(null=True)
    taken_back = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["thread", "id"], name="post_by_place"),
            models.Index(fields=["author", "written"], name="post_by_author"),
            models.Index(fields=["answers"], condition=Q(answers__isnull=False), name="post_by_answered"),
            models.Index(fields=["renderer"], name="post_by_renderer"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(taken_back=None) | Q(body=""), name="taken_back_has_no_text"),
            models.CheckConstraint(condition=Q(version__gte=1), name="post_versions_from_one"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The address that leads to the post on the page that holds it."""
        return path_to("forum:post", self.pk)

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"post:{self.pk}"

    def standing(self, person_id: str) -> frozenset[str]:
        """Who wrote it is its author."""
        return frozenset({"author"}) if person_id == self.author_id else frozenset()


@declares(public="id post number written", secret={"body": A_POST})
class PostVersion(models.Model):
    """What a post said before it was edited: the text of one version, and when that was written."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    written = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="post_version_once")]


@declares(public="id post person")
class Mention(models.Model):
    """That a post names somebody."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="mentioned_once_a_post")]


@declares(rows=A_DRAFT)
class Draft(models.Model):
    """What somebody has typed and not posted: for one place, a reference (`question:12` to write there, `post:7` to edit).

    `version` rises with each change, so that two windows can't overwrite each other unseen.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=MOST_REFERENCE)
    body = models.TextField()
    answers = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    saved = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "place"], name="one_draft_a_place")]


@declares(rows=READ)
class ReadMark(models.Model):
    """How far somebody has read a thread: up to the post of this number."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="read_marks")
    up_to = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "thread"], name="one_read_mark_a_thread")]
