"""JSON read strictly: no key twice, no great depth, and the places of a large file's values without holding them."""

import json
from dataclasses import dataclass
from typing import Any

import jiter

from stoa.evaluation.logs.faults import Unreadable

_PLACES = json.JSONDecoder(strict=False)
_WORD = 12
"""As many letters at most are read as one word or number before its end is missed."""
_SPACE = frozenset(" \t\r\n")


def parsed(data: bytes, where: str) -> Any:
    """The value. NaN and infinities are let through, to be judged where they stand. Raises `Unreadable`."""
    try:
        return jiter.from_json(data, allow_inf_nan=True, catch_duplicate_keys=True, cache_mode="keys")
    except (ValueError, OverflowError) as fault:
        said = str(fault)
        kind = "json.twice" if "duplicate key" in said else "json.deep" if "recursion" in said else "json.broken"
        raise Unreadable(kind, where, said) from None


@dataclass(frozen=True)
class Value:
    """Where a value begins and ends in a text; of an array, also each of its elements."""

    begin: int
    end: int
    elements: tuple[tuple[int, int], ...] | None = None


def members(text: str, where: str) -> dict[str, Value]:
    """The keys of a text that is one object, and where the value of each stands. No more than one element is held at a time.

    The text is a file's bytes, each as one character: what JSON is made of is ASCII. Raises `Unreadable`.
    """
    found: dict[str, Value] = {}
    place = _after(text, 0, "{", where)
    while not _closes(text, place, "}"):
        key, place = _value(text, place, where)
        value = _placed(text, _skipped(text, _after(text, place, ":", where)), where)
        if key in found:
            raise Unreadable("json.twice", where, str(key))
        found[str(key)] = value
        place = _following(text, value.end, "}", where)
    if _skipped(text, _after(text, place, "}", where)) != len(text):
        raise Unreadable("file.hidden", "after the end")
    return found


def _placed(text: str, begin: int, where: str) -> Value:
    if not text.startswith("[", begin):
        return Value(begin, _value(text, begin, where)[1])
    elements: list[tuple[int, int]] = []
    place = begin + 1
    while not _closes(text, place, "]"):
        start = _skipped(text, place)
        end = _value(text, start, where)[1]
        elements.append((start, end))
        place = _following(text, end, "]", where)
    return Value(begin, _after(text, place, "]", where), tuple(elements))


def _value(text: str, place: int, where: str) -> tuple[Any, int]:
    try:
        return _PLACES.raw_decode(text, _skipped(text, place))
    except RecursionError:
        raise Unreadable("json.deep", where) from None
    except json.JSONDecodeError as fault:
        ended = fault.pos + _WORD >= len(text) or fault.msg.startswith("Unterminated")
        raise Unreadable("file.truncated" if ended else "json.broken", where, str(fault)) from None


def _skipped(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place


def _closes(text: str, place: int, bracket: str) -> bool:
    return text.startswith(bracket, _skipped(text, place))


def _after(text: str, place: int, mark: str, where: str) -> int:
    place = _skipped(text, place)
    if not text.startswith(mark, place):
        raise Unreadable("json.broken" if place < len(text) else "file.truncated", where, f"no “{mark}” at {place}")
    return place + 1


def _following(text: str, place: int, bracket: str, where: str) -> int:
    """Past a comma, or at the closing bracket."""
    return place if _closes(text, place, bracket) else _after(text, place, ",", where)
