"""What stands beside an object on its page without its app knowing of it, and which objects can be talked about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from stoa.kit import registry
from stoa.kit.registry import Shown

REFERENCE = re.compile(r"[a-z]{1,30}:[A-Za-z0-9-]{1,18}")
"""The form of a reference to a public object: its kind and its number, or its code."""

Part = Callable[[str, HttpRequest], tuple[str, dict[str, Any]] | None]
"""Given a reference and the request, the template and context of what stands beside the object; None where nothing does."""

_parts: list[Part] = []


def register_beside(part: Part) -> None:
    """Called by an app when it loads."""
    _parts.append(part)


def beside(reference: str, request: HttpRequest) -> list[tuple[str, dict[str, Any]]]:
    """The templates of everything that stands beside an object, each with its context."""
    return [found for part in _parts if (found := part(reference, request)) is not None]


def _none_hidden(_viewer_id: str | None) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Discussed:
    """A kind whose objects can be talked about, each in a thread of its own.

    `hidden(viewer_id)` gives the ids of those that the viewer may not see, so that lists of threads leave them out.
    """

    kind: str
    hidden: Callable[[str | None], Iterable[str]] = _none_hidden


_discussed: dict[str, Discussed] = {}


def register_discussed(discussed: Discussed) -> None:
    """Called by an app when it loads; the kind has to be in the registry of kinds too."""
    _discussed[discussed.kind] = discussed


def kinds_discussed() -> list[tuple[str, str]]:
    """Every kind that can be talked about, with what its objects are called."""
    return [(kind, registry.label(kind)) for kind in _discussed]


def hidden(viewer_id: str | None) -> list[str]:
    """References of all objects with a thread that the viewer may not see."""
    return [f"{one.kind}:{identifier}" for one in _discussed.values() for identifier in one.hidden(viewer_id)]


def discussed(reference: str, viewer_id: str | None) -> Shown | None:
    """How an object appears that can be talked about; None where there is none that the viewer may see."""
    if not REFERENCE.fullmatch(reference) or reference.partition(":")[0] not in _discussed:
        return None
    return registry.show([reference], viewer_id).get(reference)
