"""Somebody who applies, through the program's own acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stoa.members import acts as members
from stoa.members.models import Application, Call, Draft
from stoa.people.models import Person
from tests.members.calling import FACTS
from tests.stage import acting

ANSWERS: dict[str, Any] = {"why": "Because.", "topics": [0, 2]}
PROFILE = {"organisation": "Example University", "orcid": "0000-0002-1825-0097", "publications": "10.1000/182"}


def begin(person: Person, call: Call, *, profile: Mapping[str, str] = PROFILE, **answers: Any) -> Draft:
    """Begin an application and answer everything."""
    me = acting(person, second_factor=False)
    draft = members.begin_application(me, person=person, call=call, facts=FACTS)
    return members.save_draft(me, draft=draft, version=draft.version, answers=ANSWERS | answers, profile=profile)


def apply(person: Person, call: Call, **said: Any) -> Application:
    """Begin an application, answer everything, submit."""
    members.submit(acting(person, second_factor=False), draft=begin(person, call, **said))
    return Application.objects.get(call=call, person=person)
