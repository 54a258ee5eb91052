"""Reads of the agenda: rounds, questions, their history, what was decided, and how they are named elsewhere."""

from stoa.agenda.queries.history import Line, ballots_lost_until, question_history, round_history, was_lost
from stoa.agenda.queries.questions import find_question, questions, show_questions
from stoa.agenda.queries.rounds import current_rounds, figures, find_round, latest_decision, rounds, show_rounds

__all__ = [
    "Line",
    "ballots_lost_until",
    "current_rounds",
    "figures",
    "find_question",
    "find_round",
    "latest_decision",
    "question_history",
    "questions",
    "round_history",
    "rounds",
    "show_questions",
    "show_rounds",
    "was_lost",
]
