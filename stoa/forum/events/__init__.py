"""The public facts of the forum."""

from stoa.forum.events.moderation import (
    AppealDecided,
    CaseLeft,
    ComplaintSettled,
    PieceReleased,
    PieceRemoved,
    PieceRestored,
)
from stoa.forum.events.posts import PostEdited, PostEvent, PostTakenBack, PostWritten

__all__ = [
    "AppealDecided",
    "CaseLeft",
    "ComplaintSettled",
    "PieceReleased",
    "PieceRemoved",
    "PieceRestored",
    "PostEdited",
    "PostEvent",
    "PostTakenBack",
    "PostWritten",
]
