"""The record as Atom feeds: all of it, one kind of entry, or what is about one object."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from stoa.kit import feeds, registry
from stoa.kit.feeds import Item
from stoa.kit.words import words_for
from stoa.record import queries
from stoa.record.filters import narrowing
from stoa.record.following import about
from stoa.record.models import Placement
from stoa.record.words import Said, say


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The latest entries, as the page of the record narrows them; with `about` also those that name the object."""
    asked = narrowing(request.GET)
    shown = registry.show([asked.about], None).get(asked.about) if asked.about else None
    if asked.about and shown is None:
        raise Http404("There is nothing public of this reference.")
    if shown:
        rows = about([asked.about], types=[asked.kind] if asked.kind else [], most=feeds.MOST_ENTRIES)
        title, page = shown.title, shown.address
    else:
        rows = list(asked.keep(queries.placements())[: feeds.MOST_ENTRIES])
        title = f"The record: {words_for(asked.kind).kind}" if asked.kind else "The record"
        query = urlencode([(name, value) for name, value in request.GET.items() if value])
        page = f"{reverse('record:record')}{'?' if query else ''}{query}"
    return feeds.answer(request, title=title, page=page, items=_items(rows))


def _items(rows: Sequence[Placement]) -> list[Item]:
    said = say(rows, None)
    names = registry.show([one.leaf["subject"] for one in said], None)
    return [_item(one, names[one.leaf["subject"]].address if one.leaf["subject"] in names else "") for one in said]


def _item(said: Said, related: str) -> Item:
    return Item(said.address, said.kind, said.text, said.at, related)
