"""What pages must know of pieces beside their text: what was removed and why, what the viewer put away and may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stoa.forum.models import Case, Hidden, Mute
from stoa.forum.rules.moderation import Offices, offices
from stoa.forum.rules.posts import Reader
from stoa.forum.words.reasons import reason_words
from stoa.kit.moderated import Piece, State, moderated


@dataclass(frozen=True)
class Mark:
    """What a page must know of a piece beside its text, for one viewer."""

    reference: str
    state: State
    reason: str = ""
    hidden: bool = False
    muted: bool = False
    own: bool = False
    signed: bool = True
    may_report: bool = False
    may_decide: bool = False

    @property
    def readable(self) -> bool:
        """Whether the viewer may read the text: what stands everybody; the rest its author and moderators."""
        return self.state == State.STANDING or self.own or self.may_decide

    @property
    def away(self) -> bool:
        """Whether the viewer put it away."""
        return self.hidden or self.muted


def marks(pieces: Mapping[str, Piece], viewer: Reader) -> dict[str, Mark]:
    """The marks of these pieces for whoever looks.

    However many pieces: one query for somebody signed in, two more for who moderates, one where a piece is removed.
    """
    removed = _reasons(reference for reference, piece in pieces.items() if piece.state == State.REMOVED)
    who = viewer.person_id
    if who is None:
        return {ref: Mark(ref, piece.state, removed.get(ref, ""), signed=_signed(ref)) for ref, piece in pieces.items()}
    away = _put_away(pieces, who)
    now = offices(viewer.decides) if viewer.moderates else None
    return {
        ref: Mark(
            reference=ref,
            state=piece.state,
            reason=removed.get(ref, ""),
            hidden=ref in away,
            muted=_signed(ref) and piece.author_id in away,
            own=piece.author_id == who,
            signed=_signed(ref),
            may_report=viewer.reports and piece.author_id != who and piece.state == State.STANDING,
            may_decide=now is not None and _decides(ref, piece, who, now),
        )
        for ref, piece in pieces.items()
    }


def _put_away(pieces: Iterable[str], who: str) -> set[str]:
    """Of these pieces, the references of those that this person hid; and the ids of all whom they muted. One query."""
    hidden = (
        Hidden.objects.filter(person=who, reference__in=list(pieces)).order_by().values_list("reference", flat=True)
    )
    return set(hidden.union(Mute.objects.filter(person=who).order_by().values_list("muted_id", flat=True)))


def _decides(reference: str, piece: Piece, viewer: str, now: Offices) -> bool:
    """Whether to offer the viewer, who holds an office, to decide about this piece; the act asks again.

    Of an unsigned piece the offer must not tell whether a steward wrote it.
    """
    if piece.author_id == viewer:
        return False
    if _signed(reference) and piece.author_id in now.keepers:
        return viewer in (now.scrutineers - now.keepers or now.founders - now.stewards - {piece.author_id})
    return viewer in (now.keepers - {piece.author_id} or now.scrutineers)


def _signed(reference: str) -> bool:
    kind = moderated(reference)
    return kind is None or kind.signed


def _reasons(references: Iterable[str]) -> dict[str, str]:
    """Of pieces that are removed, the reason in words."""
    wanted = list(references)
    if not wanted:
        return {}
    found = Case.objects.filter(subject__in=wanted, outcome=Case.Outcome.REMOVED, restored=None).order_by("decided")
    return {subject: reason_words(code) for subject, code in found.values_list("subject", "reason")}
