"""The public facts of the forum."""

from stoa.forum.events.posts import PostEdited, PostEvent, PostTakenBack, PostWritten

__all__ = ["PostEdited", "PostEvent", "PostTakenBack", "PostWritten"]
