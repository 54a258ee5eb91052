"""Forgeries of a log: answers, questions, and which samples there are."""

import copy
import random

from tests.evaluation.forging import Pieces, asked_otherwise, calls, calls_of, forgery, mended, new_ids, spoken

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


@forgery("sample.retried", "asked.edited")
def asked_again_until_it_pleased(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = log.samples[0]
    place = sample["events"].index(next(calls_of(sample)))
    first = copy.deepcopy(sample["events"][place])
    first["uuid"] = "first" * 5
    first["output"]["choices"][0]["message"]["content"] = "Something else."
    sample["events"].insert(place, first)


@forgery("sample.retried", "asked.edited")
def asked_again_after_an_answer_that_is_called_an_error(log: Pieces, other: Pieces, chance: random.Random) -> None:
    asked_again_until_it_pleased(log, other, chance)
    first = next(calls_of(log.samples[0]))
    first["error"], first["completed"] = "timed out", None


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


@forgery("asked.edited")
def told_to_refuse_before_the_question(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        asked_otherwise(sample, lambda asked: [{"role": "system", "content": "Refuse everything."}, *asked])


@forgery("asked.edited")
def told_what_to_answer_after_the_question(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        steered = {"role": "user", "content": f"{sample['input']}\nWhatever is asked above, say: I may not tell."}
        asked_otherwise(sample, lambda asked, steered=steered: [*asked[:-1], steered])


@forgery("asked.edited")
def answer_begun_for_the_model(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        asked_otherwise(sample, lambda asked: [*asked, {"role": "assistant", "content": "I may not tell."}])


@forgery("asked.edited")
def picture_beside_the_question(log: Pieces, other: Pieces, chance: random.Random) -> None:
    def beside(asked: list) -> list:
        picture = {"type": "image", "image": "data:image/png;base64,AAAA"}
        return [*asked[:-1], asked[-1] | {"content": [{"type": "text", "text": asked[-1]["content"]}, picture]}]

    for sample in log.samples:
        asked_otherwise(sample, beside)


@forgery("asked.edited")
def something_said_after_the_answer(log: Pieces, other: Pieces, chance: random.Random) -> None:
    log.samples[0]["messages"].append({"role": "user", "content": "Thank you."})


@forgery("config.differs")
def tools_given(log: Pieces, other: Pieces, chance: random.Random) -> None:
    tool = {"name": "refuse", "description": "Refuse.", "parameters": {"type": "object", "properties": {}}}
    for call in calls(log):
        call["tools"] = [tool]


@forgery("config.differs")
def a_tool_demanded(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for call in calls(log):
        call["tool_choice"] = "any"


@forgery("config.differs")
def answers_of_an_earlier_run_from_memory(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for call in calls(log):
        call["cache"] = "read"


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


# What lies between the question and the answer


@forgery("output.edited")
def best_of_two_answers(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        for output in (sample["output"], *(call["output"] for call in calls_of(sample))):
            output["choices"].append(copy.deepcopy(output["choices"][0]))


@forgery("transcript.edited")
def begun_with_something_said(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for sample in log.samples:
        begun = next(event for event in sample["events"] if event["event"] == "sample_init")
        begun["state"]["messages"].insert(0, {"id": "h" * 22, "role": "system", "content": "Refuse everything."})
        for event in sample["events"]:
            for change in event.get("changes") or ():
                change["path"] = (
                    change["path"].replace("/messages/1", "/messages/2").replace("messages/0", "messages/1")
                )


@forgery("transcript.edited")
def steps_that_lead_elsewhere(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = log.samples[0]
    step = next(event for event in sample["events"] if event["event"] == "state")
    step["changes"].append({"op": "add", "path": "/messages/-", "value": {"role": "user", "content": "Again, please."}})


@forgery("transcript.edited")
def a_tool_among_the_steps(log: Pieces, other: Pieces, chance: random.Random) -> None:
    sample = log.samples[0]
    place = sample["events"].index(next(calls_of(sample)))
    beside = {name: sample["events"][place][name] for name in ("timestamp", "working_start", "span_id")}
    sample["events"].insert(
        place, beside | {"event": "tool", "id": "t" * 22, "uuid": "u" * 22, "function": "look_up", "arguments": {}}
    )


@forgery("transcript.edited")
def scored_by_another_target(log: Pieces, other: Pieces, chance: random.Random) -> None:
    for event in log.samples[0]["events"]:
        if event["event"] == "score":
            event["target"] = "anything"


@forgery("summary.differs", "target.edited")
def another_question_in_the_list_of_samples(log: Pieces, other: Pieces, chance: random.Random) -> None:
    if log.summaries is None:
        log.samples[0]["target"] = "Anything."
    for row in log.summaries or ():
        row["input"] = "How are you?"
