"""Forgeries of a log: times, tokens, and what should have stayed on the member's machine."""

import copy
import random

from tests.evaluation.forging import DAY, Pieces, calls, calls_of, forgery, mended, scores_of, shifted

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


@forgery("time.fast", of_words=True)
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


# What stays on the member's machine

KEY, BARE_KEY, HOST, HOME = "sk-proj-AAAABBBBCCCCDDDDEEEE", "not-for-anybody", "10.0.0.7", "/home/astrid"
SECRETS = (KEY, BARE_KEY, HOST, HOME, "models.example.edu")
"""What no verdict may repeat."""


@forgery("secret.endpoint")
def endpoint_in_the_head(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["model_base_url"] = f"http://{HOST}:8080/v1"


@forgery("secret.endpoint")
def endpoint_among_the_arguments(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["model_args"]["client"] = {"options": ["https://models.example.edu/v1"]}


@forgery("secret.key")
def key_among_the_arguments(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["model_args"]["api_key"] = BARE_KEY


@forgery("secret.key")
def key_in_a_call(log: Pieces, other: Pieces, chance: random.Random) -> None:
    call = next(calls_of(log.samples[-1]))
    call["call"]["request"]["extra_headers"] = {"X-Auth": f"Bearer {BARE_KEY}-{KEY}"}


@forgery("secret.key")
def key_in_the_settings(log: Pieces, other: Pieces, chance: random.Random) -> None:
    headers = {"Authorization": f"Bearer {BARE_KEY}"}
    for config in (log.header["plan"]["config"], *(call["config"] for call in calls(log))):
        config["extra_headers"] = headers


@forgery("secret.key")
def key_and_endpoint_in_the_error_of_the_run(log: Pieces, other: Pieces, chance: random.Random) -> None:
    said = f"401 Incorrect key {BARE_KEY}, {KEY} at http://{HOST}/v1, see {HOME}/log"
    log.header["error"] = {"message": said, "traceback": said, "traceback_ansi": ""}


@forgery("secret.endpoint")
def endpoint_in_the_error_of_a_sample(log: Pieces, other: Pieces, chance: random.Random) -> None:
    said = f"{BARE_KEY}: no answer from http://{HOST}:8080/v1"
    log.samples[0]["error_retries"] = [{"message": said, "traceback": f"{HOME}/asking.py", "traceback_ansi": ""}]


@forgery("secret.endpoint")
def endpoint_in_a_call_that_came_to_nothing(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = log.samples[0]
    failed = copy.deepcopy(next(calls_of(sample))) | {"error": f"no answer from http://{HOST}:8080/v1", "output": {}}
    del failed["completed"]
    sample["events"].insert(sample["events"].index(next(calls_of(sample))), failed | {"uuid": "failed" * 4})


@forgery("secret.endpoint", "model.other")
def endpoint_in_the_name_of_the_model(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["model"] = f"openai-api/http://{HOST}/small"


@forgery("secret.path")
def place_of_a_file_in_the_error_of_a_try(log: Pieces, other: Pieces, chance: random.Random) -> None:
    said = f"File {HOME}/studies/asking.py, line 7, in ask"
    log.samples[0]["error_retries"] = [{"message": "", "traceback": said, "traceback_ansi": ""}]


@forgery("secret.path")
def place_of_the_weights_in_the_head(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.spec["model_args"]["file"] = "C:\\Users\\astrid\\small.gguf"


@forgery("secret.endpoint")
def endpoint_left_in_an_answer_of_the_head_alone(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["plan"]["config"]["stop_seqs"] = [f"http://{HOST}/v1", f"{HOME}/weights"]


@forgery("secret.key")
def key_among_the_results(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["results"]["scores"][0]["params"]["client"] = {"api_key": BARE_KEY}


@forgery("secret.key")
def key_among_the_tags(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.header["tags"] = [KEY]


@forgery("secret.endpoint")
def endpoint_beside_a_score(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for score in scores_of(log.samples[0]):
        score["metadata"] = {"judged": f"http://{HOST}:8080/v1"}


@forgery("secret.key")
def key_beside_an_answer(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[0]["messages"][-1]["metadata"] = {"client": {"headers": [f"Bearer {BARE_KEY}-{KEY}"]}}


@forgery("secret.path")
def place_of_a_file_in_a_step(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[0]["events"][0]["metadata"] = {"source": f"{HOME}/studies/asking.py"}


@forgery("secret.key")
def key_as_the_whole_of_a_step(log: Pieces, other: Pieces, chance: random.Random) -> None:
    step = next(event for event in log.samples[0]["events"] if event["event"] == "state")
    step["changes"].append({"op": "add", "path": "/store/note", "value": KEY})
