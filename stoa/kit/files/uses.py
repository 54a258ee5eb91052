"""Which uploads anything still holds: apps tell it here, since imports point down."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Use = Callable[[list[str]], Iterable[str]]
"""Of these ids of uploads, those that an app's rows hold."""

_uses: list[Use] = []
_lasting: list[Use] = []


def register_use(use: Use, *, lasting: bool = False) -> None:
    """Called by an app when it loads. `lasting` holds a file also when who sent it is erased: then it is nobody's."""
    _uses.append(use)
    if lasting:
        _lasting.append(use)


def in_use(ids: list[str]) -> set[str]:
    """Those of these uploads that anything holds."""
    return {identifier for use in _uses for identifier in use(ids)}


def lasting(ids: list[str]) -> set[str]:
    """Those of these uploads that stay when who sent them is erased."""
    return {identifier for use in _lasting for identifier in use(ids)}
