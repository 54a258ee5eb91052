"""The entries about an object are those on it and those whose facts name it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stoa.agenda import acts as agenda
from stoa.kit import clock
from stoa.record.following import about
from tests.cast import Cast, settle
from tests.stage import acting

pytestmark = pytest.mark.django_db


def types(*references: str, **narrowed: object) -> list[str]:
    return [placement.entry.type for placement in about(references, **narrowed)]  # type: ignore[arg-type]


def test_entries_on_an_object_and_those_that_name_it_are_about_it() -> None:
    cast = Cast()
    round_, other = cast.round(), cast.round("2028")
    question = agenda.propose_question(acting(cast.author), round=round_, title="Why?", body="")
    agenda.estimate_effort(acting(cast.member), question=question, low=1, high=2)
    agenda.propose_question(acting(cast.author), round=other, title="What?", body="", signed=False)
    settle()
    begun = ["agenda.question.proposed", "agenda.round.questions_opened", "agenda.round.announced"]
    assert types(round_.reference) == begun
    assert types(question.reference)[-1] == "agenda.question.proposed"
    assert len(types(question.reference)) == 2
    assert types(question.reference, but_by=f"person:{cast.author.pk}") == types(question.reference)[:1]
    assert len(types(round_.reference, other.reference, but_by=f"person:{cast.author.pk}")) == 5
    assert types(round_.reference, since=clock.now() + timedelta(hours=1)) == []
    assert types(round_.reference, types=["agenda.round.announced"]) == ["agenda.round.announced"]
    assert types(round_.reference, most=1) == ["agenda.question.proposed"]
    assert types() == []


def test_what_is_not_published_yet_is_not_told() -> None:
    cast = Cast()
    settle()
    round_ = cast.round()
    assert types(round_.reference) == []
