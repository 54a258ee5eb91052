"""Acts on rounds and questions."""

from stoa.agenda.acts.answers import give_answer, take_answer_back
from stoa.agenda.acts.conversations import import_answers
from stoa.agenda.acts.deciding import decide
from stoa.agenda.acts.effort import estimate_effort, offer_hours
from stoa.agenda.acts.ending import unlink_answers
from stoa.agenda.acts.importing import import_votes
from stoa.agenda.acts.mailing import confirm_announcement, draft_announcement, send_reminders
from stoa.agenda.acts.maps import publish_map
from stoa.agenda.acts.outages import make_up_round_outage
from stoa.agenda.acts.questions import edit_question, propose_question, withdraw_question
from stoa.agenda.acts.rounds import (
    announce_round,
    begin_discussion,
    begin_questions,
    begin_vote,
    close_vote,
    extend_round,
)
from stoa.agenda.acts.statements import propose_statement, withdraw_statement
from stoa.agenda.acts.weighing import weigh_statements

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
    "give_answer",
    "import_answers",
    "import_votes",
    "make_up_round_outage",
    "offer_hours",
    "propose_question",
    "propose_statement",
    "publish_map",
    "send_reminders",
    "take_answer_back",
    "unlink_answers",
    "weigh_statements",
    "withdraw_question",
    "withdraw_statement",
]
