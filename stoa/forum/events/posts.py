"""The public facts of posts: written, edited, taken back. What they say is committed to, never told."""

from dataclasses import dataclass
from typing import ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class PostEvent(Event):
    """A fact about one post: `thread` is the number of its thread, `on` the reference of what the thread is about."""

    post: str
    thread: str
    on: str
    subject_kind: ClassVar[str] = "post"


@dataclass(frozen=True)
class PostWritten(PostEvent):
    """A post was written, as an answer to another where `answers` names one."""

    answers: str | None = None
    type: ClassVar[str] = "forum.post_written"


@dataclass(frozen=True)
class PostEdited(PostEvent):
    """A post's text was changed by its author; `version` counts from 1."""

    version: int
    type: ClassVar[str] = "forum.post_edited"


@dataclass(frozen=True)
class PostTakenBack(PostEvent):
    """Its author removed a post's text and all that it said before."""

    type: ClassVar[str] = "forum.post_taken_back"
