"""Atom feeds (RFC 4287) of what is public: the same bytes for everybody, with ids that stay and an ETag."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from stoa.kit import clock

ATOM = "http://www.w3.org/2005/Atom"
TYPE = "application/atom+xml; charset=utf-8"
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document can hold."""
MOST_ENTRIES = 50
BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was updated: never."""

ET.register_namespace("", ATOM)


@dataclass(frozen=True)
class Item:
    """One entry of a feed. `path` is its page here and with `updated` never changes; `related` is what it is about."""

    path: str
    title: str
    text: str
    updated: datetime
    related: str = ""


def answer(request: HttpRequest, *, title: str, page: str, items: Sequence[Item]) -> HttpResponse:
    """The feed of a page, newest first; 304 where the reader has it already.

    `title` and the items must not depend on who asks, since caches in between may keep the answer.
    """
    body = document(request.get_full_path(), title=title, page=page, items=items[:MOST_ENTRIES])
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(
        body,
        content_type=TYPE,
        headers={
            "ETag": tag,
            "Cache-Control": "public, max-age=60",
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )
    kept = get_conditional_response(request, etag=tag, response=response)
    assert isinstance(kept, HttpResponse)
    return kept


def document(path: str, *, title: str, page: str, items: Sequence[Item]) -> bytes:
    """The feed as XML. Every address in it is whole."""
    here = settings.STOA.address
    feed = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": "en"})
    _add(feed, "id", here + path)
    _add(feed, "title", title)
    _add(feed, "updated", clock.stamp(max((item.updated for item in items), default=BEFORE_ALL)))
    _add(_add(feed, "author"), "name", urlsplit(here).hostname or here)
    _add(feed, "link", rel="self", type="application/atom+xml", href=here + path)
    _add(feed, "link", rel="alternate", type="text/html", href=here + page)
    for item in items:
        entry = _add(feed, "entry")
        _add(entry, "id", here + item.path)
        _add(entry, "title", item.title)
        _add(entry, "updated", clock.stamp(item.updated))
        _add(entry, "link", rel="alternate", type="text/html", href=here + item.path)
        if item.related:
            _add(entry, "link", rel="related", type="text/html", href=here + item.related)
        _add(entry, "content", item.text, type="text")
    body: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = NO_XML.sub("", text) or None
    return child
