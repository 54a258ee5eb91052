"""The worker has a log checked in a process of its own; where that can't be done the log waits."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import TooFast
from stoa.kit.files import store
from stoa.kit.models import Upload
from stoa.lab import acts, rules
from stoa.lab.beginning import MOST_UNREADABLE
from stoa.lab.models import Run, RunMarks
from stoa.lab.tasks import check_run, check_what_waits
from tests.cast import Cast, browser
from tests.lab.studying import begun, facts, registered, submitted, verdict
from tests.stage import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_what_is_no_log_is_found_to_be_unreadable(cast: Cast) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    check_run(run.pk)
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.verdict, run.measures.count()) == ("checked", "unreadable", 0)
    assert run.found is not None
    assert run.found["faults"]


def test_a_check_that_ends_without_a_verdict_leaves_the_log_waiting(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    check_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.verdict, run.attempts) == ("submitted", "", 1)


def test_where_nothing_reads_logs_they_wait_without_counting_and_the_lab_says_so(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    monkeypatch.setattr("stoa.lab.apart.find_spec", lambda _: None)
    check_run(run.pk)
    check_what_waits()
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("submitted", 0)
    assert "This server has nothing installed that reads logs" in browser().get("/lab").content.decode()
    monkeypatch.undo()
    page = browser().get("/lab").content.decode()
    assert "1 log waits to be checked." in page
    assert "nothing installed" not in page


def test_a_log_that_holds_a_key_is_destroyed_and_its_digest_stays(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    assert run.upload is not None
    held = store.place(run.upload.digest)
    assert held.exists()
    bad = verdict(word="differs", faults=1)
    acts.take_up(CLOCK, run=run)
    with django_capture_on_commit_callbacks(execute=True):
        acts.keep_verdict(CLOCK, run=run, verdict=replace(bad, whole={**bad.whole, "counts": {"secret.key": 1}}))
    run.refresh_from_db()
    assert (run.verdict, run.upload, Upload.objects.count(), held.exists()) == ("differs", None, 0, False)
    assert run.log_digest.startswith("sha256:")
    page = browser().get(run.get_absolute_url())
    assert "the server did not keep it" in page.content.decode()
    assert browser().get(f"{run.get_absolute_url()}/log").status_code == 404


def test_nobody_but_its_member_fetches_a_log_that_was_not_looked_at(cast: Cast) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    assert run.log_opens is not None
    with clock.travel(run.log_opens + timedelta(days=1)):
        assert [rules.may_fetch_log(acting(one), run) for one in (cast.author, cast.member)] == [True, False]


def test_an_upgrade_lets_go_of_logs_that_were_found_to_hold_a_key(cast: Cast) -> None:
    study = registered(cast.author)
    good, bad = (submitted(begun(study, cast.author), cast.author) for _ in range(2))
    quoting = {"kind": "journal.differs", "where": "head", "said": None, "found": "not-for-anybody"}
    held = {"kind": "secret.key", "where": "head", "said": None, "found": "15 characters"}
    for run, counts in ((good, {"journal.differs": 1}), (bad, {"journal.differs": 1, "secret.key": 1})):
        found = {"verdict": "differs", "counts": counts, "faults": [quoting, held]}
        Run.objects.filter(pk=run.pk).update(state="checked", verdict="differs", found=found)
    with connection.cursor() as cursor:
        cursor.execute(import_module("stoa.lab.migrations.0006_logs_with_secrets").LET_GO)
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.upload is None, good.found["faults"]) == (False, [quoting, held])  # type: ignore[index]  # just given
    assert (bad.upload, bad.log_opens) == (None, None)
    assert bad.found["faults"] == [{"kind": "journal.differs", "where": "head"}, held]  # type: ignore[index]


def test_one_log_is_checked_at_a_time(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    study = registered(cast.author)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            submitted(begun(study, cast.author), cast.author)
    locks = ProcrastinateJob.objects.filter(queue_name="lab").values_list("task_name", "lock")
    assert list(locks) == [("stoa.lab.check", "stoa.lab.check")] * 2


def test_whoever_sends_in_what_cannot_be_read_again_and_again_waits_a_day(cast: Cast) -> None:
    study = registered(cast.author)
    for number in range(MOST_UNREADABLE):
        run = begun(study, cast.author)
        now = clock.now() + timedelta(minutes=number)
        Run.objects.filter(pk=run.pk).update(state="checked", verdict="unreadable", checked_at=now)
    with pytest.raises(TooFast, match="could not be read"):
        begun(study, cast.author)
    with clock.travel(clock.now() + timedelta(days=1, hours=1)):
        assert begun(study, cast.author).number == MOST_UNREADABLE + 1


def test_the_record_has_the_number_of_faults_found_and_not_of_those_listed(cast: Cast) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    bad = verdict(word="differs", faults=20)
    acts.take_up(CLOCK, run=run)
    acts.keep_verdict(CLOCK, run=run, verdict=replace(bad, whole={**bad.whole, "counts": {"score.differs": 10_000}}))
    [checked] = facts("lab.run.checked")
    assert checked["faults"] == 10_000


def asked_again(run: Run) -> int:
    """How often the clock asks for a check of this run, once nothing waits for it any more."""
    ProcrastinateJob.objects.all().delete()
    check_what_waits()
    return ProcrastinateJob.objects.filter(task_name="stoa.lab.check", args__run=run.pk).count()


def test_a_check_that_does_not_come_to_its_end_is_begun_again_for_ever_after_longer_and_longer_pauses(
    cast: Cast,
) -> None:
    run = submitted(begun(registered(cast.author), cast.author), cast.author)
    now = clock.now()
    for attempts, minutes in [(1, 10), (2, 20), (4, 80), (8, 1_280), (9, 1_440), (200, 1_440)]:
        Run.objects.filter(pk=run.pk).update(attempts=attempts, taken_up=now)
        with clock.travel(now + timedelta(minutes=minutes - 1)):
            assert asked_again(run) == 0
        with clock.travel(now + timedelta(minutes=minutes + 1)):
            assert asked_again(run) == 1
    page = browser().get(run.get_absolute_url()).content.decode()
    assert "Checking it did not come to its end 200 times" in page


def test_a_log_that_waits_is_asked_for_once(cast: Cast) -> None:
    submitted(begun(registered(cast.author), cast.author), cast.author)
    for _ in range(3):
        check_what_waits()
    assert ProcrastinateJob.objects.filter(task_name="stoa.lab.check").count() == 1


def test_samples_of_another_log_are_known_again_however_many_came_between(cast: Cast, tmp_path: Path) -> None:
    pytest.importorskip("inspect_ai")
    from tests.evaluation import making
    from tests.evaluation.forging import put_together, taken_apart

    study = registered(cast.author)
    log = making.made(tmp_path, making.plan("stoa/small_checks", 3))
    pieces = taken_apart(log)
    pieces.header["stats"]["completed_at"] = pieces.header["stats"]["started_at"]
    bodies = [log.read_bytes(), put_together(pieces, tmp_path / "again.eval").read_bytes()]
    first, second = (submitted(begun(study, cast.author), cast.author, body) for body in bodies)
    check_run(first.pk)
    between = [Run(pk=None, study=study, plan=first.plan, version=first.version, suite=first.suite) for _ in range(300)]
    for number, run in enumerate(between, 1_000):
        run.number, run.suite_version, run.member_id, run.nonce = number, "1", first.member_id, ""
        run.state, run.verdict = Run.State.CHECKED, Run.Verdict.DIFFERS
    made = Run.objects.bulk_create(between)
    RunMarks.objects.bulk_create(RunMarks(run=run, marks=[f"{run.number:024}"]) for run in made)
    check_run(second.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.found is not None
    assert second.found is not None
    assert "sample.reused" not in first.found["counts"]
    assert second.found["counts"]["sample.reused"] == 3
