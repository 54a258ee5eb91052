"""Reads of calls and applications; each takes the viewer where rights change it."""

from stoa.members.queries.applications import Mine, applications, find_application, own, own_about, with_words
from stoa.members.queries.calls import CALLS, calls, find_call, history, next_instant, open_calls, reading, waves
from stoa.members.queries.decisions import (
    Outcome,
    Statistics,
    appeals,
    decisions,
    outcome,
    own_decision,
    release_of,
    statistics,
)
from stoa.members.queries.recognition import recognised

__all__ = [
    "CALLS",
    "Mine",
    "Outcome",
    "Statistics",
    "appeals",
    "applications",
    "calls",
    "decisions",
    "find_application",
    "find_call",
    "history",
    "next_instant",
    "open_calls",
    "outcome",
    "own",
    "own_about",
    "own_decision",
    "reading",
    "recognised",
    "release_of",
    "statistics",
    "waves",
    "with_words",
]
