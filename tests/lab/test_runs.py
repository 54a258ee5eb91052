"""Runs are numbered when they begin; logs come signed; reproductions are committed to, and settle what was claimed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stoa.evaluation.catalogue import SUITES
from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.lab import acts, queries, rules
from stoa.lab.models import Result, Run
from stoa.lab.queries.comparing import Wanted, compare
from stoa.people.models import Person
from tests.cast import Cast, browser
from tests.lab.studying import (
    CLUSTERS,
    MEASURE,
    begun,
    checked,
    claimed,
    employed,
    facts,
    key_of,
    registered,
    reproduced,
    sent,
    signature,
    submitted,
    version,
)
from tests.stage import acting

pytestmark = pytest.mark.django_db


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


def test_one_person_counts_once_however_often_they_reproduce(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    first, second = (reproduced(claim, cast.member, right=right) for right in (30, 58))
    assert (first.independent, second.independent) == (True, False)
    assert Result.objects.get().state == "reproduced"


def test_a_reproduction_that_is_set_aside_decides_nothing_until_it_counts_again(cast: Cast) -> None:
    steward = acting(cast.steward)
    claim = claimed(registered(cast.author), cast.author)
    reproduced(claim, cast.member, right=30)
    forged = reproduced(claim, cast.members[2], right=58)
    page, why = f"{forged.get_absolute_url()}/aside", "Who sent it in says that it was a jest."
    assert "Set it aside" not in browser(cast.member).get(forged.get_absolute_url()).content.decode()
    assert "Set it aside" in browser(cast.steward).get(forged.get_absolute_url()).content.decode()
    assert browser(cast.steward).post(page, {"reason": "x"}).status_code == 422
    assert browser(cast.steward).post(page, {"reason": why})["Location"] == forged.get_absolute_url()
    assert Result.objects.get().state == "reproduced"
    assert str(forged.number) not in Result.objects.get().compared
    shown = browser(cast.member).get(forged.get_absolute_url()).content.decode()
    assert ("It counts no more" in shown, why in shown) == (True, True)
    assert queries.runs.reproductions_by(cast.members[2].pk, None) == []
    with pytest.raises(Closed):
        acts.set_aside(steward, run=forged, reason="Twice over.")
    assert "was set aside already" in browser(cast.founder).post(page, {"reason": "I say so too."}).content.decode()
    assert Result.objects.get().state == "reproduced"
    assert browser(cast.steward).post(page, {"reason": "It was none.", "deed": "back"}).status_code == 302
    assert Result.objects.get().state == "disputed"
    assert [one["state"] for one in facts("lab.result.settled")] == [
        "claimed", "reproduced", "disputed", "reproduced", "disputed",
    ]  # fmt: skip
    with pytest.raises(Closed, match="not set aside"):
        acts.count_again(steward, run=forged, reason="Twice over.")


def test_nobody_sets_aside_what_is_their_own_matter_or_decides_nothing(cast: Cast) -> None:
    claim = claimed(registered(cast.steward), cast.steward)
    run, dependent = reproduced(claim, cast.member), reproduced(claim, cast.steward)
    with pytest.raises(Refused, match="own matter"):
        acts.set_aside(acting(cast.steward), run=run, reason="It disputes mine.")
    with pytest.raises(Refused):
        acts.set_aside(acting(cast.author), run=run, reason="I don't like it.")
    founder = acting(cast.founder)
    with pytest.raises(Refused, match="own matter"):
        acts.set_aside(acting(cast.steward), run=claim, reason="I made it up.")
    for other in (checked(submitted(begun(claim.study, cast.steward), cast.steward)), dependent):
        with pytest.raises(Closed, match="decides nothing"):
            acts.set_aside(founder, run=other, reason="It decides nothing.")
    assert acts.set_aside(founder, run=run, reason="It was invented.").aside == "It was invented."
    assert Result.objects.get().state == "claimed"


def test_a_claim_that_is_set_aside_counts_as_nothing_and_no_other_run_takes_its_place(cast: Cast) -> None:
    study = registered(cast.author)
    claim = claimed(study, cast.author)
    again = reproduced(claim, cast.member)
    waits = begun(study, cast.members[2], claim)
    page = f"{claim.get_absolute_url()}/aside"
    assert "Its result counts as nothing" in browser(cast.steward).get(page).content.decode()
    assert browser(cast.steward).post(page, {"reason": "Its author says that it was invented."}).status_code == 302
    claimed(study, cast.author)
    checked(submitted(waits, cast.members[2]))
    assert [(one.claim, one.state) for one in Result.objects.all()] == [(claim, "set_aside")]
    assert (compare(Wanted()).cells, list(queries.to_reproduce(acting(cast.members[3])))) == ({}, [])
    shown = browser(cast.members[3]).get(claim.get_absolute_url()).content.decode()
    assert ("no other run of this study takes its place" in shown, "Reproduce it" in shown) == (True, False)
    assert "Set aside: its run can’t be what it says" in browser().get(study.get_absolute_url()).content.decode()
    with pytest.raises(Closed, match="set aside"):
        begun(study, cast.members[3], claim)
    with clock.travel(clock.now() + timedelta(days=31)):
        assert rules.is_open(Run.objects.get(pk=claim.pk))
    acts.count_again(acting(cast.steward), run=claim, reason="It was another run.")
    assert (Result.objects.get().state, set(Result.objects.get().compared)) == (
        "reproduced", {str(again.number), str(waits.number)},
    )  # fmt: skip
    assert [one["state"] for one in facts("lab.result.settled")] == ["claimed", "reproduced", "set_aside", "reproduced"]


def test_who_is_not_independent_settles_nothing(cast: Cast) -> None:
    employed(cast.author), employed(cast.member)
    claim = claimed(registered(cast.author), cast.author)
    colleague, oneself = reproduced(claim, cast.member), reproduced(claim, cast.author)
    assert (colleague.independent, oneself.independent) == (False, False)
    assert Result.objects.get().state == "claimed"
    assert (
        rules.why_dependent(cast.member.pk, claim)
        == "You and somebody of the study were at Cabbage University within the last three years."
    )


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

    def told(person: Person) -> Any:
        viewer = acting(person)
        return next(queries.open_tasks(viewer, queries.to_reproduce(viewer)))

    assert [told(who).counts for who in (cast.member, cast.associate, cast.author)] == [True, False, False]
    assert (told(cast.member).samples, told(cast.member).seconds) == (CLUSTERS, 60)


def test_a_reproduction_runs_by_the_plan_of_its_claim_whatever_was_changed_since(cast: Cast) -> None:
    study = registered(cast.author)
    claim = claimed(study, cast.author)
    other = version(cast.author, label="Q8_0")
    says = {"models": [other.pk], "suites": [("stoa/context_leak", 20)], "primary_suite": "stoa/context_leak"}
    says |= {"primary_measure": SUITES["stoa/context_leak"].measures[0].name}
    acts.change_plan(acting(cast.author), study=study, version=1, says=says, reason="Another suite says more.")
    task = next(queries.open_tasks(acting(cast.member), list(queries.to_reproduce(acting(cast.member)))))
    assert (task.samples, task.counts) == (CLUSTERS, True)
    run = acts.begin_run(acting(cast.member), study=study, version=claim.version, suite=claim.suite, reproduces=claim)
    assert (run.plan, run.suite_version, facts("lab.run.begun")[-1]["plan"]) == (
        claim.plan,
        claim.suite_version,
        claim.plan.digest,
    )
    checked(submitted(run, cast.member))
    assert Result.objects.get().state == "reproduced"
    with pytest.raises(Invalid, match="claims no result"):
        acts.begin_run(acting(cast.member), study=study, version=other, suite=claim.suite, reproduces=claim)
    with pytest.raises(Invalid, match="The plan does not have"):
        begun(study, cast.author)


def test_what_is_disputed_waits_too_and_what_was_withdrawn_does_not(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    reproduced(claim, cast.member, right=58)
    assert [one.state for one in queries.to_reproduce(acting(cast.member))] == ["disputed"]
    acts.withdraw_study(acting(cast.author), study=claim.study, ending="The prompts were wrong.")
    assert not queries.to_reproduce(acting(cast.member))


@pytest.mark.parametrize(
    ("tokens", "parameters", "seconds"),
    [
        (6_000, None, 60),
        (6_000, 135_000_000, 60),
        (6_000, 1_350_000_000, 600),
        (0, None, 19),
        (0, 70_000_000_000, 9_956),
    ],
)
def test_times_are_reckoned_by_tokens_that_were_counted_or_usually_are_and_by_the_size_of_the_model(
    cast: Cast, tokens: int, parameters: int | None, seconds: int
) -> None:
    claim = claimed(registered(cast.author), cast.author)
    Run.objects.filter(pk=claim.pk).update(found={**(claim.found or {}), "tokens": tokens})
    claim.version.parameters = parameters
    claim.version.save()
    task = next(queries.open_tasks(acting(cast.member), list(queries.to_reproduce(acting(cast.member)))))
    assert task.seconds == seconds
