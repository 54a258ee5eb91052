"""Acts on rounds and questions."""

from stoa.agenda.acts.deciding import decide
from stoa.agenda.acts.effort import estimate_effort, offer_hours
from stoa.agenda.acts.importing import import_votes
from stoa.agenda.acts.mailing import confirm_announcement, draft_announcement, send_reminders
from stoa.agenda.acts.questions import edit_question, propose_question, withdraw_question
from stoa.agenda.acts.rounds import (
    announce_round,
    begin_discussion,
    begin_questions,
    begin_vote,
    close_vote,
    extend_round,
)

__all__ = [
    "announce_round",
    "begin_discussion",
    "begin_questions",
    "begin_vote",
    "close_vote",
    "confirm_announcement",
    "decide",
    "draft_announcement",
    "edit_question",
    "estimate_effort",
    "extend_round",
    "import_votes",
    "offer_hours",
    "propose_question",
    "send_reminders",
    "withdraw_question",
]
