"""How the record's entries about moderation read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stoa.forum import events
from stoa.forum.words.reasons import reason_words
from stoa.kit.words import ANY_KIND, Leaf, Text, Words, register_words

PIECE = {"piece": ANY_KIND}
REASON = {"reason": reason_words}


def _appeal(leaf: Leaf) -> Text:
    if leaf["facts"]["outcome"] == "reversed":
        return _("{actor} decided an appeal: {piece}, removed before ({reason}), was put back.")
    return _("{actor} decided an appeal: {piece} stays removed ({reason}).")


register_words(events.PieceRemoved, Words(_("Removed"), _("{actor} removed {piece}: {reason}."), PIECE, REASON))
register_words(
    events.PieceRestored, Words(_("Put back"), _("{actor} put back {piece}, which had been removed."), PIECE)
)
register_words(
    events.PieceReleased,
    Words(_("Let through"), _("{actor} let {piece} through, one of the first of a new account."), PIECE),
)
register_words(events.AppealDecided, Words(_("Appeal decided"), _appeal, PIECE, REASON))
register_words(
    events.CaseLeft, Words(_("Report looked at"), _("{actor} looked at a report and left things as they are."))
)
register_words(events.ComplaintSettled, Words(_("Complaint settled"), _("{actor} settled a complaint.")))
