"""One sample against the set, and against its own transcript: what was asked, what came out, what it was given for that."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from stoa.evaluation.graders.log_probabilities import NOT_MEASURED, row_of, written
from stoa.evaluation.graders.log_probabilities import read as log_probabilities
from stoa.evaluation.logs.faults import Fault
from stoa.evaluation.logs.reading import Entry
from stoa.evaluation.logs.stepping import CannotStep, stepped
from stoa.evaluation.logs.transcript import Transcript, listed, mapping, mappings
from stoa.evaluation.logs.translating import flat
from stoa.evaluation.words import Sample

Line = tuple[str, str]
"""Who speaks, and what."""

_NEAR = 1e-9
_SPOKEN = "/output/completion"
_STEPS = ["sample_init", "sample_limit", "span_begin", "span_end", "step", "state", "store", "model", "score"]
_EVENTS = frozenset([*_STEPS, "error", "logger", "info"])
"""What a sample of a suite goes through: no tool, no sandbox, nobody who approves, reviews or types."""


def against_set(sample: Sample, wanted: Sample) -> Iterator[Fault]:
    """Is it the question that the set has under this id?"""
    where = place(sample)
    if sample.input != wanted.input:
        yield Fault("input.edited", where, wanted.input, sample.input)
    if sample.target != wanted.target:
        yield Fault("target.edited", where, wanted.target, sample.target)
    found = {key: value for key, value in sample.metadata.items() if key != "cluster"}
    right = json.loads(json.dumps(dict(wanted.metadata)))
    if found != right or sample.cluster != wanted.cluster:
        differs = sorted(key for key in found.keys() | right if found.get(key) != right.get(key))
        yield Fault("metadata.edited", where, None, ", ".join(differs) or "cluster")


def against_itself(entry: Entry, transcript: Transcript, *, of_texts: bool) -> Iterator[Fault]:
    """Do all places of the log that tell of this sample tell the same?

    `of_texts`: the suite asks for the log-probabilities of texts, one call each, and the answer is made of those.
    """
    where = place(entry.sample)
    yield from _ended(entry.raw, where)
    if not transcript.of("model"):
        yield Fault("transcript.missing", where)
        return
    yield from _begun(entry, transcript, where)
    yield from _stepped(entry, transcript, where)
    yield from _in_place(entry, transcript, where)
    if of_texts:
        yield from _measured(entry, transcript, where)
    else:
        yield from _asked(entry, transcript, where)
        yield from _spoken(entry, transcript, where)
    yield from _told(entry, transcript, where)
    yield from _scored(entry, transcript, where)
    for name in transcript.broken_attachments():
        yield Fault("transcript.edited", where, "an attachment", name)


def against_grading(sample: Sample, graded: Mapping[str, float | None]) -> Iterator[Fault]:
    """Do the log's scores follow from the answer?"""
    for measure, right in graded.items():
        where = f"{place(sample)}, {measure}"
        if measure not in sample.scores:
            yield Fault("score.missing", where, right)
            continue
        found = sample.scores[measure]
        absent = found is None or math.isnan(found)
        if right is None and absent:
            continue
        if found is not None and not math.isfinite(found):
            yield Fault("score.nan", where, right, str(found))
        elif found is None or right is None or abs(found - right) > _NEAR:
            yield Fault("score.differs", where, right, found)


def place(sample: Sample) -> str:
    """How a verdict names a sample."""
    return f"sample {sample.id}" if sample.epoch == 1 else f"sample {sample.id}, epoch {sample.epoch}"


def _ended(raw: Mapping[str, Any], where: str) -> Iterator[Fault]:
    if raw.get("error") is not None:
        yield Fault("sample.error", where, None, f"{len(str(mapping(raw['error']).get('message', '')))} characters")
    if raw.get("limit") is not None:
        yield Fault("sample.limited", where, None, str(mapping(raw["limit"]).get("type", "")))
    if raw.get("invalidation") is not None:
        yield Fault("invalidated", where)


def tried(entry: Entry, most: int) -> Iterator[Fault]:
    """Was it tried again after errors where no retry was asked for, or although an answer had come?

    How often does not matter: a run that was taken up again after its endpoint failed tries as often as that failed.
    """
    retries = listed(entry.raw.get("error_retries"))
    if retries and not most:
        yield Fault("sample.retried", place(entry.sample), most, len(retries))
    for retry in mappings(retries):
        calls = [event for event in mappings(retry.get("events")) if event.get("event") == "model"]
        if any(mapping(call.get("output")).get("choices") and not call.get("error") for call in calls):
            yield Fault("sample.retried", place(entry.sample), "only after an error", "an answer")


def _asked(entry: Entry, transcript: Transcript, where: str) -> Iterator[Fault]:
    """Was the model asked the sample's question after its system prompt, and nothing beside it?"""
    right = _question(entry.sample)
    for event in transcript.of("model"):
        yield from _differing(transcript.asked(event), right, where)
        if sent := transcript.called(event):
            yield from _differing(sent, right, f"{where}, what was sent")
    yield from _conversed(entry, transcript, right, where)


def _conversed(entry: Entry, transcript: Transcript, right: list[Line], where: str) -> Iterator[Fault]:
    """Are the sample's messages what was asked and one answer?"""
    messages = [transcript.line(message) for message in listed(entry.raw.get("messages"))]
    answered = [role for role, _ in messages[len(right) :]] == ["assistant"]
    yield from _differing(messages[:-1] if answered else messages, right, f"{where}, the messages")


def _question(sample: Sample) -> list[Line]:
    """All that the model may be told: who says what."""
    system = sample.metadata.get("system")
    return [*([("system", system)] if isinstance(system, str) else []), ("user", sample.input)]


def _begun(entry: Entry, transcript: Transcript, where: str) -> Iterator[Fault]:
    """Does the transcript begin once, with the sample's question, target and metadata, and nothing said before?"""
    begun = transcript.of("sample_init")
    if len(begun) != 1:
        yield Fault("transcript.edited", where, "one beginning", len(begun))
    said = {name: transcript.whole(entry.raw.get(name)) for name in ("input", "target", "metadata")}
    for event in begun:
        sample, state = mapping(event.get("sample")), mapping(event.get("state"))
        told = {name: transcript.whole(sample.get(name)) for name in said}
        if str(sample.get("id", entry.sample.id)) != entry.sample.id or told != said:
            yield Fault("transcript.edited", where, "the sample with which it began")
        if transcript.whole(state.get("metadata", said["metadata"])) != said["metadata"] or _said_something(
            entry, transcript, state
        ):
            yield Fault("transcript.edited", where, "what there was before it was asked")
    for event in transcript.of("score"):
        if transcript.whole(event.get("target", said["target"])) != said["target"]:
            yield Fault("transcript.edited", where, "the target by which it was scored")


def _said_something(entry: Entry, transcript: Transcript, state: Mapping[str, Any]) -> bool:
    """Whether there was more than the question before the model was asked."""
    lines = [transcript.line(message) for message in listed(state.get("messages"))]
    output = mapping(state.get("output"))
    return lines != [("user", entry.sample.input)] or bool(output.get("completion") or output.get("choices"))


def _stepped(entry: Entry, transcript: Transcript, where: str) -> Iterator[Fault]:
    """Do the steps lead from the beginning to the sample's messages and its answer?"""
    begun = transcript.of("sample_init")
    if not begun or "state" not in begun[0]:
        return
    changes = [change for event in transcript.of("state") for change in listed(event.get("changes"))]
    try:
        state = mapping(stepped(begun[0]["state"], changes))
    except CannotStep:
        yield Fault("transcript.edited", where, "the steps")
        return
    said, kept = ([transcript.line(one) for one in listed(held.get("messages"))] for held in (state, entry.raw))
    output = mapping(state.get("output"))
    if said != kept or {transcript.text(output.get("completion")), transcript.spoken(output)} != {entry.sample.output}:
        yield Fault("transcript.edited", where, "the steps")


def _in_place(entry: Entry, transcript: Transcript, where: str) -> Iterator[Fault]:
    """Is each event one that a suite's sample has, and each output one answer?"""
    strange = {str(mapping(event).get("event")) for event in listed(entry.raw.get("events"))} - _EVENTS
    if strange:
        yield Fault("transcript.edited", where, None, ", ".join(sorted(strange)))
    for output in (entry.raw.get("output"), *(event.get("output") for event in transcript.of("model"))):
        if len(listed(mapping(output).get("choices"))) != 1:
            yield Fault("output.edited", where, 1, len(listed(mapping(output).get("choices"))))


def _spoken(entry: Entry, transcript: Transcript, where: str) -> Iterator[Fault]:
    answer = entry.sample.output
    tellings = {
        "the transcript": transcript.put_out(transcript.of("model")[-1]),
        "the end of the transcript": transcript.text(
            mapping(transcript.of("model")[-1].get("output")).get("completion")
        ),
        "the endpoint’s answer": _received(transcript, answer),
    }
    for told, text in tellings.items():
        if text is not None and text != answer:
            yield Fault("output.edited", f"{where}, {told}", text, answer)
    questions = [tuple(transcript.asked(event)) for event in transcript.of("model")]
    if len(set(questions)) < len(questions):
        yield Fault("sample.retried", where, 1, len(questions))


def _told(entry: Entry, transcript: Transcript, where: str) -> Iterator[Fault]:
    """What the sample itself tells of its answer, and the steps that led to it."""
    tellings = {
        "the choice": transcript.spoken(mapping(entry.raw.get("output"))),
        "the steps": _last_change(transcript),
        "the messages": _last_said(entry, transcript),
    }
    for told, text in tellings.items():
        if text is not None and text != entry.sample.output:
            yield Fault("output.edited", f"{where}, {told}", text, entry.sample.output)


def _measured(entry: Entry, transcript: Transcript, where: str) -> Iterator[Fault]:
    """Are the log-probabilities of the answer those of the calls, one for each text of the sample in its order?

    Where the answer says that the model gives none, the last call must show it; the texts after it were not asked.
    """
    texts = [text for text in listed(entry.sample.metadata.get("texts")) if isinstance(text, str)]
    calls = transcript.of("model")
    told_none = entry.sample.output == NOT_MEASURED
    asked = [line for event in calls for line in transcript.asked(event)]
    yield from _differing(asked, [("user", text) for text in (texts[: len(calls)] if told_none else texts)], where)
    yield from _conversed(entry, transcript, _question(entry.sample), where)
    rows = [row_of(_prompt_tokens(event), text) for event, text in zip(calls, texts, strict=False)]
    right = not all(rows[-1:]) if told_none else _same_rows(rows, entry.sample.output, len(texts))
    if not right:
        yield Fault("output.edited", f"{where}, the calls", None, "other log-probabilities")


def _prompt_tokens(event: Mapping[str, Any]) -> list[tuple[str, float]]:
    choices = mappings(mapping(event.get("output")).get("choices"))
    content = mappings(mapping(choices[0].get("prompt_logprobs")).get("content")) if choices else []
    return [(str(one["token"]), float(one["logprob"])) for one in content if _is_told(one)]


def _is_told(one: Mapping[str, Any]) -> bool:
    return bool(one.get("token")) and isinstance(one.get("logprob"), int | float)


def _same_rows(rows: Sequence[Sequence[float]], output: str, texts: int) -> bool:
    """Is the output made of these? Where it holds what no model gives, so must they."""
    told = log_probabilities(output, texts)
    if told is None:
        return output == written(rows)
    return len(rows) == len(told) and all(_same_row(*pair) for pair in zip(rows, told, strict=True))


def _same_row(called: Sequence[float], told: Sequence[float]) -> bool:
    """To the six places that an answer has."""
    return len(called) == len(told) and all(abs(one - other) < 1e-6 for one, other in zip(called, told, strict=True))


def _last_change(transcript: Transcript) -> str | None:
    """The answer as the last step that changed it left it."""
    changes = [change for event in transcript.of("state") for change in mappings(event.get("changes"))]
    said = [change.get("value") for change in changes if change.get("path") == _SPOKEN]
    return transcript.text(said[-1]) if said else None


def _last_said(entry: Entry, transcript: Transcript) -> str | None:
    said = [message for message in mappings(entry.raw.get("messages")) if message.get("role") == "assistant"]
    if not said:
        return ""
    return transcript.spoken({"choices": [{"message": said[-1]}]})


def _received(transcript: Transcript, answer: str) -> str | None:
    """What the endpoint sent, if the log has it and the answer is no part of it."""
    response = mapping(transcript.of("model")[-1].get("call")).get("response")
    said = [transcript.text(text) for text in _contents(response)]
    if not said or any(answer == text or answer.strip() in text for text in said):
        return None
    return said[0]


def _contents(value: Any) -> Iterator[str]:
    for key, part in mapping(value).items():
        if key in ("content", "text") and isinstance(part, str):
            yield part
        elif isinstance(part, dict | list):
            yield from _contents(part)
    for part in listed(value):
        yield from _contents(part)


def _scored(entry: Entry, transcript: Transcript, where: str) -> Iterator[Fault]:
    scores = {name: mapping(score) for name, score in mapping(entry.raw.get("scores")).items()}
    for name, score in scores.items():
        if score.get("history"):
            yield Fault("score.edited", f"{where}, {name}", "no history", len(score["history"]))
    last = {
        str(event.get("scorer")): mapping(event.get("score"))
        for event in transcript.of("score")
        if not event.get("intermediate")
    }
    told = flat({name: score.get("value") for name, score in last.items()})
    kept = flat({name: score.get("value") for name, score in scores.items()})
    for measure in sorted(told.keys() | kept):
        if not _same(told.get(measure), kept.get(measure)):
            yield Fault("score.edited", f"{where}, {measure}", told.get(measure), kept.get(measure))


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _NEAR or (math.isnan(one) and math.isnan(other))


def _differing(found: list[Line], right: list[Line], where: str) -> Iterator[Fault]:
    """The first line of a conversation that is not as it should be."""
    for wanted, one in zip_longest(right, found):
        if one != wanted:
            yield Fault("asked.edited", where, _spelled(wanted), _spelled(one))
            return


def _spelled(line: Line | None) -> str:
    return "nothing" if line is None else f"{line[0]}: {line[1]}"
