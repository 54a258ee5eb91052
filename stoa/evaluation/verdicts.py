"""The verdict on a log as JSON: what the checker writes and the server keeps. Whatever it quotes of a log stays inert and short."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

MOST_FAULTS = 200
LARGEST = 1e300
LONGEST = 500
"""Characters of a text that a verdict quotes."""
LONGEST_VERDICT = 16 * 1024 * 1024
"""Bytes."""
MOST_CLUSTERS = 100_000
WORDS = ("follows", "differs", "unreadable")
NUMBERS = ("value", "error", "low", "high")


class NoVerdict(ValueError):
    """What was read is no verdict, or holds a number that is none."""


@dataclass(frozen=True)
class Measured:
    """A measure over the samples of a log: an estimate, and by cluster what runs are compared from.

    `sums` has `names`, `counts` and `sums` of the clusters, in one order, and `squares`, the sum of all squared scores
    (`stoa.methods.evaluation.sums`); it is None where the measure is no mean of scores.
    """

    value: float
    error: float
    low: float
    high: float
    samples: int
    clusters: int
    sums: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Verdict:
    """What a log was found to say. `whole` is the JSON object, safe to keep: no NUL, no lone surrogate, nothing endless."""

    verdict: Literal["follows", "differs", "unreadable"]
    measures: Mapping[str, Measured]
    whole: Mapping[str, Any]


def faults_in(whole: Mapping[str, Any]) -> int:
    """How many faults were found; of one kind no more than some are listed."""
    counts = whole.get("counts")
    numbers = [one for one in counts.values() if isinstance(one, int)] if isinstance(counts, dict) else []
    return max(sum(numbers), len(whole.get("faults") or ()))


def read(text: bytes) -> Verdict:
    """Read what the checker wrote: `{"verdict", "faults", "measures", "not_measurable", "log", "suite", …}`.

    Raises NoVerdict for anything else.
    """
    if len(text) > LONGEST_VERDICT:
        raise NoVerdict("The verdict is too long.")
    found = _parsed(text)
    if not isinstance(found, dict) or found.get("verdict") not in WORDS:
        raise NoVerdict("This is no verdict.")
    measures = {str(name): _measured(one) for name, one in _object(found.get("measures")).items()}
    faults = found.get("faults") or []
    if not isinstance(faults, list):
        raise NoVerdict("The faults of a verdict are a list.")
    plain = {name: _bare(one) for name, one in _object(found.get("measures")).items()}
    whole = _inert({**found, "faults": faults[:MOST_FAULTS], "measures": plain})
    return Verdict(found["verdict"], {_inert(name): one for name, one in measures.items()}, whole)


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as fault:
        raise NoVerdict("This is not JSON.") from fault


def _measured(one: Any) -> Measured:
    value, error, low, high = (_number(_object(one).get(name)) for name in NUMBERS)
    samples, clusters = (_count(one.get(name)) for name in ("samples", "clusters"))
    return Measured(value, error, low, high, samples, clusters, _sums(one["sums"]) if one.get("sums") else None)


def _bare(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name != "sums"}


def _sums(one: Any) -> dict[str, Any]:
    """Counts and sums of as many clusters as have a name."""
    found = _object(one)
    names, counts, sums = (found.get(name) for name in ("names", "counts", "sums"))
    if not (isinstance(names, list) and isinstance(counts, list) and isinstance(sums, list)):
        raise NoVerdict("Sums come by cluster.")
    if not len(names) == len(counts) == len(sums) <= MOST_CLUSTERS:
        raise NoVerdict("Each cluster has a name, a count and a sum.")
    return {
        "names": [_inert(str(name)) for name in names],
        "counts": [_count(count) for count in counts],
        "sums": [_number(value) for value in sums],
        "squares": _number(found.get("squares")),
    }


def _object(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NoVerdict("An object was expected here.")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise NoVerdict("A measure is a finite number.")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**31 or value != int(value):
        raise NoVerdict("A count is a whole number.")
    return int(value)


def _refuse(_text: str) -> float:
    raise NoVerdict("A measure is a finite number.")


def _inert(value: Any) -> Any:
    """The value with every text in it cut to its length, without characters that no table can hold."""
    if isinstance(value, str):
        return "".join("\N{REPLACEMENT CHARACTER}" if _unfit(one) else one for one in value[:LONGEST])
    if isinstance(value, dict):
        return {_inert(str(name)): _inert(one) for name, one in value.items()}
    return [_inert(one) for one in value] if isinstance(value, list) else value


def _unfit(character: str) -> bool:
    return character == "\0" or "\ud800" <= character <= "\udfff"
