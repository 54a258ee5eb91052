"""Search: everything public by its words, and entries of the record by their number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from stoa.kit import search as kit
from stoa.kit.edge import address_with
from stoa.kit.faults import Invalid
from stoa.kit.registry import label
from stoa.kit.search import Found
from stoa.kit.tables import spread
from stoa.record.queries import placement

ENTRY = re.compile(r"\s*(?:entry\s+|#)?(\d{1,15})\s*", re.IGNORECASE | re.ASCII)
PLURALS = {"person": "People", "policy": "Policies", "study": "Studies", "community": "Community"}
UNDATED = frozenset({"person", "organisation", "community"})
"""Kinds of which it says nothing since when they are here."""


@dataclass(frozen=True)
class Pager:
    """Links to the pages of what was found."""

    query: QueryDict
    number: int
    last: int

    @property
    def numbers(self) -> list[int | None]:
        """The numbers to link to; None stands for a gap."""
        return spread(self.number, self.last)

    @property
    def previous(self) -> int | None:
        """The page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, if any."""
        return self.number + 1 if self.number < self.last else None

    def address(self, number: int) -> str:
        """The address of another page."""
        return address_with(self.query, {"page": str(number) if number > 1 else ""})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What the public may read with these words. It is the same for everybody, and no search program may keep it."""
    words = request.GET.get("q", "").replace("\0", " ").strip()
    kind = request.GET.get("kind", "")
    known = dict(kit.kinds())
    context: dict[str, Any] = {
        "words": words[: kit.MOST_WORDS],
        "kind": kind if kind in known else "",
        "undated": UNDATED,
    }
    status = 200
    if words:
        try:
            found = kit.find(words, kinds=[kind] if kind in known else [], page=_whole(request.GET.get("page", "")))
        except Invalid as fault:
            context["fault"], status = fault, fault.status
        else:
            context |= _shown(request.GET, found, context["kind"])
        context["entry"] = _entry(words)
    response = render(request, "site/search.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _shown(query: QueryDict, found: Found, kind: str) -> dict[str, Any]:
    return {"found": found, "pager": Pager(query, found.number, found.last), "sides": _sides(query, found, kind)}


def _sides(query: QueryDict, found: Found, chosen: str) -> list[tuple[str, str, bool]]:
    """Everything, then each kind of which something was found, with how much unless that is not known."""
    every = sum(found.kinds.values())
    known = every < kit.MOST_RANKED
    names = sorted(found.kinds if known else dict(kit.kinds()), key=lambda kind: (-found.kinds.get(kind, 0), kind))
    if len(names) < 2 and not chosen:
        return []
    sides = [(_counted("Everything", every, known), address_with(query, {"kind": "", "page": ""}), not chosen)]
    return sides + [
        (
            _counted(plural(kind), found.kinds.get(kind, 0), known),
            address_with(query, {"kind": kind, "page": ""}),
            kind == chosen,
        )
        for kind in names
    ]


def _counted(words: str, count: int, known: bool) -> str:
    return f"{words} ({count:,})" if known else words


def plural(kind: str) -> str:
    """What objects of a kind are called."""
    name = label(kind)
    return PLURALS.get(kind, f"{name[:1].upper()}{name[1:]}s")


def _entry(words: str) -> tuple[int, str] | None:
    """The entry of the record that is asked for by its number, with its address."""
    match = ENTRY.fullmatch(words)
    if match is None or placement(int(match[1])) is None:
        return None
    return int(match[1]), reverse("record:entry", args=[int(match[1])])


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
