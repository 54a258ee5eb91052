"""What files are sent as: how large they may be, and how they are looked into. Apps add sorts of their own when they load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stoa.kit.faults import Invalid
from stoa.kit.files.contents import Type, known
from stoa.kit.files.store import Content

MOST_BYTES = 50 * 1024 * 1024
"""Of one document."""


@dataclass(frozen=True)
class Sort:
    """A sort of file: the most bytes of one, and of all of one person's; `known` gives its type or raises `Invalid`."""

    name: str
    most_bytes: int
    most_of_one: int
    known: Callable[[Content], Type]


DOCUMENT = Sort("", MOST_BYTES, 250 * 1024 * 1024, known)
"""What everything is that is sent as nothing else."""

_sorts: dict[str, Sort] = {"": DOCUMENT}


def register_sort(sort: Sort) -> None:
    """Called by an app when it loads."""
    _sorts[sort.name] = sort


def found_sort(name: str) -> Sort:
    """The sort of this name; raises `Invalid` where there is none."""
    if name not in _sorts:
        raise Invalid("Files are not sent as this.", remedy=f"There are {', '.join(sorted(_sorts))}.", field="sort")
    return _sorts[name]
