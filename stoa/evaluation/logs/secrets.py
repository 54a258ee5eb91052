"""Endpoints, keys and places of files that a log must not hold: they stay on the member's machine."""

from collections.abc import Iterator, Mapping
from typing import Any

from stoa.evaluation.logs.faults import Fault
from stoa.evaluation.logs.reading import Entry, Log
from stoa.evaluation.logs.samples import place
from stoa.evaluation.logs.transcript import listed, mapping
from stoa.evaluation.logs.veiling import (
    holds_address,
    holds_key,
    holds_own_address,
    holds_place,
    names_endpoint,
    names_key,
)

_SPOKEN = ["content", "text", "prompt", "completion", "input", "target", "attachments"]
_THOUGHT = ["reasoning", "reasoning_content", "refusal"]
_TEXTS = frozenset([*_SPOKEN, *_THOUGHT, "logprobs", "prompt_logprobs"])
"""Where questions, thoughts and answers stand, which are what they are; and tokens, which are no keys."""
_SPEAKING = ("/messages/", "/output/")
"""Where a step puts what was asked or answered."""
_OF_THE_SET = frozenset(["input", "target", "metadata"])
"""What is said of a sample that is the suite's, and compared with it elsewhere."""


def in_head(log: Log) -> Iterator[Fault]:
    """Anywhere in the head, in what was noted when the run began, and in the lists of samples."""
    for part, held in log.raw_header.items():
        yield from _under(str(part), held, f"head, {part}", addresses=part in ("eval", "plan", "metadata"))
    for part, held in mapping(log.journal).items():
        yield from _under(str(part), held, f"the beginning, {part}", addresses=True)
    for name, rows in log.lists():
        for row in rows:
            yield from _held(_without(row, _OF_THE_SET), name, addresses=False)
    for reduction in log.reductions or []:
        yield from _held(reduction, "reductions", addresses=False)


def in_sample(entry: Entry) -> Iterator[Fault]:
    """Anywhere in a sample, also in calls that came to nothing, but in its questions and answers."""
    where = place(entry.sample)
    for part, held in entry.raw.items():
        if part not in _OF_THE_SET and part not in _TEXTS and part != "events":
            yield from _under(str(part), held, f"{where}, {part}", addresses=False)
    for event in listed(entry.raw.get("events")):
        yield from _in_event(event, where)


def _in_event(event: Any, where: str) -> Iterator[Fault]:
    kind = str(mapping(event).get("event"))
    if kind == "state":
        changes = [_without(change, _said_in(change)) for change in listed(event.get("changes"))]
        yield from _held({**event, "changes": changes}, f"{where}, {kind}", addresses=False)
    elif kind == "sample_init":
        begun = {part: _without(event.get(part), _OF_THE_SET) for part in ("sample", "state")}
        yield from _held({**event, **begun}, f"{where}, {kind}", addresses=False)
    elif kind == "model":
        settings = {"request": mapping(event.get("call")).get("request"), "config": event.get("config")}
        for name, held in settings.items():
            yield from _held(held, f"{where}, {name}", addresses=True)
        call = _without(event.get("call"), frozenset(["request"]))
        yield from _held({**event, "config": None, "call": call}, f"{where}, {kind}", addresses=False)
    else:
        yield from _held(event, f"{where}, {kind}", addresses=False)


def _said_in(change: Any) -> frozenset[str]:
    """Of a step, what is put in or taken out, where that is a question or an answer."""
    change = mapping(change)
    spoken = str(change.get("path")).startswith(_SPEAKING)
    return frozenset(name for name in ("value", "replaced") if spoken and isinstance(change.get(name), str))


def _without(value: Any, names: frozenset[str]) -> Any:
    return {key: part for key, part in value.items() if key not in names} if isinstance(value, Mapping) else value


def _held(value: Any, where: str, *, addresses: bool) -> Iterator[Fault]:
    """What of a value is no public matter. The secret itself is never repeated in a fault."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key not in _TEXTS:
                yield from _under(str(key), part, f"{where}.{key}", addresses=addresses)
    for number, part in enumerate(listed(value)):
        yield from _held(part, f"{where}[{number}]", addresses=addresses)
    if isinstance(value, str):
        yield from _in_text(value, where, addresses=addresses)


def _under(key: str, part: Any, where: str, *, addresses: bool) -> Iterator[Fault]:
    if isinstance(part, str) and part and names_key(key):
        yield Fault("secret.key", where, None, f"{len(part)} characters")
    elif isinstance(part, str) and part and names_endpoint(key):
        yield Fault("secret.endpoint", where, None, f"{len(part)} characters")
    else:
        yield from _held(part, where, addresses=addresses)


def _in_text(text: str, where: str, *, addresses: bool) -> Iterator[Fault]:
    if holds_key(text):
        yield Fault("secret.key", where, None, f"{len(text)} characters")
    elif (holds_address if addresses else holds_own_address)(text):
        yield Fault("secret.endpoint", where, None, f"{len(text)} characters")
    elif holds_place(text):
        yield Fault("secret.path", where, None, f"{len(text)} characters")
