"""Tables of the forum."""

from stoa.forum.models.posts import Draft, Mention, Post, PostVersion, ReadMark, Thread

__all__ = ["Draft", "Mention", "Post", "PostVersion", "ReadMark", "Thread"]
