"""Reads canonical JSON (RFC 8785) and refuses everything else: one value has one spelling in bytes."""

import json
import re
from typing import Any, NoReturn

DEEPEST = 32
LARGEST_INTEGER = 2**53 - 1
MOST_ITEMS = 12_000_000
"""Commas and brackets in one document; more would only be sent to fill memory. 10,000 ballots that all approve 500
options have five million."""

_LONG_NUMBER = re.compile(rb"[0-9]{16}")
_BEYOND_BMP = re.compile(rb"[\xf0-\xf4]")


def parse(raw: bytes) -> Any:
    """The value that `raw` spells in canonical JSON.

    ValueError, with a short reason, where `raw` is not canonical JSON without floats, holds an integer beyond
    ±(2^53 - 1), or is nested deeper than 32.
    """
    value = load(raw)
    try:
        spelled = spell(value)
    except UnicodeError:
        raise ValueError("holds half a surrogate pair") from None
    if spelled != raw:
        raise ValueError("is not in the canonical form of RFC 8785")
    if _LONG_NUMBER.search(raw):
        _check_integers(value)
    return value


def load(raw: bytes) -> Any:
    """The value that `raw` spells in JSON of any form, within the same bounds of size and depth."""
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > MOST_ITEMS:
        raise ValueError("has more items than any record needs")
    try:
        value = json.loads(raw.decode(), parse_float=_no_float, parse_constant=_no_float)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except UnicodeError:
        raise ValueError("is not UTF-8") from None
    except json.JSONDecodeError as fault:
        raise ValueError(f"is not JSON: {fault.msg} at character {fault.pos}") from None
    _check_depth(value)
    return value


def spell(value: Any) -> bytes:
    """`value` in the canonical form. It has no floats: `parse` lets none in.

    RFC 8785 sorts keys by UTF-16 code units, `json` by code points: they differ only where a character beyond the
    basic plane is about.
    """
    spelled = _dump(value, sort_keys=True)
    return _dump(_in_utf16_order(value), sort_keys=False) if _BEYOND_BMP.search(spelled) else spelled


def _dump(value: Any, *, sort_keys: bool) -> bytes:
    return json.dumps(value, sort_keys=sort_keys, ensure_ascii=False, separators=(",", ":")).encode()


def _in_utf16_order(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _in_utf16_order(value[key]) for key in keys}
    return [_in_utf16_order(item) for item in value] if isinstance(value, list) else value


def _no_float(spelling: str) -> NoReturn:
    raise ValueError(f"holds {spelling[:20]}, a number that is no integer")


def _check_depth(value: Any) -> None:
    layer = [value]
    for _ in range(DEEPEST):
        layer = [item for box in layer for item in _items(box) if isinstance(item, dict | list)]
        if not layer:
            return
    raise ValueError("is nested too deeply")


def _items(box: Any) -> Any:
    return box.values() if isinstance(box, dict) else box if isinstance(box, list) else ()


def _check_integers(value: Any) -> None:
    layer = [value]
    while layer:
        if any(isinstance(item, int) and abs(item) > LARGEST_INTEGER for item in layer):
            raise ValueError("holds an integer beyond 2^53 - 1")
        layer = [item for box in layer for item in _items(box)]
