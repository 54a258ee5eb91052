"""Tables of the agenda: rounds and their questions, and the discussion with its statements and answers."""

from stoa.agenda.models.discussion import (
    AGREE,
    DISAGREE,
    MOST_STATEMENT,
    SKIP,
    Answer,
    AnswersCommitted,
    Participant,
    Statement,
)
from stoa.agenda.models.maps import PublishedMap
from stoa.agenda.models.rounds import Announcement, Chosen, Decision, Estimate, Offer, Question, Round

__all__ = [
    "AGREE",
    "DISAGREE",
    "MOST_STATEMENT",
    "SKIP",
    "Announcement",
    "Answer",
    "AnswersCommitted",
    "Chosen",
    "Decision",
    "Estimate",
    "Offer",
    "Participant",
    "PublishedMap",
    "Question",
    "Round",
    "Statement",
]
