"""The registry of kinds: how anything that others point at is named, found and shown, without importing its app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """How an object appears to a viewer who may see it."""

    title: str
    address: str


@dataclass(frozen=True)
class Kind:
    """One kind of object. `show(ids, viewer_id)` gives, for those ids that the viewer may see, how they appear."""

    name: str
    label: str
    show: Callable[[list[str], str | None], dict[str, Shown]]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called by an app when it loads."""
    _kinds[kind.name] = kind


def label(kind: str) -> str:
    """What objects of a kind are called; of a kind that is not registered, its name on the record."""
    return _kinds[kind].label if kind in _kinds else kind


def show(references: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """`kind:id` references → how they appear; what the viewer may not see, or is gone, is absent. One query a kind."""
    wanted: dict[str, list[str]] = {}
    for reference in references:
        kind, _, identifier = reference.partition(":")
        wanted.setdefault(kind, []).append(identifier)
    return {
        f"{kind}:{identifier}": shown
        for kind, ids in wanted.items()
        if kind in _kinds
        for identifier, shown in _kinds[kind].show(ids, viewer_id).items()
    }


@dataclass(frozen=True)
class Works:
    """What people made of one kind, for their own pages. `find(person_id, viewer_id)` gives what the viewer may see."""

    label: str
    find: Callable[[str, str | None], list[Shown]]


_works: list[Works] = []


def register_works(works: Works) -> None:
    """Called by an app when it loads."""
    _works.append(works)


def works_of(person_id: str, viewer_id: str | None) -> list[tuple[str, list[Shown]]]:
    """What a person made, by kind; kinds of which there is nothing are left out."""
    found = ((works.label, works.find(person_id, viewer_id)) for works in _works)
    return [(label, shown) for label, shown in found if shown]


_erasures: list[Callable[[str], None]] = []


def register_erasure(erase: Callable[[str], None]) -> None:
    """Called by an app whose tables hold texts that people wrote: how they are destroyed."""
    _erasures.append(erase)


def erase_texts_of(person_id: str) -> None:
    """Destroy what a person wrote, in every app, inside the act that erases them."""
    for erase in _erasures:
        erase(person_id)
