"""Search over HTTP: over everything public."""

from __future__ import annotations

import html
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.html import strip_tags
from ninja import Field, Query, Router, Schema

from stoa.kit import search as kit
from stoa.kit.api import Word
from stoa.kit.search import Hit

router = Router(tags=["Search"])


class HitOut(Schema):
    """An object that was found. In the excerpt, which is HTML, the words sought are in `<mark>`."""

    reference: str
    kind: str
    title: str
    address: str
    excerpt: str
    at: datetime

    @staticmethod
    def resolve_title(hit: Hit) -> str:
        """Plain text."""
        return html.unescape(strip_tags(hit.title))


class FoundOut(Schema):
    """A page of what was found, best first. With `capped` there is more than `total`."""

    items: list[HitOut]
    total: int
    capped: bool
    page: int
    pages: int
    kinds: dict[str, int] = Field(description="How many of each kind were found.")


@router.get("/search", response=FoundOut, summary="Search everything public")
def search_everything(
    request: HttpRequest, q: Word, kind: Word = "", page: Annotated[int, Query(ge=1, le=kit.MOST_RANKED)] = 1
) -> dict[str, Any]:
    """Find what is public by its words: all of them, `or` for either, a minus to exclude, quotation marks for an order."""
    found = kit.find(q, kinds=[kind] if kind else [], page=page)
    return {
        "items": found.hits,
        "total": found.total,
        "capped": found.capped,
        "page": found.number,
        "pages": found.last,
        "kinds": found.kinds,
    }
