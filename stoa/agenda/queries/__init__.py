"""Reads of the agenda: rounds, questions, their history, what was decided, and how they are named elsewhere."""

from stoa.agenda.queries.effort import Effort, effort, estimators
from stoa.agenda.queries.history import Line, ballots_lost_until, question_history, round_history, was_lost
from stoa.agenda.queries.questions import QUESTIONS, find_question, questions
from stoa.agenda.queries.rounds import (
    ROUNDS,
    Figures,
    current_rounds,
    figures,
    find_round,
    latest_decision,
    mails,
    next_instant,
    rounds,
)

__all__ = [
    "QUESTIONS",
    "ROUNDS",
    "Effort",
    "Figures",
    "Line",
    "ballots_lost_until",
    "current_rounds",
    "effort",
    "estimators",
    "figures",
    "find_question",
    "find_round",
    "latest_decision",
    "mails",
    "next_instant",
    "question_history",
    "questions",
    "round_history",
    "rounds",
    "was_lost",
]
