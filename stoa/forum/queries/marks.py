"""What pages must know of pieces beside their text: what was removed and why, what the viewer put away and may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from stoa.forum.models import Case
from stoa.forum.rules.moderation import Offices, offices_of
from stoa.forum.rules.posts import Reader
from stoa.forum.words.reasons import reason_words
from stoa.kit import clock
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

    However many pieces: one query for somebody signed in, one more where a piece is removed.
    """
    removed = _reasons(reference for reference, piece in pieces.items() if piece.state == State.REMOVED)
    who = viewer.person_id
    if who is None or not pieces:
        return {ref: Mark(ref, piece.state, removed.get(ref, ""), signed=_signed(ref)) for ref, piece in pieces.items()}
    away, held = _put_away(pieces, who, viewer.decides if viewer.moderates else ())
    now = offices_of(held) if viewer.moderates else None
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


def _put_away(pieces: Iterable[str], who: str, roles: Iterable[str]) -> tuple[set[str], list[tuple[str, str]]]:
    """Of these pieces, the references of those that this person hid, and the ids of all whom they muted.

    And who holds these roles now. One query.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT '', reference FROM forum_hidden WHERE person_id = %s AND reference = ANY(%s)"
            " UNION ALL SELECT '', muted_id FROM forum_mute WHERE person_id = %s"
            " UNION ALL SELECT r.role, r.person_id FROM people_role r JOIN people_person p ON p.id = r.person_id"
            " WHERE r.role = ANY(%s) AND r.scope = '' AND p.is_active AND r.start <= %s AND (r.end IS NULL OR r.end > %s)",
            [who, [*pieces], who, [*roles], now, now],
        )
        rows = cursor.fetchall()
    return {what for role, what in rows if not role}, [(role, what) for role, what in rows if role]


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
