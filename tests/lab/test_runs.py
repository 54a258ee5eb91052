"""Runs are numbered when they begin; logs come signed; reproductions are committed to, and settle what was claimed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.lab import acts, queries, rules
from stoa.lab.models import Commitment, Result, Run
from stoa.methods.canonical import parse_object
from stoa.people import acts as people
from stoa.people.models import Organisation, Person
from stoa.record.models import Entry
from tests.cast import Cast
from tests.lab.studying import (
    CLUSTERS,
    MEASURE,
    SALT,
    begun,
    checked,
    claimed,
    committed,
    key_of,
    registered,
    reproduced,
    sent,
    signature,
    submitted,
)
from tests.stage import acting

pytestmark = pytest.mark.django_db


def employed(person: Person, name: str = "Cabbage University") -> None:
    """Somebody works there."""
    house = Organisation.objects.filter(name=name).first()
    house = house or people.add_organisation(acting(person), name=name, country="DE")
    day = clock.now().date() - timedelta(days=100)
    people.declare_tie(acting(person), person=person, organisation=house, kind="employment", start=day)


def facts(kind: str) -> list[dict[str, Any]]:
    """The facts of all entries of a type."""
    rows = Entry.objects.filter(type=kind).order_by("pk").values_list("body", flat=True)
    return [parse_object(bytes(body))["facts"] for body in rows]  # type: ignore[misc]  # the recorder wrote them


def test_every_attempt_gets_the_next_number_also_a_failed_one(cast: Cast) -> None:
    study = registered(cast.author)
    first = begun(study, cast.author)
    failed = acts.fail_run(acting(cast.author), run=first, reason="The machine went down.")
    second = begun(study, cast.author)
    assert [(first.number, failed.state), (second.number, second.state)] == [(1, "failed"), (2, "begun")]
    assert first.nonce != second.nonce
    assert [one["number"] for one in facts("lab.run.begun")] == [1, 2]
    assert facts("lab.run.begun")[0]["plan"] == study.plan_digest


def test_only_authors_run_a_study_and_only_what_it_plans(cast: Cast) -> None:
    study = registered(cast.author)
    with pytest.raises(Refused, match="not an author"):
        begun(study, cast.member)
    with pytest.raises(Invalid):
        begun(study, cast.author, suite="stoa/min_k")
    acts.close_study(acting(cast.author), study=study, ending="It is done.")
    with pytest.raises(Closed):
        begun(study, cast.author)
    assert not Run.objects.exists()


def test_a_log_is_taken_with_a_signature_of_ones_own_key_alone(cast: Cast) -> None:
    run = begun(registered(cast.author), cast.author)
    upload = sent(cast.author)
    good = signature(cast.author, run, upload)
    with pytest.raises(Invalid, match="none of your keys"):
        acts.submit_run(acting(cast.author), run=run, upload=upload.pk, signature=good)
    key = key_of(cast.author)
    for wrong in ("", "00" * 64, signature(cast.member, run, upload)):
        with pytest.raises(Invalid, match="none of your keys"):
            acts.submit_run(acting(cast.author), run=run, upload=upload.pk, signature=wrong)
    run = acts.submit_run(acting(cast.author), run=run, upload=upload.pk, signature=good)
    assert (run.state, run.log_digest, run.key) == ("submitted", f"sha256:{upload.digest}", key)
    assert facts("lab.run.submitted")[0]["log"] == run.log_digest
    with pytest.raises(Closed):
        acts.submit_run(acting(cast.author), run=run, upload=upload.pk, signature=good)


def test_nobody_sends_in_for_somebody_else_or_somebody_elses_file(cast: Cast) -> None:
    run = begun(registered(cast.author), cast.author)
    key_of(cast.author)
    theirs = sent(cast.member)
    with pytest.raises(Refused):
        acts.submit_run(acting(cast.member), run=run, upload=theirs.pk, signature="00" * 64)
    with pytest.raises(Invalid, match="not come whole"):
        acts.submit_run(acting(cast.author), run=run, upload=theirs.pk, signature=signature(cast.author, run, theirs))


def test_a_key_is_one_persons_and_signs_no_more_once_it_ended(cast: Cast) -> None:
    key = key_of(cast.author)
    with pytest.raises(Invalid, match="used before"):
        acts.register_key(acting(cast.member), person=cast.member, key=key.key)
    for weak in ("00" * 32, "01" + "00" * 31, "X" * 64, "ab"):
        with pytest.raises(Invalid, match="no Ed25519 key"):
            acts.register_key(acting(cast.member), person=cast.member, key=weak)
    run = begun(registered(cast.author), cast.author)
    upload = sent(cast.author)
    acts.end_key(acting(cast.author), person=cast.author, key=key)
    with pytest.raises(Invalid, match="none of your keys"):
        acts.submit_run(acting(cast.author), run=run, upload=upload.pk, signature=signature(cast.author, run, upload))


def test_the_first_log_that_holds_claims_the_result_and_later_ones_dont_replace_it(cast: Cast) -> None:
    study = registered(cast.author)
    checked(submitted(begun(study, cast.author), cast.author), word="differs", faults=2)
    assert not Result.objects.exists()
    claim = claimed(study, cast.author, right=30)
    claimed(study, cast.author, right=50)
    result = Result.objects.get()
    assert (result.claim, result.state) == (claim, "claimed")
    assert claim.measures.get().value == 0.5
    told = facts("lab.run.checked")
    assert [(one["verdict"], one["faults"]) for one in told] == [("differs", 2), ("follows", 0), ("follows", 0)]
    assert told[1]["measures"] == {MEASURE: ["0.500000", "0.060000", str(CLUSTERS)]}


@pytest.mark.parametrize(
    ("right", "state"), [(30, "reproduced"), (32, "reproduced"), (55, "disputed"), (42, "undecided")]
)
def test_an_independent_reproduction_settles_a_claim(cast: Cast, right: int, state: str) -> None:
    claim = claimed(registered(cast.author), cast.author, right=30)
    other = reproduced(claim, cast.member, right=right)
    result = Result.objects.get()
    assert (other.independent, result.state) == (True, state)
    assert result.compared[str(other.number)][MEASURE]["verdict"] == state
    assert [one["state"] for one in facts("lab.result.settled")] == ["claimed", state]


def test_one_that_disputes_outweighs_one_that_reproduces(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    reproduced(claim, cast.member, right=30)
    reproduced(claim, cast.members[2], right=58)
    assert Result.objects.get().state == "disputed"


def test_who_is_not_independent_settles_nothing(cast: Cast) -> None:
    employed(cast.author), employed(cast.member)
    claim = claimed(registered(cast.author), cast.author)
    colleague, oneself = reproduced(claim, cast.member), reproduced(claim, cast.author)
    assert (colleague.independent, oneself.independent) == (False, False)
    assert Result.objects.get().state == "claimed"
    why = rules.dependence(cast.member.pk, claim.study, claim, rules.shared_places(cast.member.pk, {cast.author.pk}))
    assert why == "You and somebody of the study were at Cabbage University within the last three years."


def test_a_reproduction_whose_log_does_not_hold_settles_nothing(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    checked(submitted(begun(claim.study, cast.member, claim), cast.member), right=58, word="differs", faults=1)
    assert Result.objects.get().state == "claimed"


def test_a_log_that_does_not_measure_the_primary_measure_claims_nothing(cast: Cast) -> None:
    study = registered(cast.author, primary_measure="sums")
    checked(submitted(begun(study, cast.author), cast.author))
    assert not Result.objects.exists()


def test_of_another_suite_a_log_claims_that_measures_what_it_reports_first(cast: Cast) -> None:
    suites = [("stoa/small_checks", 24), ("stoa/context_leak", 24)]
    study = registered(cast.author, suites=suites, primary_suite="stoa/context_leak", primary_measure="leaked")
    run = checked(submitted(begun(study, cast.author), cast.author))
    assert Result.objects.get().claim == run


def test_only_a_run_that_claims_can_be_reproduced(cast: Cast) -> None:
    study = registered(cast.author)
    unchecked = begun(study, cast.author)
    with pytest.raises(Invalid, match="claims no result"):
        begun(study, cast.member, unchecked)
    claim = claimed(study, cast.author)
    acts.withdraw_study(acting(cast.author), study=study, ending="The prompts were wrong.")
    with pytest.raises(Closed):
        begun(study, cast.member, claim)


def test_a_reproduction_is_sent_in_only_as_it_was_committed_to(cast: Cast) -> None:
    run = begun((claim := claimed(registered(cast.author), cast.author)).study, cast.member, claim)
    key_of(cast.member)
    upload, other = sent(cast.member), sent(cast.member, b'{"another": 1}')

    def submit(file: Any, salt: str) -> Run:
        proof = signature(cast.member, run, file)
        return acts.submit_run(acting(cast.member), run=run, upload=file.pk, signature=proof, salt=salt)

    with pytest.raises(Closed, match="not committed"):
        submit(upload, SALT)
    committed(run, cast.member, upload)
    with pytest.raises(Closed):
        committed(run, cast.member, other)
    for file, salt in ((other, SALT), (upload, "00" * 32), (upload, "")):
        with pytest.raises(Invalid, match="committed to"):
            submit(file, salt)
    assert submit(upload, SALT).state == "submitted"
    assert facts("lab.run.submitted")[-1]["salt"] == SALT


def test_a_commitment_stays_between_who_made_it_and_the_day_s_seal(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    run, before = begun(claim.study, cast.member, claim), Entry.objects.count()
    committed(run, cast.member, sent(cast.member))
    assert Entry.objects.count() == before
    assert Commitment.objects.get().run == run
    with pytest.raises(Refused):
        acts.commit_run(acting(cast.author), run=run, commitment="00" * 32)
    original = begun(claim.study, cast.author)
    with pytest.raises(Invalid, match="Only reproductions"):
        acts.commit_run(acting(cast.author), run=original, commitment="00" * 32)


def test_the_log_opens_to_who_committed_then_to_all_once_it_was_reproduced_or_old(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    first, second = acting(cast.member), acting(cast.members[2])
    run = begun(claim.study, cast.member, claim)
    assert [rules.may_fetch_log(who, claim) for who in (acting(cast.author), first, second)] == [True, False, False]
    committed(run, cast.member, upload := sent(cast.member))
    assert [rules.may_fetch_log(who, claim) for who in (first, second)] == [True, False]
    with clock.travel(clock.now() + timedelta(days=30, minutes=1)):
        assert rules.may_fetch_log(second, claim)
    key_of(cast.member)
    proof = signature(cast.member, run, upload)
    acts.submit_run(first, run=run, upload=upload.pk, signature=proof, salt=SALT)
    assert rules.may_fetch_log(second, claim)


def test_a_check_is_taken_up_by_one_worker_and_kept_once(cast: Cast) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    acts.take_up(CLOCK, run=run)
    with pytest.raises(Closed):
        acts.take_up(CLOCK, run=run)
    assert acts.put_off(CLOCK, run=run).state == "submitted"
    with clock.travel(clock.now() + timedelta(minutes=5)):
        acts.take_up(CLOCK, run=run)
    with clock.travel(clock.now() + timedelta(hours=1)):
        run = checked(run)  # of a worker that ended
    assert (run.state, run.attempts) == ("checked", 3)


def test_open_tasks_say_before_the_run_whether_ones_own_would_count(cast: Cast) -> None:
    employed(cast.author), employed(cast.associate)
    claimed(registered(cast.author), cast.author)
    results = list(queries.to_reproduce())

    def told(person: Person | None) -> Any:
        viewer = acting(person) if person else acting(cast.stranger)
        return next(queries.open_tasks(viewer, results))

    assert [told(who).counts for who in (cast.member, cast.associate, cast.author)] == [True, False, False]
    assert (told(cast.member).samples, told(cast.member).seconds) == (CLUSTERS, 60)
