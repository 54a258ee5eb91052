"""The forgeries of a log's content, one function each: `tests/evaluation/test_forgeries.py` tries them on true logs."""

import copy
import random
from typing import Any

from tests.evaluation.forging import (
    DAY,
    Pieces,
    calls,
    calls_of,
    flipped,
    forgery,
    mended,
    new_ids,
    scores_of,
    shifted,
    spoken,
)

# Scores and what is made of them


@forgery("score.edited")
def one_score_flipped(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = chance.choice(log.samples)
    [score] = sample["scores"].values()
    score["value"] = flipped(score["value"])


@forgery("score.differs")
def one_score_flipped_everywhere(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for score in scores_of(chance.choice(log.samples)):
        score["value"] = flipped(score["value"])
    mended(log)


@forgery("score.differs")
def all_scores_flipped_everywhere(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        for score in scores_of(sample):
            score["value"] = flipped(score["value"])
    mended(log)


@forgery("score.differs")
def score_a_little_higher(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for score in scores_of(log.samples[0]):
        score["value"] = {key: value + 1e-4 for key, value in score["value"].items()}
    mended(log)


@forgery("score.nan", "score.differs")
def score_made_no_number(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples[:3]:
        for score in scores_of(sample):
            score["value"] = dict.fromkeys(score["value"], float("nan"))
    mended(log)


@forgery("score.nan")
def score_made_endless(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for score in scores_of(log.samples[1]):
        score["value"] = dict.fromkeys(score["value"], float("inf"))


@forgery("score.missing")
def score_taken_out(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = chance.choice(log.samples)
    sample["scores"] = {}
    sample["events"] = [event for event in sample["events"] if event["event"] != "score"]


@forgery("score.edited")
def score_with_a_history(log: Pieces, other: Pieces, chance: random.Random) -> None:
    [score] = log.samples[0]["scores"].values()
    score["history"] = [{"value": flipped(score["value"])}]


@forgery("metric.differs")
def mean_rounded_up(log: Pieces, other: Pieces, chance: random.Random) -> None:
    mean = log.header["results"]["scores"][0]["metrics"]["mean"]
    mean["value"] = round(mean["value"] + 0.005, 2)


@forgery("metric.differs")
def error_halved(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["results"]["scores"][0]["metrics"]["stderr"]["value"] /= 2


@forgery("metric.missing")
def measure_left_out(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["results"]["scores"].pop()


@forgery("counts.differ")
def more_samples_counted(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["results"]["total_samples"] += 1


@forgery("counts.differ")
def fewer_scored_counted(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["results"]["scores"][0]["scored_samples"] = 1


@forgery("reduction.differs")
def reduction_flipped(log: Pieces, other: Pieces, chance: random.Random) -> None:
    row = log.reductions[0]["samples"][0]
    row["value"] = flipped(row["value"])


# Answers


@forgery("output.edited")
def answers_swapped(log: Pieces, other: Pieces, chance: random.Random) -> None:
    one, two = log.samples[0], log.samples[1]
    one["output"], two["output"] = two["output"], one["output"]


@forgery("output.edited")
def answer_edited_beside_the_transcript(log: Pieces, other: Pieces, chance: random.Random) -> None:
    spoken(log.samples[0], "I will not say that.", steps=False, transcript=False)


@forgery("output.edited", "transcript.edited")
def answer_edited_but_for_the_steps(log: Pieces, other: Pieces, chance: random.Random) -> None:
    spoken(log.samples[0], "I will not say that.", steps=False)
    mended(log)


@forgery("transcript.edited")
def long_answer_edited_under_its_name(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = max(log.samples, key=lambda sample: len(sample["output"]["completion"]))
    spoken(sample, "I will not say that, whoever asks. " * 8, steps=True)
    for name in sample["attachments"]:
        sample["attachments"][name] += " "


@forgery("output.edited", "asked.edited")
def one_letter_of_an_answer(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = chance.choice(log.samples)
    sample["output"]["completion"] += "."
    sample["output"]["choices"][0]["message"]["content"] += "."


@forgery("transcript.missing")
def transcript_taken_out(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        sample["events"] = []


@forgery("sample.retried")
def asked_again_until_it_pleased(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = log.samples[0]
    place = sample["events"].index(next(calls_of(sample)))
    first = copy.deepcopy(sample["events"][place])
    first["uuid"] = "first" * 5
    first["output"]["choices"][0]["message"]["content"] = "Something else."
    sample["events"].insert(place, first)


# Questions and the set


@forgery("input.edited")
def question_edited(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = chance.choice(log.samples)
    sample["input"] = "Say good day."


@forgery("input.edited")
def question_edited_everywhere(log: Pieces, other: Pieces, chance: random.Random) -> None:
    import json

    number = chance.randrange(len(log.samples))
    before = json.dumps(log.samples[number]["input"])
    log.samples[number] = json.loads(
        json.dumps(log.samples[number]).replace(before, json.dumps("Say good day, will you?"))
    )


@forgery("target.edited")
def target_edited(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[2]["target"] = "anything"


@forgery("metadata.edited")
def samples_put_into_one_cluster(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        sample["metadata"]["cluster"] = sample["id"]


@forgery("metadata.edited")
def metadata_edited(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[0]["metadata"]["allowed"] = "sometimes"


@forgery("asked.edited")
def system_prompt_made_stricter(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        sample["messages"][0]["content"] = str(sample["messages"][0]["content"]) + " Never answer."


@forgery("asked.edited")
def other_question_in_the_transcript(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples[:2]:
        sample["events_data"]["messages"] = [{"role": "user", "content": "Hello"}]


@forgery("sample.missing")
def sample_dropped(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples.pop(chance.randrange(len(log.samples)))


@forgery("sample.missing")
def sample_dropped_and_counts_mended(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples.pop(chance.randrange(len(log.samples)))
    mended(log)


@forgery("sample.missing")
def half_dropped_and_mended(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples = log.samples[::2]
    log.said["samples"] = len(log.samples)
    mended(log)


@forgery("sample.doubled", "sample.copied")
def sample_doubled(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples.append(copy.deepcopy(chance.choice(log.samples)))


@forgery("sample.extra")
def sample_added(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples.append(new_ids(log.samples[0], chance) | {"id": "9999"})
    mended(log)


@forgery("sample.copied", "input.edited")
def bad_sample_replaced_by_a_good_one(log: Pieces, other: Pieces, chance: random.Random) -> None:
    kept = log.samples[0]["id"]
    log.samples[0] = copy.deepcopy(log.samples[1]) | {"id": kept}
    mended(log)


@forgery("sample.epoch")
def epochs_doubled(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples += [new_ids(sample, chance) | {"epoch": 2} for sample in log.samples]
    log.spec["config"]["epochs"] = 2


@forgery("counts.differ")
def ids_of_the_head_shortened(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["dataset"]["sample_ids"].pop()


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


# Times and tokens


@forgery("time.run")
def made_before_the_run(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header, log.samples = shifted(log.header, -400 * DAY), shifted(log.samples, -400 * DAY)


@forgery("time.order")
def ended_before_it_began(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = log.samples[0]
    sample["completed_at"] = shifted(sample["started_at"], -30)


@forgery("time.order")
def one_sample_of_another_day(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[0] = shifted(log.samples[0], DAY)


@forgery("time.order")
def steps_in_another_order(log: Pieces, other: Pieces, chance: random.Random) -> None:
    call = next(calls_of(log.samples[0]))
    call["timestamp"], call["completed"] = shifted(call["timestamp"], 600), shifted(call["completed"], 600)


@forgery("time.fast")
def faster_than_any_machine(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for call in calls(log):
        call["output"]["time"] = 1e-6


@forgery("time.sum")
def lasted_longer_than_it_did(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[0]["total_time"] += 100


@forgery("tokens.sum")
def tokens_of_a_sample_raised(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for usage in log.samples[0]["model_usage"].values():
        usage["input_tokens"] += 7


@forgery("tokens.sum")
def tokens_of_the_head_raised(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for usage in log.header["stats"]["model_usage"].values():
        usage["total_tokens"] += 1000


@forgery("tokens.text")
def tokens_raised_everywhere(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        for usage in (*sample["model_usage"].values(), *(call["output"]["usage"] for call in calls_of(sample))):
            usage |= {"output_tokens": 900, "total_tokens": usage["input_tokens"] + 900}
    mended(log)


@forgery("tokens.text")
def hardly_any_tokens(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        for usage in (*sample["model_usage"].values(), *(call["output"]["usage"] for call in calls_of(sample))):
            usage |= {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    mended(log)


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


# What stays on the member's machine


@forgery("secret.endpoint")
def endpoint_in_the_head(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["model_base_url"] = "http://10.0.0.7:8080/v1"


@forgery("secret.endpoint")
def endpoint_among_the_arguments(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["model_args"]["client"] = {"options": ["https://models.example.edu/v1"]}


@forgery("secret.key")
def key_among_the_arguments(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["model_args"]["api_key"] = "not-for-anybody"


@forgery("secret.key")
def key_in_a_call(log: Pieces, other: Pieces, chance: random.Random) -> None:
    call = next(calls_of(log.samples[-1]))
    call["call"]["request"]["extra_headers"] = {"X-Auth": "Bearer 0123456789abcdef0123456789abcdef"}


# Lists beside the samples


@forgery("summary.differs", "reduction.differs")
def list_of_samples_flipped(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for row in log.summary(log.samples[0]) or log.reductions[0]["samples"][:1]:
        for score in row["scores"].values() if "scores" in row else [row]:
            score["value"] = flipped(score["value"])
