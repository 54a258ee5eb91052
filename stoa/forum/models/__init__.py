"""Tables of the forum."""

from stoa.forum.models.moderation import Appeal, Case, Hidden, Mute, Report, Writing
from stoa.forum.models.posts import Draft, Mention, Post, PostVersion, ReadMark, Thread

__all__ = [
    "Appeal",
    "Case",
    "Draft",
    "Hidden",
    "Mention",
    "Mute",
    "Post",
    "PostVersion",
    "ReadMark",
    "Report",
    "Thread",
    "Writing",
]
