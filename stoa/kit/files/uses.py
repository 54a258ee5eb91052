"""Which uploads anything still holds: apps tell it here, since imports point down."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Use = Callable[[list[str]], Iterable[str]]
"""Of these ids of uploads, those that an app's rows hold."""

_uses: list[Use] = []


def register_use(use: Use) -> None:
    """Called by an app when it loads."""
    _uses.append(use)


def in_use(ids: list[str]) -> set[str]:
    """Those of these uploads that anything holds."""
    return {identifier for use in _uses for identifier in use(ids)}
