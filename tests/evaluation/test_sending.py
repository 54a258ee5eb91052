"""Numbering a run, signing its log and sending it in: each step goes on where a broken line or a killed program left it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stoa.evaluation.catalogue import SUITES, set_digest
from stoa.evaluation.faults import Unusable
from stoa.evaluation.plans import FORMAT, digest_of
from stoa.evaluation.runner.endpoint import Endpoint
from stoa.evaluation.runner.keys import key_file, run_key
from stoa.evaluation.runner.planned import check_name, check_suite, model_of, named_as_planned, plan_of, read_plan
from stoa.evaluation.runner.server import Server
from stoa.evaluation.runner.work import Work, folder_of, is_under_way, prepared, put_by, read_kept, submit
from stoa.evaluation.sealing import commitment, is_signed, signed_text
from tests.evaluation.endpoint import endpoint
from tests.evaluation.stoa_api import Community, community

SUITE = SUITES["stoa/small_checks"]
WEIGHTS = b"GGUF weights"
LOG = b"PK\x03\x04" + bytes(range(256)) * 20_000
PLAN: dict[str, Any] = {
    "format": FORMAT,
    "study": 7,
    "title": "What small models know",
    "seed": 11,
    "models": [
        {"id": "3", "name": "Small", "version": "Q4", "digest": f"sha256:{hashlib.sha256(WEIGHTS).hexdigest()}"},
        {"id": "4", "name": "Other", "version": "Q8", "digest": "sha256:00"},
    ],
    "suites": [
        {"name": SUITE.name, "version": SUITE.version, "samples": 8, "set": set_digest(SUITE.samples(11, 8))},
    ],
}


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))


@pytest.fixture
def held() -> Iterator[Community]:
    with community(PLAN) as one:
        yield one


def server_of(held: Community) -> Server:
    return Server(held.address, "stoa_token", wait=0.01)


def work_in(folder: Path, reproduces: int | None = None) -> Work:
    plan = plan_of(PLAN)
    suite, model = plan.suites[0], plan.models[0]
    return Work(plan, suite, model, folder_of(folder, plan, suite, model, reproduces), reproduces)


def finished_in(folder: Path, held: Community, reproduces: int | None = None) -> Work:
    work = work_in(folder, reproduces)
    work.begun(server_of(held))
    work.log.write_bytes(LOG)
    return work


def test_a_run_is_numbered_once_even_if_the_answer_is_lost(tmp_path: Path, held: Community) -> None:
    held.breaks = ["POST /lab/studies/7/runs"]
    work = work_in(tmp_path)
    first = work.begun(server_of(held))
    assert (first.run, first.nonce) == (1, f"{1:064x}")
    assert work_in(tmp_path).begun(server_of(held)) == first
    assert list(held.runs) == [1]
    assert held.runs[1]["model"] == "3"


def test_why_a_reproduction_would_not_count_is_kept_and_told(tmp_path: Path, held: Community) -> None:
    held.dependence = "You ran it yourself."
    assert work_in(tmp_path, reproduces=1).begun(server_of(held)).dependence == "You ran it yourself."
    assert work_in(tmp_path, reproduces=1).begun(None).dependence == "You ran it yourself."
    assert work_in(tmp_path).begun(server_of(held)).dependence == ""


@pytest.mark.slow
@pytest.mark.parametrize("command", [["run", "7"], ["reproduce", "7", "1"]])
def test_who_may_not_run_is_told_before_the_model_is_asked_anything(
    tmp_path: Path, held: Community, command: list[str]
) -> None:
    held.refusal = "You are not an author of this study."
    held.runs[1] = {"model": "3", "suite": SUITE.name}
    with endpoint() as asked:
        where = [
            "--server",
            held.address,
            "--endpoint",
            asked.address,
            "--folder",
            str(tmp_path),
            "--yes",
            "--token",
            "stoa_x",
        ]
        done = subprocess.run(
            [sys.executable, "-m", "stoa.cli", "lab", *command, *where],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert (done.returncode, asked.total) == (1, 0)
    assert held.refusal in done.stderr
    assert not any(said.startswith("POST") for said in held.said)


@pytest.mark.slow
@pytest.mark.parametrize("why", ["", "You are an author of the study."])
def test_whether_a_reproduction_would_count_is_said_before_it_begins(tmp_path: Path, held: Community, why: str) -> None:
    held.dependence = why
    held.runs[1] = {"model": "3", "suite": SUITE.name}
    with endpoint() as asked:
        where = [
            "--server",
            held.address,
            "--endpoint",
            asked.address,
            "--name",
            "Small",
            "--of",
            "Small",
            "--folder",
            str(tmp_path),
        ]
        done = subprocess.run(
            [sys.executable, "-m", "stoa.cli", "lab", "reproduce", "7", "1", *where],
            input="n\n",
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert (f"It won’t count as independent: {why}" if why else "It would count as independent.") in done.stderr
    assert done.returncode == 1
    assert not any(said.startswith("POST") for said in held.said)


def test_a_run_that_was_numbered_goes_on_whatever_the_server_says_of_new_ones(tmp_path: Path, held: Community) -> None:
    assert not is_under_way(tmp_path, 7, None)
    work_in(tmp_path).begun(server_of(held))
    assert is_under_way(tmp_path, 7, None)
    assert not is_under_way(tmp_path, 7, 1)
    held.refusal = "This study takes no runs now."
    with pytest.raises(Unusable, match=held.refusal):
        server_of(held).demand_may_begin(7, None)


OTHER_PLAN = PLAN | {
    "version": 2,
    "suites": [PLAN["suites"][0] | {"samples": 9, "set": set_digest(SUITE.samples(11, 9))}],
}
"""The plan after a change: a sample more."""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"state": "failed"}, "failed"),
        ({"state": "checked", "verdict": "differs"}, "has a log that does not hold"),
        ({"state": "checked", "verdict": "unreadable"}, "has a log that does not hold"),
        ({"state": "checked", "verdict": "follows", "plan": digest_of(OTHER_PLAN)}, "was of the plan before"),
        ({"state": "submitted", "plan": digest_of(OTHER_PLAN)}, "was of the plan before"),
    ],
)
def test_a_run_that_can_t_be_gone_on_with_is_kept_beside_and_another_begins(
    tmp_path: Path, held: Community, said: dict[str, Any], why: str
) -> None:
    work = finished_in(tmp_path, held)
    held.runs[1] |= said
    assert put_by(tmp_path, work.plan, None, server_of(held)) == [
        f"Run 1 ({SUITE.name}) {why}: it is kept beside, and another begins."
    ]
    assert not is_under_way(tmp_path, 7, None)
    assert not work.log.exists()
    assert work.begun(server_of(held)).run == 2
    aside = work.folder.with_name(f"{work.folder.name}-run-1")
    assert (aside / "log.eval").read_bytes() == LOG
    assert put_by(tmp_path, work.plan, None, server_of(held)) == []


@pytest.mark.parametrize(
    "said", [{"state": "begun"}, {"state": "checked", "verdict": "follows"}, {"state": "submitted"}]
)
def test_a_run_that_goes_on_or_is_done_stays_where_it_is(tmp_path: Path, held: Community, said: dict[str, Any]) -> None:
    work = finished_in(tmp_path, held)
    held.runs[1] |= said | {"plan": digest_of(PLAN)}
    assert put_by(tmp_path, work.plan, None, server_of(held)) == []
    assert work.log.exists()


def test_a_run_that_began_before_the_plan_was_changed_goes_on_by_the_plan_of_its_beginning(
    tmp_path: Path, held: Community
) -> None:
    work_in(tmp_path).begun(server_of(held))
    held.runs[1] |= {"state": "begun", "plan": digest_of(PLAN), "plan_version": 1}
    held.plan, held.plans = OTHER_PLAN, {1: PLAN}
    new = plan_of(server_of(held).plan(7))
    suite, model = new.suites[0], new.models[0]
    work = Work(new, suite, model, folder_of(tmp_path, new, suite, model, None))
    assert put_by(tmp_path, new, None, server_of(held)) == []
    gone_on = work.of_its_plan(server_of(held))
    assert (gone_on.plan.digest, gone_on.suite.samples) == (digest_of(PLAN), 8)


def test_a_plan_whose_texts_were_removed_is_taken_by_the_digest_under_which_it_was_registered() -> None:
    registered = digest_of(PLAN)
    emptied = PLAN | {"title": "Text removed", "digest": registered, "entry": 9}
    with pytest.raises(Unusable, match="not the one that its digest stands for"):
        plan_of(emptied)
    assert plan_of(emptied | {"texts_removed": True}).digest == registered


def test_a_log_is_signed_and_arrives_whole_over_a_line_that_breaks(tmp_path: Path, held: Community) -> None:
    work = finished_in(tmp_path, held)
    held.breaks = ["PATCH /me/files", "PATCH /me/files", "GET /me/files", "POST /me/lab/keys"]
    came: list[int] = []
    submit(work.folder, server_of(held), came.append)
    sent = held.runs[1]["submitted"]
    assert bytes(held.files[sent["upload"]]) == LOG
    assert came[-1] == len(LOG)
    digest = hashlib.sha256(LOG).hexdigest()
    assert is_signed(signed_text(7, 1, f"{1:064x}", digest), sent["key"], sent["signature"])
    assert not is_signed(signed_text(7, 2, f"{1:064x}", digest), sent["key"], sent["signature"])
    assert set(sent) == {"upload", "key", "signature"}
    before = len(held.said)
    submit(work.folder, server_of(held), came.append)
    assert held.said[before:] == ["GET /lab/studies/7/runs/1"]


def test_sending_goes_on_from_the_bytes_that_came(tmp_path: Path, held: Community) -> None:
    work = finished_in(tmp_path, held)

    def stop(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        submit(work.folder, server_of(held), stop)
    (upload,) = held.files
    assert 0 < len(held.files[upload]) < len(LOG)
    came: list[int] = []
    submit(work.folder, server_of(held), came.append)
    assert bytes(held.files[upload]) == LOG
    assert list(held.files) == [upload]


def test_a_log_that_was_handed_in_although_the_answer_was_lost_is_handed_in_once(
    tmp_path: Path, held: Community
) -> None:
    work = finished_in(tmp_path, held)
    held.breaks = ["POST /lab/studies/7/runs/1/submit"]
    assert submit(work.folder, server_of(held), lambda _: None)["run"] == 1
    kept = read_kept(work.folder)
    assert kept is not None
    assert kept.submitted


def test_a_reproduction_is_committed_to_before_a_byte_of_its_log_is_sent(tmp_path: Path, held: Community) -> None:
    work = finished_in(tmp_path, held, reproduces=1)
    held.breaks = ["POST /lab/studies/7/runs/1/commit"]
    submit(work.folder, server_of(held), lambda _: None)
    assert held.runs[1]["reproduces"] == 1
    committed = held.said.index("POST /lab/studies/7/runs/1/commit")
    assert committed < held.said.index("POST /me/files")
    salt = held.runs[1]["submitted"]["salt"]
    assert held.runs[1]["committed"] == {"commitment": commitment(salt, hashlib.sha256(LOG).hexdigest())}


def test_what_a_server_lost_in_a_restore_is_committed_to_and_sent_in_anew(tmp_path: Path, held: Community) -> None:
    work = finished_in(tmp_path, held, reproduces=1)
    submit(work.folder, server_of(held), lambda _: None)
    before = {name: held.runs[1].pop(name) for name in ("committed", "submitted", "log_digest")}
    held.runs[1]["state"] = "begun"
    held.files.clear()
    submit(work.folder, server_of(held), lambda _: None)
    assert held.runs[1]["committed"] == before["committed"]
    assert bytes(held.files[held.runs[1]["submitted"]["upload"]]) == LOG


def test_a_reproduction_that_can_t_be_committed_to_any_more_says_why_and_sends_nothing(
    tmp_path: Path, held: Community
) -> None:
    work = finished_in(tmp_path, held, reproduces=1)
    held.log_is_open = True
    with pytest.raises(Unusable, match="Everybody can read the log"):
        submit(work.folder, server_of(held), lambda _: None)
    assert held.files == {}


def test_what_is_kept_and_prepared_tells_no_secret(tmp_path: Path, held: Community) -> None:
    work = finished_in(tmp_path, held)
    said = prepared(work.folder).read_text() + (work.folder / "run.json").read_text()
    assert "stoa_token" not in said
    assert run_key().private_bytes_raw().hex() not in said


def test_the_key_is_ones_own_and_stays(tmp_path: Path) -> None:
    key = run_key().private_bytes_raw()
    assert run_key().private_bytes_raw() == key
    assert key_file().stat().st_mode & 0o777 == 0o600
    key_file().chmod(0o644)
    with pytest.raises(Unusable, match="chmod 600"):
        run_key()
    key_file().write_text("no key")
    key_file().chmod(0o600)
    with pytest.raises(Unusable, match="holds no key"):
        run_key()


def test_practice_is_not_sent_in(tmp_path: Path, held: Community) -> None:
    work = work_in(tmp_path)
    work.begun(None)
    work.log.write_bytes(LOG)
    with pytest.raises(Unusable, match="practice"):
        submit(work.folder, server_of(held), lambda _: None)


def test_a_plan_that_was_changed_on_its_way_is_refused() -> None:
    whole = PLAN | {"digest": digest_of(PLAN), "entry": 9}
    assert plan_of(whole).digest == digest_of(PLAN)
    with pytest.raises(Unusable, match="not the one that its digest stands for"):
        plan_of(whole | {"seed": 12})
    for broken in ({}, PLAN | {"models": 3}, PLAN | {"format": "stoa-plan/9"}, PLAN | {"suites": [{}]}):
        with pytest.raises(Unusable):
            plan_of(broken)


def test_a_suite_of_another_version_or_set_is_not_run(tmp_path: Path) -> None:
    plan = plan_of(PLAN)
    check_suite(plan, plan.suites[0])
    for other, said in (
        (replace(plan.suites[0], version="9"), "is not here in version 9"),
        (replace(plan.suites[0], set="sha256:00"), "is not the plan's"),
        (replace(plan.suites[0], name="stoa/none"), "is not here"),
    ):
        with pytest.raises(Unusable, match=said):
            check_suite(plan, other)
    with pytest.raises(Unusable, match="can't be read as a plan"):
        read_plan(tmp_path / "none.json")


def test_the_weights_say_which_model_of_the_plan_it_is(tmp_path: Path) -> None:
    plan, weights = plan_of(PLAN), tmp_path / "small.gguf"
    weights.write_bytes(WEIGHTS)
    assert model_of(plan, weights=weights, wanted="").id == "3"
    weights.write_bytes(b"GGUF others")
    with pytest.raises(Unusable, match=r"no model of this plan. It has Small Q4, Other Q8"):
        model_of(plan, weights=weights, wanted="")
    assert model_of(plan, weights=None, wanted="Other").id == "4"
    with pytest.raises(Unusable, match="Which model"):
        model_of(plan, weights=None, wanted="")


def test_weights_of_the_plan_are_run_under_its_name_whatever_their_file_is_called(tmp_path: Path) -> None:
    plan, blob = plan_of(PLAN), tmp_path / "blob-5f"
    here = Endpoint("http://127.0.0.1:8080/v1", "blob-5f", weights=blob)
    assert named_as_planned(plan, plan.models[0], here) == replace(here, name="small-q4")
    fitting = replace(here, name="my-small.q8")
    assert named_as_planned(plan, plan.models[0], fitting) == fitting
    with pytest.raises(Unusable, match="The endpoint calls the model blob-5f, the plan Small"):
        named_as_planned(plan, plan.models[0], replace(here, weights=None))


def test_a_model_that_the_endpoint_calls_otherwise_is_told_before_it_is_run() -> None:
    plan = plan_of(PLAN)
    check_name(plan, plan.models[0], "vendor/SMALL-q4")
    with pytest.raises(Unusable, match="The endpoint calls the model large, the plan Small"):
        check_name(plan, plan.models[0], "large")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://127.0.0.1:9", "can't be reached"),
        ("no address at all", "is no address"),
        ("localhost:8000", "is no address"),
        ("http://[bad", "can't be reached"),
    ],
)
def test_a_server_that_is_not_there_is_told_in_a_sentence(address: str, told: str) -> None:
    with pytest.raises(Unusable, match=told):
        Server(address, "", wait=0).plan(7)


def test_who_gives_no_key_is_told_to_make_one(held: Community) -> None:
    held.refusal = "This is for people with an account."
    for token, told in (("", "takes a key of yours"), ("stoa_token", "for people with an account")):
        with pytest.raises(Unusable, match=told):
            Server(held.address, token, wait=0).demand_may_begin(7, None)


def test_what_the_server_refuses_is_told_in_its_words(held: Community) -> None:
    with pytest.raises(Unusable, match="There is nothing here"):
        server_of(held).send("none", Path(__file__), lambda _: None)
