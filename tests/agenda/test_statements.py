"""Statements: proposed without a name, shown beside those that seem to say the same, withdrawn, moderated, erased."""

from __future__ import annotations

import json

import pytest

from stoa.agenda import acts as agenda
from stoa.agenda.models import Statement
from stoa.agenda.queries.statements import similar
from stoa.kit import moderated, registry, search
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.record.models import Entry, Text
from tests.agenda.discussing import after_the_close, in_discussion, state
from tests.stage import Stage, acting, at

pytestmark = pytest.mark.django_db

CLAIM = "Open weights should only be published after a review by others."


def shown(statement: Statement, viewer: Person | None) -> str | None:
    found = registry.show([statement.reference], viewer.pk if viewer else None).get(statement.reference)
    return found.title if found else None


def test_a_statement_stands_on_the_record_without_its_author_and_its_words() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    round_ = in_discussion(stage)
    statement = agenda.propose_statement(acting(author), round=round_, body=f"  {CLAIM}\n")
    entry = Entry.objects.get(subject=statement.reference)
    assert (entry.type, entry.actor, entry.role) == ("agenda.statement.proposed", None, None)
    leaf = json.loads(bytes(entry.body))
    assert leaf["facts"] == {"statement": str(statement.pk), "round": str(round_.pk)}
    assert list(leaf["commitments"]) == ["body"]
    assert author.pk.encode() not in bytes(entry.body)
    assert statement.body == CLAIM


def test_what_seems_to_say_the_same_is_shown_first_and_can_be_proposed_anyway() -> None:
    stage = Stage()
    first, second = stage.admit(2)
    round_ = in_discussion(stage)
    stands = state(round_, CLAIM, first)
    state(round_, "Fine-tuning removes what a model learned to refuse.", first)
    body = "Open weights should be published only after others review them."
    with pytest.raises(Conflict) as fault:
        agenda.propose_statement(acting(second), round=round_, body=body)
    assert fault.value.code == "similar"
    assert similar(round_, body) == [stands]
    assert agenda.propose_statement(acting(second), round=round_, body=body, anyway=True).body == body


def test_one_person_proposes_five_and_a_withdrawn_one_makes_room() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    round_ = in_discussion(stage)
    mine = [state(round_, f"Claim number {n}.", author) for n in range(5)]
    with pytest.raises(Invalid, match="5 statements"):
        state(round_, "One too many.", author)
    agenda.withdraw_statement(acting(author), statement=mine[0])
    assert state(round_, "One in its place.", author).state == "standing"


@pytest.mark.parametrize("body", ["", "   ", "\n\0", "x" * 281])
def test_a_statement_is_one_claim_of_280_characters(body: str) -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    with pytest.raises(Invalid) as fault:
        state(in_discussion(stage), body, author)
    assert fault.value.field == "body"


def test_a_statement_is_about_an_open_question_of_its_own_round() -> None:
    stage = Stage()
    author = stage.admit(5)[0]
    round_, other = in_discussion(stage), in_discussion(stage, "2028")
    mine, foreign = (stage.question(r, "What leaks?", cost=5) for r in (round_, other))
    about = agenda.propose_statement(acting(author), round=round_, body=CLAIM, question=mine)
    assert about.question == mine
    with pytest.raises(Invalid):
        agenda.propose_statement(acting(author), round=round_, body="Another.", question=foreign)


def test_statements_are_taken_while_the_round_is_discussed() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    early = stage.round("2026")
    round_ = in_discussion(stage)
    with pytest.raises(Closed):
        state(early, CLAIM, author)
    statement = state(round_, CLAIM, author)
    with at(round_.vote_opens):
        for late in (
            lambda: state(round_, "Late.", author),
            lambda: agenda.withdraw_statement(acting(author), statement=statement),
        ):
            with pytest.raises(Closed):
                late()


def test_nobody_else_withdraws_a_statement() -> None:
    stage = Stage()
    author, other = stage.admit(2)
    statement = state(in_discussion(stage), CLAIM, author)
    for who in (other, stage.steward):
        with pytest.raises(Refused):
            agenda.withdraw_statement(acting(who), statement=statement)
    agenda.withdraw_statement(acting(author), statement=statement)
    with pytest.raises(Closed):
        agenda.withdraw_statement(acting(author), statement=statement)
    assert Entry.objects.get(type="agenda.statement.withdrawn").actor is None
    assert shown(statement, None) == "Withdrawn statement"


def test_moderators_hold_and_remove_statements_and_search_follows() -> None:
    stage = Stage()
    author, other = stage.admit(2)
    statement = state(in_discussion(stage), CLAIM, author)
    reference = statement.reference
    piece = moderated.pieces([reference])[reference]
    assert (piece.author_id, piece.text) == (author.pk, CLAIM)

    def hits() -> list[str]:
        return [hit.reference for hit in search.find("weights").hits]

    assert hits() == [reference]
    moderated.set_state(reference, moderated.State.HELD)
    assert (hits(), shown(statement, None), shown(statement, other), shown(statement, author)) == (
        [], None, None, CLAIM,
    )  # fmt: skip
    moderated.set_state(reference, moderated.State.REMOVED)
    assert (hits(), shown(statement, other)) == ([], "Statement removed by the moderators")
    moderated.set_state(reference, moderated.State.STANDING)
    assert (hits(), shown(statement, None)) == ([reference], CLAIM)


def test_erasing_a_person_takes_the_words_of_their_statements() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    statement = state(in_discussion(stage), CLAIM, author)
    people.erase(acting(author), person=author)
    statement.refresh_from_db()
    assert (statement.body, statement.state, statement.author) == ("Text removed", "withdrawn", None)
    assert not Text.objects.filter(text=CLAIM).exists()
    assert not search.find("weights").hits


def test_after_the_time_for_checking_nobody_is_the_author() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    round_ = in_discussion(stage)
    statement = state(round_, CLAIM, author)
    with after_the_close(round_):
        assert Statement.objects.get().author == author
    with after_the_close(round_, days=1.01):
        assert Statement.objects.get().author is None
        assert moderated.pieces([statement.reference])[statement.reference].author_id is None
