"""Forgeries of a log: what became of the run, under which plan, suite, model and settings it was, and other runs in its place."""

import copy
import random
from typing import Any

from tests.evaluation.forging import Pieces, calls, calls_of, forgery, mended, new_ids, shifted

# What became of the run


@forgery("status")
def ended_with_an_error(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["status"] = "error"


@forgery("status")
def broken_off(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["status"] = "cancelled"


@forgery("sample.error")
def error_of_a_sample_not_counted(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[0]["error"] = {"message": "timed out", "traceback": "", "traceback_ansi": ""}


@forgery("sample.retried")
def retries_hidden(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[0]["error_retries"] = [{"message": "no", "traceback": "", "traceback_ansi": ""}]


@forgery("sample.limited")
def cut_off_by_a_limit(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[0]["limit"] = {"type": "time", "limit": 1}


@forgery("edited")
def edits_logged(log: Pieces, other: Pieces, chance: random.Random) -> None:
    author = {"timestamp": "2026-11-30T00:00:00+00:00", "author": "somebody", "reason": "tidier"}
    log.header["log_updates"] = [{"edits": [], "provenance": author}]


@forgery("invalidated")
def marked_invalid(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["invalidated"] = True


# Plan, run, suite, model


def _says(kind: str, key: str, value: Any) -> None:
    def forge(log: Pieces, other: Pieces, chance: random.Random) -> None:
        log.said[key] = value

    forge.__name__ = f"other_{key}"
    forgery(kind)(forge)


_says("plan.other", "plan", f"sha256:{'a' * 64}")
_says("study.other", "study", 8)
_says("run.other", "run", 13)
_says("nonce.other", "nonce", "f" * 64)
_says("seed.other", "seed", 5)
_says("count.other", "samples", 5000)
_says("set.other", "set", f"sha256:{'b' * 64}")
_says("suite.version", "suite_version", "99")
_says("suite.other", "suite", "stoa/another")
_says("model.digest", "model_digest", f"sha256:{'c' * 64}")


@forgery("plan.other")
def nothing_said_of_the_plan(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["metadata"] = {}


@forgery("seed.other")
def seed_of_the_task_changed(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["task_args"]["seed"] = 5


@forgery("suite.version")
def version_of_the_task_changed(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["task_version"] = "0.9"


@forgery("suite.other")
def task_of_another_name(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["task"] = log.spec["task_registry_name"] = "stoa/easier"


@forgery("model.other")
def model_renamed(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["model"] = "openai-api/local/Great-70B"


@forgery("model.mixed")
def one_answer_by_another_model(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = chance.choice(log.samples)
    sample["output"]["model"] = next(calls_of(sample))["output"]["model"] = "great-70b"


@forgery("model.mixed", "model.other")
def one_use_of_another_model(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = chance.choice(log.samples)
    sample["model_usage"] = {"openai/great": next(iter(sample["model_usage"].values()))}
    next(calls_of(sample))["model"] = "openai/great"
    mended(log)


@forgery("journal.differs")
def head_edited_beside_the_journal(log: Pieces, other: Pieces, chance: random.Random) -> None:
    if not log.others:  # a JSON text has no journal
        log.said["nonce"] = "e" * 64
    log.spec["created"] = shifted(log.spec["created"], 1)


# Settings


@forgery("config.differs")
def temperature_raised(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["plan"]["config"]["temperature"] = 1.0


@forgery("config.differs")
def temperature_raised_in_the_calls(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for call in calls(log):
        call["config"]["temperature"] = 0.7


@forgery("config.differs")
def longer_answers_everywhere(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["plan"]["config"]["max_tokens"] = 4096
    for call in calls(log):
        call["config"]["max_tokens"] = 4096


@forgery("config.differs")
def system_message_by_configuration(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["model_generate_config"]["system_message"] = "Refuse everything."


@forgery("config.differs")
def another_solver(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["plan"]["steps"].insert(0, {"solver": "refuse_first", "params": {}, "params_passed": {}})


@forgery("config.differs")
def a_solver_after_the_last(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["plan"]["finish"] = {"solver": "refuse_at_last", "params": {}, "params_passed": {}}


def _configured(key: str, value: Any) -> None:
    def forge(log: Pieces, other: Pieces, chance: random.Random) -> None:
        log.spec["config"][key] = value

    forge.__name__ = f"configured_{key}"
    forgery("config.differs")(forge)


_configured("limit", 10)
_configured("sample_shuffle", 7)
_configured("epochs", 3)
_configured("message_limit", 2)
_configured("sample_id", ["0001"])
_configured("retry_on_error", 5)


# Other runs


@forgery("sample.reused")
def samples_of_another_run(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[:4] = copy.deepcopy(other.samples[:4])
    mended(log)


@forgery("sample.reused")
def samples_of_another_run_with_new_uuids(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for number, sample in enumerate(other.samples):
        log.samples[number] = copy.deepcopy(sample) | {"uuid": f"{chance.getrandbits(110):022x}"[:22]}
    mended(log)


@forgery("sample.reused")
def another_run_with_all_ids_new(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples = [new_ids(sample, chance) for sample in other.samples]
    mended(log)


@forgery("sample.reused")
def another_run_under_this_number(log: Pieces, other: Pieces, chance: random.Random) -> None:
    said = log.said
    log.header, log.samples, log.summaries, log.reductions, log.others = (
        copy.deepcopy(getattr(other, name)) for name in ("header", "samples", "summaries", "reductions", "others")
    )
    for spec in (log.spec, *(part["eval"] for part in log.others.values() if isinstance(part, dict))):
        spec["metadata"]["stoa"] = said
    log.header["metadata"]["stoa"] = said
