"""Reads canonical JSON (RFC 8785) and refuses everything else: one value has one spelling in bytes."""

import json
import re
from typing import Any, NoReturn

DEEPEST = 32
LARGEST_INTEGER = 2**53 - 1
MOST_ITEMS = 12_000_000
"""Commas and brackets in one document; more would only be sent to fill memory. 10,000 ballots that all approve 500
options have five million."""

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
    return value


def load(raw: bytes) -> Any:
    """The value that `raw` spells in JSON of any form, within the same bounds of size and depth."""
    boxes = raw.count(b"[") + raw.count(b"{")
    if boxes + raw.count(b",") > MOST_ITEMS:
        raise ValueError("has more items than any record needs")
    try:
        value = _DECODER.decode(raw.decode())
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except UnicodeError:
        raise ValueError("is not UTF-8") from None
    except json.JSONDecodeError as fault:
        raise ValueError(f"is not JSON: {fault.msg} at character {fault.pos}") from None
    if boxes > DEEPEST:
        _check_depth(value)
    return value


def spell(value: Any) -> bytes:
    """`value` in the canonical form. It has no floats: `parse` lets none in.

    RFC 8785 sorts keys by UTF-16 code units, `json` by code points: they differ only where a character beyond the
    basic plane is about.
    """
    spelled = _BY_CODE_POINT.encode(value).encode()
    if spelled.isascii() or not _BEYOND_BMP.search(spelled):
        return spelled
    return _AS_IT_STANDS.encode(_in_utf16_order(value)).encode()


def _in_utf16_order(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _in_utf16_order(value[key]) for key in keys}
    return [_in_utf16_order(item) for item in value] if isinstance(value, list) else value


def _integer(spelling: str) -> int:
    value = int(spelling) if len(spelling) < 20 else LARGEST_INTEGER + 1
    if abs(value) > LARGEST_INTEGER:
        raise ValueError("holds an integer beyond 2^53 - 1")
    return value


def _no_float(spelling: str) -> NoReturn:
    raise ValueError(f"holds {spelling[:20]}, a number that is no integer")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_no_float, parse_constant=_no_float)
_BY_CODE_POINT = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
_AS_IT_STANDS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _check_depth(value: Any) -> None:
    layer = [value]
    for _ in range(DEEPEST):
        layer = [item for box in layer for item in _items(box) if isinstance(item, dict | list)]
        if not layer:
            return
    raise ValueError("is nested too deeply")


def _items(box: Any) -> Any:
    return box.values() if isinstance(box, dict) else box if isinstance(box, list) else ()
