"""Tables of the forum."""

from stoa.forum.models.moderation import Appeal, Case, Hidden, Mute, Report, Writing
from stoa.forum.models.posts import MOST_REFERENCE, Draft, Mention, Post, PostVersion, ReadMark, Thread

__all__ = [
    "MOST_REFERENCE",
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
