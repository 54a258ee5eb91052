"""A call to act on: drafted with a fact, a form of two pages and a criterion, announced, and opened by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from stoa.kit import clock
from stoa.members import acts as members
from stoa.members.models import Call
from stoa.members.tasks import advance
from tests.stage import Stage, acting

CALL = "/calls/members-2027"
"""Where the call that `draft` makes is found."""

RULES: dict[str, Any] = {
    "facts": [
        {"key": "post", "label": "Are you a professor?", "kind": "yes", "why": "This call is for professors."},
        {
            "key": "field",
            "label": "What is your field?",
            "kind": "choice",
            "options": ["Machine learning", "Security", "Another"],
            "good": [0, 1],
            "why": "Other fields are asked by the next call.",
        },
        {"key": "years", "label": "Years since your doctorate", "kind": "number", "least": "2"},
    ],
    "fields": [
        {"key": "why", "label": "Why do you apply?", "kind": "long", "step": "Your reasons", "most": 500},
        {
            "key": "topics",
            "label": "Which topics?",
            "kind": "several",
            "step": "Your reasons",
            "options": ["Privacy", "Safety", "Security"],
        },
        {"key": "page", "label": "Your page", "kind": "link", "step": "More about you", "required": False},
        {
            "key": "paper",
            "label": "Papers of yours",
            "kind": "file",
            "step": "More about you",
            "required": False,
            "settings": {"number": 2, "megabytes": 1, "kinds": "pdf text"},
        },
    ],
    "criteria": [
        {
            "key": "experience",
            "label": "Experience",
            "rubric": "What the applicant has done with language models.",
            "low": "Read about them.",
            "high": "Published a study of one.",
            "weight": 2,
        }
    ],
    "about": [{"key": "region", "label": "Region", "options": ["North", "South"]}],
}
FACTS = {"post": True, "field": 1, "years": "4"}
"""Answers with which one may apply."""


def draft(
    stage: Stage,
    slug: str = "members-2027",
    *,
    opens: datetime | None = None,
    days: int = 10,
    places: int | None = 2,
) -> Call:
    """A drafted call that opens then, by default in a second, and closes `days` later, with everything that it asks."""
    opens = opens or clock.now() + timedelta(seconds=1)
    steward = acting(stage.steward)
    call = members.draft_call(
        steward, slug=slug, title=f"Members of {slug}", opens=opens, closes=opens + timedelta(days=days)
    )
    changes = {"rules": RULES, "text": "We look for people.", "places": places, "expected": 400, "reviewers_wanted": 20}
    return members.edit_call(steward, call=call, version=call.version, changes=changes)


def announce(stage: Stage, slug: str = "members-2027", **said: Any) -> Call:
    """The same, announced."""
    call = draft(stage, slug, **said)
    return members.announce_call(acting(stage.steward), call=call)


def opened(stage: Stage, slug: str = "members-2027", **said: Any) -> Call:
    """A call that is open: it was announced so late that it opened at once."""
    call = announce(stage, slug, opens=clock.now() - timedelta(minutes=4), **said)
    advance()
    call.refresh_from_db()
    assert call.phase == Call.Phase.OPEN
    return call
