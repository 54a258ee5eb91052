"""The registry of kinds: how anything that others point at is named, found and shown, without importing its app."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast

from stoa.kit.looking import kept_in_look
from stoa.kit.prepared import prepare

VIEWER = "viewer"


@dataclass(frozen=True)
class Shown:
    """How an object appears to a viewer who may see it."""

    title: str
    address: str


Show = Callable[[list[str], str | None], dict[str, Shown]]
"""Given ids and who looks: how those of them appear that the viewer may see."""


@dataclass(frozen=True)
class Rows:
    """How a kind appears whose title stands in a row of its own, so that one query reads several such kinds.

    `find(ids, viewer_id)` gives the rows that the viewer may see, as a prepared read does (`stoa.kit.prepared`): with
    `pk__among`, and None for a visitor. Ids are numbers unless `numbered` is false. `title` and `more` are what each row
    says, as names of columns or expressions; `address` is made of the id and of `more`. With `led_by` the title is the
    reference of another object, by which this one is named and without which it does not appear.
    """

    find: Callable[[Any, Any], QuerySet[Any]]
    title: Any
    address: Callable[[str, str], str] = lambda _, more: more
    more: Any = ""
    led_by: Callable[[str, Shown], Shown] | None = None
    numbered: bool = True

    def named(self, kind: str, ids: Any, viewer_id: Any) -> QuerySet[Any]:
        """Kind, id, title and more, as texts."""
        columns = [Cast(each, TextField()) for each in ("pk", self.title, self.more or Value(""))]
        told = Cast(Value(kind), TextField())
        return self.find(ids, viewer_id).order_by().values_list(told, *columns)


@dataclass(frozen=True)
class Kind:
    """One kind of object, what one of them is called, and how they appear."""

    name: str
    label: str
    show: Show | Rows


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called by an app when it loads."""
    _kinds[kind.name] = kind


def numbers(ids: list[str]) -> list[str]:
    """Of these ids, those that can be numbers of rows."""
    return [
        identifier for identifier in ids if identifier.isascii() and identifier.isdecimal() and len(identifier) < 19
    ]


def label(kind: str) -> str:
    """What objects of a kind are called; of a kind that is not registered, its name on the record."""
    return _kinds[kind].label if kind in _kinds else kind


def show(references: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """`kind:id` references → how they appear; what the viewer may not see, or is gone, is absent.

    One query for all kinds that appear by `Rows`, another for what names some of them, and one for each other kind; in one
    look none for what was shown before.
    """
    return _shown(references, viewer_id, kept_in_look(("shown", viewer_id)))


Known = dict[str, Shown | None]
"""How objects appear by their references; None for what does not."""


def _shown(references: Iterable[str], viewer_id: str | None, known: Known) -> dict[str, Shown]:
    wanted: dict[str, list[str]] = {}
    for reference in dict.fromkeys(references):
        kind, _, identifier = reference.partition(":")
        if kind in _kinds and reference not in known:
            wanted.setdefault(kind, []).append(identifier)
    _read_rows(wanted, viewer_id, known)
    for kind, ids in wanted.items():
        if not isinstance(show := _kinds[kind].show, Rows):
            known |= {f"{kind}:{identifier}": shown for identifier, shown in show(ids, viewer_id).items()}
        for identifier in ids:
            known.setdefault(f"{kind}:{identifier}", None)
    return {reference: shown for reference in references if (shown := known.get(reference))}


@functools.cache
def _reader(kinds: tuple[str, ...]) -> Callable[[Mapping[str, Any]], list[tuple[str, str, str, str]]]:
    """A read of the names of these kinds: takes the ids of each kind by its name, and the viewer's."""

    def names(**given: Any) -> QuerySet[Any, tuple[str, str, str, str]]:
        first, *others = (_rows_of(kind).named(kind, given[kind], given[VIEWER]) for kind in kinds)
        return first.union(*others, all=True)

    return prepare(names, (*kinds, VIEWER))


def _rows_of(kind: str) -> Rows:
    rows = _kinds[kind].show
    assert isinstance(rows, Rows)
    return rows


def _read_rows(wanted: dict[str, list[str]], viewer_id: str | None, known: Known) -> None:
    rows = {kind: show for kind in wanted if isinstance(show := _kinds[kind].show, Rows)}
    asked = {kind: [*map(int, numbers(wanted[kind]))] if show.numbered else wanted[kind] for kind, show in rows.items()}
    led: list[tuple[str, str, str]] = []
    for kind, identifier, title, more in _reader(tuple(sorted(rows)))({**asked, VIEWER: viewer_id}) if rows else ():
        if rows[kind].led_by is None:
            known[f"{kind}:{identifier}"] = Shown(title, rows[kind].address(identifier, more))
        else:
            led.append((kind, identifier, title))
    leaders = _shown([title for _, _, title in led], viewer_id, known) if led else {}
    for kind, identifier, title in led:
        named_by = rows[kind].led_by
        if named_by is not None and title in leaders:
            known[f"{kind}:{identifier}"] = named_by(identifier, leaders[title])


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
