"""Naming people in a text: `@Ada Lovelace` as typed, `@[id]` as kept, so that a name lives in one place and can be erased."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from stoa.kit.addresses import path_to
from stoa.methods.names import sort_key
from stoa.people.models import Person

MOST_LOOKED_UP = 200
"""Places in one text that are looked at for a name."""
MOST_NAME_WORDS = 6
MOST_OFFERED = 8
CODE = re.compile(r"(```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`)", re.DOTALL)
AT = re.compile(r"(?<![\w@/.\[])@(?=\w)")
NAME = re.compile(rf"\w\S{{0,119}}(?: \S{{1,119}}){{0,{MOST_NAME_WORDS - 1}}}")
KEPT = re.compile(r"@\[([a-z0-9-]{1,32})\]")
LINK = re.compile(r'<a href="/people/([a-z0-9-]{1,32})"[^>]*>@\1</a>')
CLOSING = ".,:;!?)]}’'\"*_"


def with_ids(typed: str) -> str:
    """A text as it is kept: each `@name` that is one person's alone becomes `@[id]`, but for those within code."""
    pieces = CODE.split(typed)
    wanted = {sort_key(name) for piece in pieces[::2] for place in _places(piece) for name in _names_at(piece, place)}
    people = _named(wanted) if wanted else {}
    if people:
        pieces[::2] = [_put(piece, people) for piece in pieces[::2]]
    return "".join(pieces)


def with_names(kept: str) -> str:
    """A text as its author edits it: `@[id]` becomes `@name` where the name is one person's alone, or nobody's any more."""
    ids = set(KEPT.findall(kept))
    if not ids:
        return kept
    people = _present().filter(pk__in=ids)
    unique = _named([person.sort_name for person in people])
    names = {person.pk: person.name for person in people if unique.get(person.sort_name) == person.pk}
    return KEPT.sub(lambda found: f"@{names[found[1]]}" if found[1] in names else found[0], kept)


def in_names(kept: Iterable[str]) -> list[str]:
    """Texts for reading where no links can be: `@[id]` becomes `@name`."""
    texts = list(kept)
    names = _names({one for text in texts for one in KEPT.findall(text)})
    return [KEPT.sub(lambda found: f"@{names.get(found[1], 'former member')}", text) for text in texts]


def mentioned(kept: str) -> QuerySet[Person]:
    """The people whom a text as kept names."""
    return _present().filter(pk__in=set(KEPT.findall("".join(CODE.split(kept)[::2]))))


def as_markdown(kept: str) -> str:
    """The Markdown of a text as kept: each person named is a link to their page."""
    pieces = CODE.split(kept)
    pieces[::2] = [KEPT.sub(_link, piece) for piece in pieces[::2]]
    return "".join(pieces)


def with_names_of_today(rendered: Iterable[str]) -> list[SafeString]:
    """The HTML of texts with the names of the people named in them. One query for all, none where nobody is named."""
    pages = list(rendered)
    names = _names({one for page in pages for one in LINK.findall(page)})
    return [
        mark_safe(LINK.sub(lambda found: _named_link(found[1], names), page))  # noqa: S308 - safe HTML with escaped names
        for page in pages
    ]


def people_to_name(beginning: str) -> list[tuple[str, str]]:
    """People whose name begins so, or has a word that does: how each is shown, and what to type to name them."""
    wanted = sort_key(beginning.replace("\0", "").strip())[:120]
    if not wanted:
        return []
    people = list(_present().filter(sort_name__startswith=wanted).order_by("sort_name", "pk")[:MOST_OFFERED])
    if len(people) < MOST_OFFERED:
        within = _present().filter(sort_name__contains=f" {wanted}").exclude(pk__in=[p.pk for p in people])
        people += within.order_by("sort_name", "pk")[: MOST_OFFERED - len(people)]
    unique = _named([person.sort_name for person in people])
    return [
        (person.name, person.name if unique.get(person.sort_name) == person.pk else f"[{person.pk}]")
        for person in people
    ]


def _present() -> QuerySet[Person]:
    """People who can be named: those whom the public knows."""
    return Person.objects.filter(erased=None, roles__isnull=False).distinct()


def _names(ids: set[str]) -> dict[str, str]:
    return dict(_present().filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _named(names: Iterable[str]) -> dict[str, str]:
    """Of these names, in lower case, those that are one person's alone: name → id."""
    found: dict[str, list[str]] = {}
    for name, person_id in _present().filter(sort_name__in=list(names)).values_list("sort_name", "pk"):
        found.setdefault(name, []).append(person_id)
    return {name: ids[0] for name, ids in found.items() if len(ids) == 1}


def _places(piece: str) -> list[int]:
    """Where names may begin."""
    return [found.end() for found, _ in zip(AT.finditer(piece), range(MOST_LOOKED_UP), strict=False)]


def _names_at(piece: str, place: int) -> Iterator[str]:
    """What may be a name at this place, the longest first; what closes a sentence is no part of it."""
    found = NAME.match(piece, place)
    words = found[0].split(" ") if found else []
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        yield name
        bare = name.rstrip(CLOSING)
        yield bare
        yield bare.removesuffix("’s").removesuffix("'s")


def _put(piece: str, people: Mapping[str, str]) -> str:
    out, at = [], 0
    for place in _places(piece):
        if place <= at:
            continue
        name = next((name for name in _names_at(piece, place) if sort_key(name) in people), None)
        if name:
            out += [piece[at : place - 1], f"@[{people[sort_key(name)]}]"]
            at = place + len(name)
    return "".join([*out, piece[at:]])


def _link(found: re.Match[str]) -> str:
    return f"[@{found[1]}]({path_to('people:person', found[1])})"


def _named_link(person_id: str, names: Mapping[str, str]) -> str:
    if person_id not in names:
        return "former member"
    address = path_to("people:person", person_id)
    return format_html('<a href="{}" class="mention">@{}</a>', address, names[person_id])
