"""The steps of a sample as Inspect logs them: changes of a state, as JSON Patch (RFC 6902) has them."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any


class CannotStep(Exception):
    """A change is none that Inspect writes, or fits nothing in the state."""


def stepped(state: Any, changes: Iterable[Any]) -> Any:
    """The state after these changes. Raises `CannotStep`."""
    root = {"": copy.deepcopy(state)}
    for change in changes:
        try:
            _change(root, change["op"], ["", *map(_plain, str(change["path"]).split("/")[1:])], change.get("value"))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise CannotStep from None
    return root[""]


def _plain(name: str) -> str:
    return name.replace("~1", "/").replace("~0", "~")


def _change(root: Any, deed: str, path: list[str], value: Any) -> None:
    *way, last = path
    at = root
    for name in way:
        at = at[int(name)] if isinstance(at, list) else at[name]
    if isinstance(at, list):
        _change_list(at, deed, len(at) if last == "-" else int(last), value)
    elif deed == "add" or (deed == "replace" and last in at):
        at[last] = copy.deepcopy(value)
    elif deed == "remove":
        del at[last]
    else:
        raise ValueError(deed)


def _change_list(at: list[Any], deed: str, place: int, value: Any) -> None:
    if not 0 <= place <= len(at):
        raise IndexError(place)
    if deed == "add":
        at.insert(place, copy.deepcopy(value))
    elif deed == "replace":
        at[place] = copy.deepcopy(value)
    elif deed == "remove":
        del at[place]
    else:
        raise ValueError(deed)
