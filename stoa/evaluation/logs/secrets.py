"""Endpoints and keys that a log must not hold: they stay on the member's machine."""

from collections.abc import Iterator, Mapping
from typing import Any

from stoa.evaluation.logs.faults import Fault
from stoa.evaluation.logs.reading import Entry, Log
from stoa.evaluation.logs.samples import place
from stoa.evaluation.logs.transcript import listed, mapping, mappings
from stoa.evaluation.logs.veiling import holds_address, holds_key, holds_own_address, names_endpoint, names_key

_TEXT = frozenset(["messages", "content", "text", "prompt", "input"])
_OF_THE_SET = frozenset(["input", "target", "metadata", "scores"])
"""What a list of samples says of each that is the suite's or its grading."""


def in_head(log: Log) -> Iterator[Fault]:
    """Anywhere in the head, in what was noted when the run began, and in the lists of samples."""
    for part in ("eval", "plan", "stats", "metadata", "config_updates", "log_updates", "error"):
        yield from _held(log.raw_header.get(part), f"head, {part}", addresses=part in ("eval", "plan", "metadata"))
    for part in ("eval", "plan"):
        yield from _held(mapping(log.journal).get(part), f"the beginning, {part}", addresses=True)
    for name, rows in log.lists():
        for row in rows:
            yield from _held(_without(row, _OF_THE_SET), name, addresses=False)


def in_sample(entry: Entry) -> Iterator[Fault]:
    """In settings, calls and errors of a sample, also of calls that came to nothing; questions and answers are what they are."""
    where = place(entry.sample)
    for part in ("error", "error_retries", "store"):
        yield from _held(entry.raw.get(part), f"{where}, {part}", addresses=False)
    for event in mappings(entry.raw.get("events")):
        if event.get("event") == "model":
            parts = {
                "request": mapping(event.get("call")).get("request"),
                "config": event.get("config"),
                "error": event.get("error"),
            }
            for name, held in parts.items():
                yield from _held(_without(held, _TEXT), f"{where}, {name}", addresses=name != "error")
        elif event.get("event") in ("error", "info", "logger"):
            yield from _held(event, f"{where}, {event['event']}", addresses=False)


def _without(value: Any, names: frozenset[str]) -> Any:
    return {key: part for key, part in value.items() if key not in names} if isinstance(value, Mapping) else value


def _held(value: Any, where: str, *, addresses: bool) -> Iterator[Fault]:
    """What of a value is no public matter. The secret itself is never repeated in a fault."""
    if isinstance(value, Mapping):
        for key, part in value.items():
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
