"""The field to write in, as it stands on several pages."""

from __future__ import annotations

from typing import Any

from stoa.forum import forms, rules
from stoa.forum.models import Draft
from stoa.forum.rules import Reader

IDS = "post_%s"
"""Ids of the fields: other forms stand on the same pages."""


def reply_form(draft: Draft | None, /, **initial: Any) -> forms.PostForm:
    """An empty field, or what was typed before."""
    kept = {"body": draft.body, "draft": draft.version, "answers": draft.answers_id} if draft else {"draft": 0}
    return forms.PostForm(auto_id=IDS, initial={**kept, **initial})


def waits(viewer: Reader) -> bool:
    """Whether what the viewer writes next waits for a look."""
    return viewer.may_wait and viewer.person_id is not None and rules.pace_of(viewer.person_id).held
