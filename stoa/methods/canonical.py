"""Canonical JSON (RFC 8785) for whatever is hashed or signed: one value, one string of bytes, no floats."""

import json
from typing import NoReturn

import rfc8785

JSON = None | bool | int | str | list["JSON"] | dict[str, "JSON"]
"""What `parse` can return."""


class NotCanonical(ValueError):
    """The value has no canonical form here, or the bytes are not the canonical form of any value."""


def canonical(value: object) -> bytes:
    """The canonical form of `value`: null, true, false, whole numbers within ±(2^53 − 1), texts, lists, objects.

    Raises NotCanonical for anything else: floats (money and scores are whole numbers or decimal texts), other types,
    keys that are no texts, lone surrogates, integers that a double can't hold, nesting too deep to walk.
    """
    try:
        _refuse_floats(value)
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # it raises for what its type excludes
    except rfc8785.CanonicalizationError as fault:
        raise NotCanonical(str(fault)) from fault
    except (UnicodeEncodeError, RecursionError) as fault:
        raise NotCanonical("A key holds a lone surrogate, or the value is nested too deeply.") from fault


def parse(data: bytes) -> JSON:
    """The value whose canonical form `data` is.

    Raises NotCanonical unless `canonical(parse(data)) == data`: so also for doubled keys, spaces, another order of
    keys, other escapes, floats, and bytes that are not UTF-8.
    """
    try:
        value: JSON = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_without_doubled_keys,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except NotCanonical:
        raise
    except (ValueError, RecursionError) as fault:
        raise NotCanonical(f"These bytes are not JSON: {fault}.") from fault
    if canonical(value) != data:
        raise NotCanonical("These bytes are JSON, but not in the canonical form of RFC 8785.")
    return value


def parse_object(data: bytes) -> dict[str, JSON]:
    """As `parse`, for data that must be one object."""
    value = parse(data)
    if not isinstance(value, dict):
        raise NotCanonical("An object was expected here.")
    return value


def own_object(data: bytes) -> dict[str, JSON]:
    """The object whose canonical form this program made itself and kept: not spelled anew, most of what `parse_object` takes.

    For pages, which tell what is kept. Whoever checks it uses `parse_object`.
    """
    value: dict[str, JSON] = json.loads(data)
    return value


def _refuse_floats(value: object) -> None:
    """Raise NotCanonical if a float stands anywhere in `value`; without recursion, so that depth does no harm."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, float):
            raise NotCanonical(f"{item!r} is a float: use a whole number or a decimal text.")
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)


def _without_doubled_keys(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("An object has the same key twice.")
    return found


def _refuse_number(text: str) -> NoReturn:
    raise NotCanonical(f"{text} is not a whole number.")
