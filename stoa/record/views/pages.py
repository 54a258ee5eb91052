"""The record for people: what it is and how it grew, its history in words, and each entry with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from stoa.kit import instants, pictures
from stoa.kit.edge import actor, address_with
from stoa.kit.pictures import Picture
from stoa.kit.tables import Column, Listing, link
from stoa.kit.words import role_words, words_for
from stoa.record import filters, keys, queries
from stoa.record.filters import narrowing
from stoa.record.models import Placement
from stoa.record.words import Said, actor_words, fact_rows, linked, named, say

HISTORY = Listing[Said](
    name="record",
    caption="The history",
    columns=[
        Column("position", "Entry", lambda said: said.position),
        Column("at", "When", lambda said: said.at),
        Column("type", "Kind", lambda said: said.type),
        Column("act", "Action", lambda said: said.act),
        Column("actor", "Who", lambda said: said.leaf["actor"]),
        Column("role", "Role", lambda said: said.leaf["role"]),
        Column("subject", "On what", lambda said: said.leaf["subject"]),
        Column("sentence", "In words", lambda said: said.text),
    ],
)
GROWTH = Listing[tuple[Any, int]](
    name="growth",
    caption="How the record grew",
    columns=[
        Column("at", "When", lambda point: point[0]),
        Column("entries", "Entries", lambda point: point[1]),
    ],
)


@dataclass(frozen=True)
class Stretch:
    """One page of the history: its entries, and the addresses of newer and older ones."""

    entries: list[Said]
    newer: str
    older: str


@require_safe
def record(request: HttpRequest) -> HttpResponseBase:
    """What the record is, its head, its growth, and its history as asked for."""
    viewer = actor(request).person_id
    asked = narrowing(request.GET)
    rows = asked.keep(queries.placements())
    if request.GET.get("as"):
        found = HISTORY.download(request, queries.in_chunks(rows, viewer))  # type: ignore[arg-type]  # read once
        if found is not None:
            return found
    context = {
        "head": queries.head(),
        "asked": asked,
        "stretch": _stretch(request.GET, rows, viewer),
        "kinds": filters.choices_of_kind(),
        "roles": filters.choices_of_role(),
        "csv_url": address_with(request.GET, {"as": "csv", "seals": "yes"}),
        "json_url": address_with(request.GET, {"as": "json", "seals": "yes"}),
        "seals_url": address_with(request.GET, {"seals": "yes"}),
        "vkey": keys.vkey(),
        "address": settings.STOA.address,
    }
    if not asked.is_asked and not _whole(request.GET.get("before")):
        context["growth"] = _growth()
    return render(request, "record/record.html", context)


@require_safe
def growth_svg(request: HttpRequest) -> HttpResponse:
    """The picture of growth as a file."""
    headers = {"Content-Disposition": 'attachment; filename="record-growth.svg"'}
    return HttpResponse(_growth().svg, content_type="image/svg+xml", headers=headers)


@require_safe
def growth_csv(request: HttpRequest) -> HttpResponseBase:
    """Its numbers as a file."""
    request.GET = QueryDict("as=csv")
    answer = GROWTH.download(request, queries.growth())
    assert answer is not None
    return answer


@require_safe
def entry(request: HttpRequest, position: int) -> HttpResponse:
    """One entry: in words, its facts, the texts that it commits to, and how to prove it."""
    placement, head = _placement(position), queries.head()
    viewer = actor(request).person_id
    (said,) = say([placement], viewer)
    public = words_for(said.type).texts_public
    context = {
        "said": said,
        "reference": f"entry:{said.position}",
        "head": head,
        "rows": _about(said, viewer),
        "facts": fact_rows(said, viewer),
        "raw": bytes(placement.entry.body).decode(),
        "texts": queries.committed_texts(placement, said.leaf["commitments"]) if public else [],
        "texts_withheld": not public,
        "previous": position - 1,
        "following": position + 1 if position + 1 < head.size else None,
    }
    return render(request, "record/entry.html", context)


@require_safe
def entry_raw(request: HttpRequest, position: int) -> HttpResponse:
    """The bytes of an entry, as they are hashed."""
    return _file(bytes(_placement(position).entry.body), "application/json", f"entry-{position}.json")


@require_safe
def entry_proof(request: HttpRequest, position: int) -> HttpResponse:
    """The proof that an entry is under the latest signed head."""
    proven = queries.proven(position)
    if proven is None:
        raise _no_entry()
    return _file(proven.as_file().encode(), "text/plain; charset=utf-8", f"entry-{position}.tlog-proof")


def _about(said: Said, viewer: str | None) -> list[tuple[str, object]]:
    names = named([said.leaf], viewer)
    leaf = said.leaf
    role = role_words(leaf["role"]) if leaf["role"] else "withheld"
    return [
        ("When", instants.in_html(said.at)),
        ("Who", actor_words(leaf["actor"], names)),
        ("As", role),
        ("On what", linked(leaf["subject"], names)),
        ("Action", format_html("<code>{}</code>", leaf["act"])),
        ("Kind", format_html("<code>{}</code>", said.type)),
        ("Under", link(f"charter {leaf['charter']}", f"/governance/charter?version={leaf['charter']}"))
        if leaf["charter"]
        else ("Under", "no charter yet"),
    ]


def _placement(position: int) -> Placement:
    found = queries.placement(position)
    if found is None:
        raise _no_entry()
    return found


def _no_entry() -> Http404:
    return Http404("The record has no entry of this number yet.")


def _growth() -> Picture:
    return pictures.growth(queries.growth())


def _file(body: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _stretch(query: QueryDict, rows: Any, viewer: str | None) -> Stretch:
    """Pages are cut by position, so that one that was linked to shows the same entries later."""
    before, after = _whole(query.get("before")), _whole(query.get("after"))
    if after is not None:
        newest = list(rows.filter(position__gt=after).order_by("position")[: queries.PER_PAGE + 1])
        more_newer, found = len(newest) > queries.PER_PAGE, newest[: queries.PER_PAGE][::-1]
        more_older = True
    else:
        found = list((rows.filter(position__lt=before) if before is not None else rows)[: queries.PER_PAGE + 1])
        more_older, found = len(found) > queries.PER_PAGE, found[: queries.PER_PAGE]
        more_newer = before is not None
    if not found:
        return Stretch([], "", "")
    newer = address_with(query, {"after": str(found[0].position), "before": ""}) if more_newer else ""
    older = address_with(query, {"before": str(found[-1].position), "after": ""}) if more_older else ""
    return Stretch(say(found, viewer), newer, older)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
