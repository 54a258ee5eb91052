"""Endpoints and keys that a log must not hold: they stay on the member's machine."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stoa.evaluation.logs.faults import Fault
from stoa.evaluation.logs.reading import Entry, Log
from stoa.evaluation.logs.samples import place
from stoa.evaluation.logs.transcript import Transcript, listed, mapping

_ENDPOINT = re.compile(r"(base_?url|endpoint|api_?base|server_?url|^host$|^url$|proxy)", re.IGNORECASE)
_KEY = re.compile(
    r"(api[_-]?key|secret|passw|authorization|credential|access[_-]?token|auth[_-]?token|^token$|cookie)", re.IGNORECASE
)
_SHAPES = re.compile(
    r"\b(sk-[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{30,}|gh[pousr]_[A-Za-z0-9]{36}|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|xox[abp]-[0-9A-Za-z-]{20,}"
    r"|Bearer\s+[A-Za-z0-9._~+/-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY)"
)
_NAMED = re.compile(r"://[^/\s:@]+:[^/\s@]+@")
_ADDRESS = re.compile(r"\bhttps?://(?!github\.com/|gitlab\.com/|arxiv\.org/|huggingface\.co/)[^\s\"']+", re.IGNORECASE)
_TEXT = frozenset(["messages", "content", "text", "prompt", "input"])


def in_head(log: Log) -> Iterator[Fault]:
    """Anywhere in the head but for the errors' texts and the revision's public address."""
    for part in ("eval", "plan", "stats", "metadata", "config_updates", "log_updates", "error"):
        yield from _held(log.raw_header.get(part), f"head, {part}", addresses=part in ("eval", "plan", "metadata"))


def in_sample(entry: Entry, transcript: Transcript) -> Iterator[Fault]:
    """In what a sample's calls, settings and errors say; questions and answers are whatever they are."""
    where = place(entry.sample)
    for part in ("error", "error_retries", "store"):
        yield from _held(entry.raw.get(part), f"{where}, {part}", addresses=False)
    for event in transcript.events:
        if event.get("event") == "model":
            parts = {
                "request": mapping(event.get("call")).get("request"),
                "config": event.get("config"),
                "error": event.get("error"),
            }
            for name, held in parts.items():
                yield from _held(_without_text(held), f"{where}, {name}", addresses=name != "error")
        elif event.get("event") in ("error", "info", "logger"):
            yield from _held(event, f"{where}, {event['event']}", addresses=False)


def _without_text(value: Any) -> Any:
    return {key: part for key, part in value.items() if key not in _TEXT} if isinstance(value, Mapping) else value


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
    if isinstance(part, str) and part and _KEY.search(key):
        yield Fault("secret.key", where, None, f"{len(part)} characters")
    elif isinstance(part, str) and part and _ENDPOINT.search(key):
        yield Fault("secret.endpoint", where, None, f"{len(part)} characters")
    else:
        yield from _held(part, where, addresses=addresses)


def _in_text(text: str, where: str, *, addresses: bool) -> Iterator[Fault]:
    if _SHAPES.search(text) or _NAMED.search(text):
        yield Fault("secret.key", where, None, f"{len(text)} characters")
    elif addresses and _ADDRESS.search(text):
        yield Fault("secret.endpoint", where, None, f"{len(text)} characters")
