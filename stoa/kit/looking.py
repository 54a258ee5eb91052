"""While a page is only looked at, what several of its parts ask of the database is read once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

SAFE = frozenset({"GET", "HEAD"})
P = ParamSpec("P")
R = TypeVar("R")

_read: ContextVar[dict[Hashable, Any] | None] = ContextVar("read in this look", default=None)


class Looking:
    """Middleware: a request that only looks is one look, which ends with its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:  # noqa: D102 - the class says it
        if request.method not in SAFE:
            return self.get_response(request)
        with one_look():
            return self.get_response(request)


@contextmanager
def one_look() -> Iterator[None]:
    """Until this ends, or an act begins, what is `once_a_look` is read once."""
    mark = _read.set({})
    try:
        yield
    finally:
        _read.reset(mark)


def end_look() -> None:
    """Called at the beginning of each act: it decides by what holds now, and what is read after it may have changed."""
    if _read.get() is not None:
        _read.set(None)


def once_a_look(function: Callable[P, R]) -> Callable[P, R]:
    """Make a read whose answer is kept for the rest of a look. Its arguments must be hashable, its answer left as it is."""

    @functools.wraps(function)
    def read(*args: P.args, **kwargs: P.kwargs) -> R:
        kept = _read.get()
        if kept is None:
            return function(*args, **kwargs)
        key = (function, args, frozenset(kwargs.items()))
        if key not in kept:
            kept[key] = function(*args, **kwargs)
        found: R = kept[key]
        return found

    return read


def kept_in_look(what: Hashable) -> dict[str, Any]:
    """A dictionary that lives as long as the look; a new one where nobody just looks."""
    kept = _read.get()
    if kept is None:
        return {}
    found: dict[str, Any] = kept.setdefault(what, {})
    return found
