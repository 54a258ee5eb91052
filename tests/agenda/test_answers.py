"""Answers: given, changed, taken back, committed to at the close, proven to oneself, and nobody's in the end."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stoa.agenda import acts as agenda
from stoa.agenda.models import Answer, AnswersCommitted, Participant, Round, Statement
from stoa.agenda.models.discussion import UNANSWERED
from stoa.agenda.queries.answers import Next, answers_of, next_statement, proof_of
from stoa.agenda.tasks import advance, weigh
from stoa.kit import chance, clock
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.methods.commitment import commit
from stoa.methods.merkle import EMPTY_ROOT, leaf_hash, verify_inclusion
from stoa.people import acts as people
from stoa.record.models import Entry
from tests.agenda.discussing import after_the_close, answer, in_discussion, state
from tests.stage import Stage, acting, at

pytestmark = pytest.mark.django_db


def facts(entry_type: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(Entry.objects.get(type=entry_type).body))["facts"]
    return found


def test_an_answer_is_given_changed_and_taken_back_and_leaves_no_entry() -> None:
    stage = Stage()
    author, member = stage.admit(2)
    statement = state(in_discussion(stage), "Weights leak.", author)
    entries = Entry.objects.count()
    answer([member], statement, 1)
    answer([member], statement, -1)
    assert list(Answer.objects.values_list("statement", "value")) == [(statement.pk, -1)]
    assert agenda.take_answer_back(acting(member), statement=statement) is True
    assert agenda.take_answer_back(acting(member), statement=statement) is False
    assert (Answer.objects.count(), Entry.objects.count()) == (0, entries)


def test_each_answer_costs_the_same_few_queries() -> None:
    stage = Stage()
    people_ = stage.admit(12)
    round_ = in_discussion(stage)
    statements = [state(round_, f"Claim {n}.", people_[0]) for n in range(3)]
    counts = []
    for person in people_:
        for statement in statements:
            with CaptureQueriesContext(connection) as queries:
                answer([person], statement, 1)
            counts.append(len(queries))
    assert max(counts) == min(counts) <= 9


def test_only_those_may_answer_to_whom_the_charter_gives_it() -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    statement = state(in_discussion(stage), "Weights leak.", author)
    stranger = people.admit(OPERATOR, name="Stranger", email="stranger@example.org", roles=[])
    with pytest.raises(Refused):
        answer([stranger], statement, 1)
    assert not Participant.objects.exists()


@pytest.mark.parametrize("value", [2, -2, 7])
def test_there_are_three_answers(value: int) -> None:
    stage = Stage()
    author = stage.admit(1)[0]
    with pytest.raises(Invalid):
        answer([author], state(in_discussion(stage), "Weights leak.", author), value)


def test_nothing_is_answered_before_or_after_the_discussion_or_when_it_does_not_stand() -> None:
    stage = Stage()
    author, member = stage.admit(2)
    round_ = in_discussion(stage)
    stands, gone = state(round_, "Weights leak.", author), state(round_, "Nothing leaks.", author)
    agenda.withdraw_statement(acting(author), statement=gone)
    with pytest.raises(Closed):
        answer([member], gone, 1)
    with clock.travel(round_.vote_opens):
        with pytest.raises(Closed):
            answer([member], stands, 1)
        with pytest.raises(Closed):
            agenda.take_answer_back(acting(member), statement=stands)


def test_the_close_commits_to_every_row_and_each_person_can_prove_theirs() -> None:
    stage = Stage()
    members = stage.admit(5)
    round_ = in_discussion(stage)
    first, second = state(round_, "Weights leak.", members[0]), state(round_, "Data leaks.", members[0])
    answer(members[:4], first, 1)
    answer(members[1:3], second, -1)
    answer(members[2:3], first, 0)
    assert proof_of(round_, members[0].pk) is None
    with after_the_close(round_) as closed:
        committed = facts("agenda.answers_committed")
        assert (committed["round"], committed["count"]) == (str(round_.pk), 4)
        proof = proof_of(closed, members[2].pk)
        assert proof is not None
        assert proof.row == {
            "round": str(round_.pk),
            "answers": {first.reference: "skip", second.reference: "disagree"},
        }
        given = json.loads(json.dumps(asdict(proof), default=str))
        commitment = commit(bytes.fromhex(given["salt"]), "stoa.answers.v1", given["row"]["round"], given["row"])
        assert commitment.hex() == given["commitment"]
        path = [bytes.fromhex(step) for step in given["path"]]
        root = bytes.fromhex(committed["root"])
        assert verify_inclusion(given["position"], committed["count"], leaf_hash(commitment), path, root)
        assert proof_of(closed, members[4].pk) is None


def test_two_people_who_answered_alike_have_rows_of_their_own() -> None:
    stage = Stage()
    members = stage.admit(2)
    round_ = in_discussion(stage)
    answer(members, state(round_, "Weights leak.", members[0]), 1)
    with after_the_close(round_) as closed:
        proofs = [proof_of(closed, member.pk) for member in members]
        assert len({proof.commitment for proof in proofs if proof}) == 2


def test_a_discussion_without_answers_commits_to_nobodys() -> None:
    stage = Stage()
    round_ = in_discussion(stage)
    with after_the_close(round_):
        assert facts("agenda.answers_committed") == {"round": str(round_.pk), "count": 0, "root": EMPTY_ROOT.hex()}


def test_after_the_time_for_checking_no_row_is_anyones() -> None:
    stage = Stage()
    members = stage.admit(3)
    round_ = in_discussion(stage)
    answer(members, state(round_, "Weights leak.", members[0]), 1)
    with after_the_close(round_, days=0.9) as closed:
        assert proof_of(closed, members[0].pk) is not None
    with after_the_close(round_, days=1.01) as closed:
        assert AnswersCommitted.objects.get().unlinked is not None
        assert set(Participant.objects.values_list("person", "salt", "commitment", "changed")) == {(None, "", "", None)}
        assert list(Answer.objects.values_list("value", "at")) == [(1, None)] * 3
        assert (proof_of(closed, members[0].pk), answers_of(closed, members[0].pk).count()) == (None, 0)
        assert facts("agenda.answers_unlinked") == {"round": str(round_.pk)}


def test_who_is_erased_takes_their_answers_along_until_they_are_committed_to() -> None:
    stage = Stage()
    early, late, other = stage.admit(3)
    round_ = in_discussion(stage)
    answer([early, late, other], state(round_, "Weights leak.", other), 1)
    people.erase(acting(early), person=early)
    assert Answer.objects.count() == 2
    with after_the_close(round_) as closed:
        people.erase(acting(late), person=late)
        assert Answer.objects.count() == 2
        proof = proof_of(closed, other.pk)
        assert proof is not None
        leaf = leaf_hash(bytes.fromhex(proof.commitment))
        path = [bytes.fromhex(step) for step in proof.path]
        assert verify_inclusion(proof.position, 2, leaf, path, bytes.fromhex(proof.root))


def test_the_next_statement_is_one_not_answered_and_not_the_one_just_shown() -> None:
    stage = Stage()
    author, member = stage.admit(2)
    round_ = in_discussion(stage)
    first, second, third = (state(round_, f"Claim {word}.", author) for word in ("one", "two", "three"))
    agenda.withdraw_statement(acting(author), statement=third)
    assert next_statement(round_, member.pk, but=first).statement == second
    answer([member], second, 1)
    assert next_statement(round_, member.pk, but=first).statement == first
    answer([member], first, 0)
    assert next_statement(round_, member.pk) == Next(2, None)


def test_the_next_statement_is_drawn_with_a_chance_proportional_to_its_priority() -> None:
    stage = Stage()
    author, member = stage.admit(2)
    round_ = in_discussion(stage)
    for word, priority in (("none", 0.0), ("one", 1.0), ("three", 3.0), ("nil", 0.0)):
        made = state(round_, f"Claim {word}.", author)
        Statement.objects.filter(pk=made.pk).update(priority=priority)

    def drawn_at(uniform: float) -> str:
        before = chance.draw_from((int(uniform * 2**53) << 3).to_bytes)
        try:
            drawn = next_statement(round_, member.pk).statement
        finally:
            chance.draw_from(before)
        assert drawn is not None
        return drawn.body

    assert Counter(drawn_at(number / 40) for number in range(40)) == {"Claim one.": 10, "Claim three.": 30}
    assert drawn_at(1 - 2**-53) == "Claim three."


def test_the_draw_follows_the_published_map_alone() -> None:
    stage = Stage()
    members = stage.admit(20)
    round_ = in_discussion(stage)
    passed, agreed, new = (state(round_, f"Claim {word}.", members[0]) for word in ("one", "two", "three"))

    def weights() -> dict[int, float]:
        weigh()
        return dict(Statement.objects.values_list("pk", "priority"))

    before = weights()
    answer(members, passed, 0)
    answer(members, agreed, 1)
    assert weights() == before
    agenda.publish_map(CLOCK, round=round_)
    first = weights()
    assert first[passed.pk] < first[agreed.pk] < first[new.pk] == UNANSWERED
    answer(members, passed, 1)
    assert weights() == first
    with at(clock.now() + timedelta(hours=1)):
        agenda.publish_map(CLOCK, round=round_)
        assert weights() != first


def test_where_a_restore_lost_the_commitment_the_links_go_all_the_same() -> None:
    stage = Stage()
    members = stage.admit(2)
    round_ = in_discussion(stage)
    answer(members, state(round_, "Weights leak.", members[0]), 1)
    Round.objects.filter(pk=round_.pk).update(phase=Round.Phase.FAILED)
    advance()
    advance()
    assert set(Participant.objects.values_list("person", flat=True)) == {None}
    assert Statement.objects.get().author is None
    assert Entry.objects.filter(type="agenda.answers_unlinked").count() == 1
