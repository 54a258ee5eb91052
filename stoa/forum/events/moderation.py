"""The public facts of moderation: what became of a piece and for which reason; of who complained, nothing."""

from dataclasses import dataclass
from typing import ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class PieceEvent(Event):
    """A fact about one piece of writing, named by its whole reference: `post:12`."""

    piece: str
    subject_kind: ClassVar[str] = "piece"

    @property
    def subject(self) -> str:
        """The piece itself."""
        return self.piece


@dataclass(frozen=True)
class PieceRemoved(PieceEvent):
    """Moderators removed a piece; the reason is a code."""

    reason: str
    type: ClassVar[str] = "forum.moderation.removed"


@dataclass(frozen=True)
class PieceRestored(PieceEvent):
    """Moderators put back what they had removed."""

    type: ClassVar[str] = "forum.moderation.restored"


@dataclass(frozen=True)
class PieceReleased(PieceEvent):
    """A first piece of a new account was let through."""

    type: ClassVar[str] = "forum.moderation.released"


@dataclass(frozen=True)
class AppealDecided(PieceEvent):
    """Others than those who removed a piece looked again: `upheld`, or `reversed`, which puts it back."""

    reason: str
    outcome: str
    type: ClassVar[str] = "forum.moderation.appeal_decided"


@dataclass(frozen=True)
class CaseLeft(Event):
    """Moderators looked at what was reported and left it. Sealed: that somebody was accused is nobody's business."""

    case: str
    type: ClassVar[str] = "forum.moderation.left"
    subject_kind: ClassVar[str] = "case"


@dataclass(frozen=True)
class ComplaintSettled(Event):
    """A complaint about somebody's conduct was settled. Sealed; what follows from it, such as a lost role, is public by itself."""

    case: str
    outcome: str
    reason: str | None = None
    type: ClassVar[str] = "forum.complaint.settled"
    subject_kind: ClassVar[str] = "case"
