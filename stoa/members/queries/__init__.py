"""Reads of calls and applications; each takes the viewer where rights change it."""

from stoa.members.queries.applications import Mine, applications, find_application, own, own_about, with_words
from stoa.members.queries.calls import CALLS, calls, find_call, history, next_instant, open_calls, reading, waves

__all__ = [
    "CALLS",
    "Mine",
    "applications",
    "calls",
    "find_application",
    "find_call",
    "history",
    "next_instant",
    "open_calls",
    "own",
    "own_about",
    "reading",
    "waves",
    "with_words",
]
